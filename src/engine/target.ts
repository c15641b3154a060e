/** Where a run's tasks start from and land: its base, or the run's integration branch, which is made when it is first needed. */
import { targetBranch } from '../core/change.js';
import type { Sha } from '../core/ports.js';
import type { RunContext } from './context.js';

/** The commit that worktrees start from and results are merged with now; `undefined` when the branch is gone. */
export async function targetTip(context: RunContext): Promise<Sha | undefined> {
  const { world, store } = context;
  if (store.state.team.merge === 'integration') await context.once('integration', () => ensureIntegration(context));
  const local = await world.git.branchCommit(targetBranch(store.state));
  return store.state.team.merge === 'pull-request' ? newest(context, local) : local;
}

/** Pull requests are merged on the remote: what was fetched of it counts, as far as it holds all that the base has here. */
async function newest(context: RunContext, local: Sha | undefined): Promise<Sha | undefined> {
  const { git } = context.world;
  const upstream = local === undefined ? undefined : await git.upstreamOf(context.store.state.base.branch);
  return upstream !== undefined && upstream.behind > 0 && upstream.ahead === 0 ? upstream.commit : local;
}

/** Announced, made, recorded; what a crash left half done is done again. */
async function ensureIntegration(context: RunContext): Promise<void> {
  const { world, store } = context;
  const { integration, base, run } = store.state;
  if (integration?.created === true) return;
  const from = integration?.from ?? ([...store.state.tasks.values()].some((task) => task.landed !== undefined) ? await world.git.branchCommit(base.branch) : base.commit);
  if (from === undefined) return;
  const branch = integration?.branch ?? `${context.branchPrefix}/${run}/integration`;
  if (integration === undefined) await store.append({ type: 'integration.creating', branch, commit: from });
  await world.git.createBranch(branch, from);
  await store.append({ type: 'integration.created' });
}

/** The branch of a task: git cannot have two branches of one name, and a task may be called "integration". */
export function taskBranch(context: RunContext, id: string): string {
  const { run, team, integration } = context.store.state;
  const branch = `${context.branchPrefix}/${run}/${id}`;
  const taken = integration?.branch === branch || (team.merge === 'integration' && id === 'integration');
  return taken ? `${branch}_task` : branch;
}
