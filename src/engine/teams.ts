/** The team of a new run: the team file with every default filled in. */
import type { AgentId } from '../core/ids.js';
import type { Plan } from '../core/plan.js';
import { BACKUP_DAYS } from '../core/backups.js';
import { readTeamText, resolveTeam } from '../core/teamFile.js';
import type { TeamFile } from '../core/teamFile.js';
import type { Team } from '../core/team.js';
import type { TeamOverrides } from './api.js';
import type { World } from './world.js';

export interface TeamReading {
  readonly team: Team;
  /** Each names its place. A team with problems starts nothing. */
  readonly problems: readonly string[];
  readonly file: string;
  /** Agents that the file names itself; others in the team are there for want of one. */
  readonly named: readonly AgentId[];
}

/**
 * Reads the team file as it is now. Agents are only looked for (which starts processes) where the file, the plan and the
 * overrides leave somebody unnamed.
 */
export async function readTeam(world: World, plan?: Plan, overrides: TeamOverrides = {}): Promise<TeamReading> {
  const found = await world.readTeamFile();
  const parsed = found.text === undefined ? { file: undefined } : readTeamText(found.text, found.parse);
  const file = 'file' in parsed ? parsed.file : undefined;
  const problems = 'problems' in parsed ? parsed.problems : [];
  // Probing every CLI on the machine is only needed where somebody is not named.
  const agents = everybodyNamed(file, plan) ? [] : await world.agents.detect();
  const team = resolveTeam(file, agents, world.memoryBytes);
  return {
    team: { ...team, ...(overrides.planner !== undefined && { planner: overrides.planner }), limits: { ...team.limits, ...overrides.limits } },
    problems,
    file: found.file,
    named: namedIn(file),
  };
}

/** The floor of free space that the file asks for now, in gigabytes; `undefined` where it asks for none or cannot be read. */
export async function askedMinFreeGb(world: World): Promise<number | undefined> {
  const found = await world.readTeamFile();
  const parsed = found.text === undefined ? { file: undefined } : readTeamText(found.text, found.parse);
  return 'problems' in parsed ? undefined : parsed.file?.limits?.minFreeGb;
}

/** How long backups are kept that never landed; `undefined` where the file cannot be read: then nobody knows what it says. */
export async function backupDays(world: World): Promise<number | undefined> {
  const found = await world.readTeamFile();
  const parsed = found.text === undefined ? { file: undefined } : readTeamText(found.text, found.parse);
  return 'problems' in parsed ? undefined : (parsed.file?.backupDays ?? BACKUP_DAYS);
}

function namedIn(file: TeamFile | undefined): readonly AgentId[] {
  const members = [file?.planner, file?.reviewer, ...Object.values(file?.tiers ?? {})];
  return [...new Set(members.flatMap((member) => (member === undefined || member === null ? [] : [member.agent])))];
}

function everybodyNamed(file: TeamFile | undefined, plan: Plan | undefined): boolean {
  const tiers = file?.tiers?.standard !== undefined;
  const tasks = plan?.tasks.every((task) => task.agent !== undefined) === true;
  return (tiers || tasks) && (file?.planner !== undefined || plan !== undefined);
}
