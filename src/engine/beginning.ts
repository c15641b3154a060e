/** What a new run needs to begin: a goal or a checked plan, a base that exists, a team that can be read. */
import { outlineToPlan, withNotes } from '../core/outline.js';
import { outlineProblems } from '../core/outlineCheck.js';
import type { Plan } from '../core/plan.js';
import { checkPlan } from '../core/planCheck.js';
import type { Sha } from '../core/ports.js';
import type { Team } from '../core/team.js';
import type { PlanSource } from './api.js';
import { cannotOpen } from './pullRequests.js';
import { readTeam } from './teams.js';
import type { World } from './world.js';

export interface Beginning {
  readonly goal: string;
  readonly base: { readonly branch: string; readonly commit: Sha };
  readonly team: Team;
  /** A plan that was brought along; without it a planner makes one. */
  readonly plan?: Plan;
}

export interface Refused {
  readonly reason: string;
  /** Where several things are wrong with what a person wrote: each by itself. `reason` holds them too. */
  readonly problems?: readonly string[];
}

/** Reads and checks everything; changes nothing. `head` is the branch that is checked out. */
export async function beginning(world: World, source: PlanSource, head: string | undefined): Promise<Beginning | Refused> {
  const outline = source.kind === 'outline' ? outlineToPlan(source.text, source.goal === undefined ? {} : { goal: source.goal }) : undefined;
  if (outline !== undefined) {
    const wrong = outlineProblems(outline).filter((each) => each.severity !== 'warning');
    if ('problems' in outline || wrong.length > 0) return refused('The outline', wrong.map((each) => each.message));
  }
  const plan = source.kind === 'plan' ? source.plan : outline === undefined ? undefined : withNotes(outline.plan, outline.notes);
  const goal = plan?.goal ?? (source.kind === 'goal' ? source.goal.trim() : '');
  if (goal === '') return { reason: 'The goal is empty; say what should be done.' };
  const branch = plan?.base ?? head;
  if (branch === undefined) return { reason: 'No branch is checked out (HEAD is detached), so there is no base to land on. Check out a branch, or name one as "base" in the plan. Nothing was changed.' };
  const commit = await world.git.branchCommit(branch);
  if (commit === undefined) return { reason: `There is no local branch "${branch}" to land on. Nothing was changed; name an existing branch as base.` };
  const { team, file, problems } = await readTeam(world, plan, source.overrides);
  if (problems.length > 0) return { reason: `The team file ${file} cannot be used: ${problems.join('; ')}. Nothing was changed.` };
  if (plan !== undefined) {
    const wrong = checkPlan(plan, { teamHasGate: team.gate.length > 0 }).problems.filter((each) => each.severity !== 'warning');
    if (wrong.length > 0) return refused('The plan', wrong.map((each) => each.message));
  }
  const unable = team.merge === 'pull-request' ? await cannotOpen(world, branch) : undefined;
  if (unable !== undefined) return { reason: `The team file asks for pull requests ("merge": "pull-request"), and none can be opened: ${unable} Nothing was changed.` };
  return { goal, base: { branch, commit }, team, ...(plan === undefined ? {} : { plan }) };
}

function refused(what: string, problems: readonly string[]): Refused {
  return { reason: `${what} cannot be used: ${problems.join('; ')}. Nothing was changed.`, problems };
}
