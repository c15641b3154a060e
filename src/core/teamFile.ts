/** The team file as outside input: parsed JSON in, a complete `Team` out. Unknown keys are errors with a place. */
import * as v from 'valibot';
import type { AgentId } from './ids.js';
import { AGENT_IDS } from './ids.js';
import { DEPENDENCY_HOWS, isDependencyPath } from './dependencies.js';
import type { AgentStatus } from './ports.js';
import { placeWords, shapeProblems } from './schemaWords.js';
import type { Limits, Member, Team, TierMember } from './team.js';
import type { IsolationLevel } from './isolation.js';
import { ISOLATION_LEVELS } from './isolation.js';
import { isModelName } from './words.js';
import { DEFAULT_LIMITS, parallelFor } from './team.js';

const member = v.strictObject({ agent: v.picklist(AGENT_IDS), model: v.optional(v.pipe(v.string(), v.minLength(1), v.check(isModelName, 'must be a model\'s name: no leading "-", no control character'))) });
const tierMember = v.pipe(
  v.strictObject({ ...member.entries, fallback: v.optional(member), isolation: v.optional(v.picklist(ISOLATION_LEVELS)) }),
  v.check((tier) => tier.fallback?.agent !== tier.agent, 'a fallback must be another agent: a quota is the whole agent\'s'),
);
const commands = v.array(v.pipe(v.string(), v.trim(), v.minLength(1)));
const positive = v.pipe(v.number(), v.gtValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64));

export const teamFileSchema = v.strictObject({
  $schema: v.optional(v.string()),
  version: v.literal(1),
  planner: v.optional(tierMember),
  tiers: v.optional(v.strictObject({ fast: v.optional(tierMember), standard: v.optional(tierMember), deep: v.optional(tierMember) })),
  reviewer: v.optional(v.nullable(member)),
  permissions: v.optional(v.picklist(['edit', 'edit-and-run', 'full'])),
  setup: v.optional(commands),
  dependencies: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          path: v.pipe(v.string(), v.transform((path) => path.replace(/\/$/, '')), v.check(isDependencyPath, 'is not a folder in the repository: relative, with "/", without "..", ".git" and wildcards')),
          how: v.optional(v.picklist(DEPENDENCY_HOWS), 'auto'),
          install: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1))),
        }),
      ),
      v.maxLength(50),
    ),
  ),
  gate: v.optional(commands),
  merge: v.optional(v.picklist(['merge', 'squash', 'integration', 'pull-request'])),
  limits: v.optional(
    v.strictObject({
      maxParallel: v.optional(count),
      gateParallel: v.optional(count),
      retries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20))),
      attemptMinutes: v.optional(positive),
      idleMinutes: v.optional(positive),
      gateMinutes: v.optional(positive),
      flakyRerun: v.optional(v.boolean()),
      runUsd: v.optional(positive),
      taskUsd: v.optional(positive),
      reviewLines: v.optional(positive),
      minFreeGb: v.optional(v.pipe(v.number(), v.minValue(0))),
    }),
  ),
  backupDays: v.optional(positive),
  sandbox: v.optional(v.strictObject({ network: v.optional(v.boolean(), true) })),
  container: v.optional(
    v.strictObject({
      engine: v.optional(v.picklist(['podman', 'docker'])),
      image: v.optional(v.pipe(v.string(), v.maxLength(300), v.regex(/^[A-Za-z0-9][\w./:@-]*$/, 'is not the name of an image'))),
      network: v.optional(v.boolean(), true),
    }),
  ),
  environment: v.optional(
    v.strictObject({ pass: v.optional(v.array(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, 'is not a name of an environment variable')))) }),
  ),
});

export type TeamFile = v.InferOutput<typeof teamFileSchema>;

/** Checks a parsed team file. Problems name their place, e.g. `limits.maxParalel: is not known here`. */
export function parseTeamFile(input: unknown): { readonly file: TeamFile } | { readonly problems: readonly string[] } {
  const result = v.safeParse(teamFileSchema, input);
  if (result.success) return { file: result.output };
  return { problems: shapeProblems(teamFileSchema, input).map(({ path, what }) => `${path.length === 0 ? 'the team file' : placeWords(path)}: ${what}`) };
}

/** The same from its text; `jsonc` reads JSON with comments, or says with a place why it cannot. */
export function readTeamText(text: string, jsonc: (text: string) => { readonly value: unknown } | { readonly problem: string }): ReturnType<typeof parseTeamFile> {
  const read = jsonc(text);
  return 'problem' in read ? { problems: [read.problem] } : parseTeamFile(read.value);
}

/** Who is asked first when no team file says so. The scripted agent is last: it can only play what a plan scripts. */
const PREFERENCE: readonly AgentId[] = ['claude', 'codex', 'gemini', 'opencode', 'scripted'];

/** Fills in every default: from the agents found on the machine, and its memory in bytes, where the file says nothing. */
export function resolveTeam(file: TeamFile | undefined, agents: readonly AgentStatus[], memoryBytes = 0): Team {
  const usable = (status: AgentStatus) => status.found && status.signedIn !== 'no' && status.problem === undefined;
  const first = PREFERENCE.find((id) => agents.some((status) => status.id === id && usable(status))) ?? 'scripted';
  const fallback: Member = { agent: first };
  const tier = (name: 'fast' | 'standard' | 'deep'): TierMember => {
    return whole(file?.tiers?.[name] ?? file?.tiers?.standard) ?? fallback;
  };
  const reviewer = file?.reviewer;
  return {
    planner: whole(file?.planner) ?? fallback,
    tiers: { fast: tier('fast'), standard: tier('standard'), deep: tier('deep') },
    reviewer: clean(reviewer ?? undefined) ?? null,
    permissions: file?.permissions ?? 'edit-and-run',
    setup: file?.setup ?? [],
    ...(file?.dependencies !== undefined && { dependencies: file.dependencies.map(({ path, how, install }) => ({ path, how, ...(install !== undefined && { install }) })) }),
    gate: file?.gate ?? [],
    merge: file?.merge ?? 'merge',
    limits: { ...DEFAULT_LIMITS, maxParallel: parallelFor(memoryBytes), ...given(file?.limits) },
    ...(file?.sandbox !== undefined && { sandbox: file.sandbox }),
    ...(file?.container !== undefined && { container: containerOf(file.container) }),
    environment: { pass: file?.environment?.pass ?? [] },
  };
}

type GivenMember = { agent: AgentId; model?: string | undefined };

function whole(given: (GivenMember & { fallback?: GivenMember | undefined; isolation?: IsolationLevel | undefined }) | undefined): TierMember | undefined {
  const own = clean(given);
  const instead = clean(given?.fallback);
  if (own === undefined) return undefined;
  return { ...own, ...(instead !== undefined && { fallback: instead }), ...(given?.isolation !== undefined && { isolation: given.isolation }) };
}

function containerOf({ engine, image, network }: NonNullable<TeamFile['container']>): NonNullable<Team['container']> {
  return { ...(engine !== undefined && { engine }), ...(image !== undefined && { image }), network };
}

function clean(found: GivenMember | undefined): Member | undefined {
  if (found === undefined) return undefined;
  return { agent: found.agent, ...(found.model !== undefined && { model: found.model }) };
}

function given(limits: TeamFile['limits']): Partial<Limits> {
  return Object.fromEntries(Object.entries(limits ?? {}).filter(([, value]) => value !== undefined));
}
