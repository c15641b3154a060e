/** The headless command as a user starts it: the built bundle, in a temporary repository, in an isolated environment. */
import { execa } from 'execa';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan, Script, Task } from '../../src/core/plan.js';
import { repositoryRoot } from './root.js';
import type { TempRepo } from './tempRepo.js';

export const CLI = join(repositoryRoot, 'dist', 'cli.js');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Each line of stdout, parsed; empty without `--json`. */
  readonly lines: readonly Record<string, unknown>[];
  /** The last line of `run --json` and `resume --json`. */
  readonly summary: Summary;
}

export interface Summary {
  readonly type: string;
  readonly run: string;
  readonly state: string;
  readonly tasks: Readonly<Record<string, { readonly state: string; readonly attempts: number; readonly commit?: string; readonly why?: { readonly kind: string; readonly text: string; readonly paths?: readonly string[] } }>>;
  readonly bill: { readonly usd: number; readonly unknownUsd: boolean; readonly inputTokens: number; readonly cachedInputTokens: number; readonly outputTokens: number; readonly overshootUsd?: number };
}

export async function switchyard(repo: Pick<TempRepo, 'root' | 'env'>, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  await access(CLI).catch(() => {
    throw new Error('dist/cli.js is missing: run `npm run build` first');
  });
  const result = await execa(process.execPath, [CLI, ...args], {
    cwd: repo.root,
    env: { ...repo.env, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  const lines = args.includes('--json') && result.stdout !== '' ? result.stdout.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) : [];
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr, lines, summary: lines.at(-1) as unknown as Summary };
}

/** A task of the scripted agent with sensible defaults: it owns what its script writes. */
export function scriptedTask(id: string, script: Script, more: Partial<Omit<Task, 'id' | 'contract'>> & { readonly owns?: readonly string[]; readonly gate?: readonly string[]; readonly offLimits?: readonly string[] } = {}): Task {
  const { owns, gate, offLimits, ...rest } = more;
  return {
    id,
    title: `Task ${id}`,
    instructions: '',
    dependsOn: [],
    tier: 'standard',
    agent: 'scripted',
    contract: { owns: owns ?? [`${id}/**`], offLimits: offLimits ?? [], acceptance: [], gate: gate ?? ['true'] },
    script,
    ...rest,
  };
}

export function planOf(...tasks: readonly Task[]): Plan {
  return { version: 1, goal: 'A goal of the tests', tasks };
}

/** Writes the plan beside the repository, so that the working tree stays as it is. */
export async function planFile(repo: TempRepo, plan: unknown, name = 'plan.json'): Promise<string> {
  const file = join(repo.folder, name);
  await writeFile(file, typeof plan === 'string' ? plan : JSON.stringify(plan));
  return file;
}
