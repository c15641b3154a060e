/**
 * Resolves a conflict with the base by tools, when they can resolve all of it (see `core/resolutions.ts`). The merge is
 * made in the object store and, for lock files, in a worktree of its own; the task's worktree is only moved to the
 * finished merge, so that a tool that fails or a crash leaves it as it was. What was made is gated like everything else.
 */
import { targetBranch } from '../core/change.js';
import { listed } from '../core/gate.js';
import type { GateRequest, Conflict, ConflictSides, Sha, TreeFile } from '../core/ports.js';
import { lockFileOf, planTools, resolutionWords } from '../core/resolutions.js';
import type { Resolution, TaskRun } from '../core/run.js';
import { clauseOf } from './attempts.js';
import type { RunContext } from './context.js';
import { lockScratch, makeScratch, removeScratch } from './scratch.js';
import { paths } from './world.js';

/** True when the task's branch now holds the base, conflicts resolved. */
export async function resolveByTools(context: RunContext, id: string, base: Sha): Promise<boolean> {
  try {
    return await resolve(context, id, base);
  } catch (error) {
    context.world.log.warn(`The conflict of ${id} could not be resolved by tools: ${clauseOf(error)}. Its agent or you can resolve it.`);
    return false;
  }
}

interface Merged {
  readonly files: readonly TreeFile[];
  readonly resolutions: readonly Resolution[];
}

async function resolve(context: RunContext, id: string, base: Sha): Promise<boolean> {
  const { world, store } = context;
  const task = context.task(id);
  if (task.head === undefined || task.worktree === undefined) return false;
  const conflict = await world.git.conflict(task.head.commit, base);
  const plan = conflict === undefined ? undefined : planTools(conflict);
  if (conflict === undefined || plan === undefined) return false;
  const formatted = await format(context, task, plan.texts);
  if (formatted === undefined) return false;
  const resolved = await regenerate(context, task, conflict, plan.locks, formatted);
  if (resolved === undefined) return false;
  const { tree, resolutions } = resolved;
  const commit = await merge(context, task, conflict, tree, resolutions);
  if ((await world.git.newMarkers(base, commit)).length > 0) return false;
  const moved = await world.git.forward(task.worktree, commit);
  if (!moved.ok) return false;
  const files = await world.git.diffFiles(base, commit);
  await store.append({ type: 'conflict.resolved', task: id, base, commit, resolutions }, { type: 'branch.updated', task: id, commit, tree, base, files });
  return true;
}

/** All three sides as the project's formatter writes them: what then still differs is more than form. */
async function format(context: RunContext, task: TaskRun, texts: readonly Required<ConflictSides>[]): Promise<Merged | undefined> {
  const { git, resolvers } = context.world;
  const files: TreeFile[] = [];
  const resolutions: Resolution[] = [];
  for (const { path, base, ours, theirs } of texts) {
    const sides = await Promise.all([base.id, ours.id, theirs.id].map((side) => git.readBlob(side)));
    const known = sides.filter((text) => text !== undefined);
    if (known.length < sides.length) return undefined;
    const formatted = await resolvers.format({ worktree: task.worktree ?? '', path, texts: known, passEnv: context.passEnv([]), ...(await isolated(context, task, task.worktree ?? '')), signal: context.signal(task.task.id) });
    const [one = '', two = '', three = ''] = formatted?.texts ?? [];
    const text = formatted === undefined ? undefined : await git.mergeTexts(one, two, three);
    if (formatted === undefined || text === undefined) return undefined;
    files.push({ path, mode: ours.mode, text });
    resolutions.push({ path, how: 'formatted', tool: formatted.tool });
  }
  return { files, resolutions };
}

/** Starting from the base's lock files, so that only what this task needs is different from them. */
async function regenerate(context: RunContext, task: TaskRun, conflict: Conflict, locks: readonly ConflictSides[], formatted: Merged): Promise<{ readonly tree: Sha; readonly resolutions: readonly Resolution[] } | undefined> {
  const { git } = context.world;
  const theirs = locks.flatMap(({ path, theirs: side }) => (side === undefined ? [] : [{ path, mode: side.mode, id: side.id }]));
  const tree = await git.treeWith(conflict.tree, [...formatted.files, ...theirs]);
  if (locks.length === 0) return { tree, resolutions: formatted.resolutions };
  const start = await merge(context, task, conflict, tree, []);
  const name = lockScratch(task.task.id);
  const folder = await makeScratch(context, name, start);
  try {
    const made = await regenerateIn(context, task, folder, locks);
    if (made === undefined) return undefined;
    return { tree: await git.treeWith(tree, made.files), resolutions: [...formatted.resolutions, ...made.resolutions] };
  } finally {
    await removeScratch(context, name);
  }
}

async function regenerateIn(context: RunContext, task: TaskRun, folder: string, locks: readonly ConflictSides[]): Promise<Merged | undefined> {
  const { world } = context;
  const files: TreeFile[] = [];
  const resolutions: Resolution[] = [];
  for (const { path, ours } of locks) {
    const lock = lockFileOf(path, (await world.files.read(`${folder}/${path}`)) ?? '');
    if (lock === undefined || ours === undefined) return undefined;
    const ran = await world.resolvers.regenerate({ folder: parentOf(folder, path), commands: lock.commands, passEnv: context.passEnv([]), ...(await isolated(context, task, parentOf(folder, path), folder)), signal: context.signal(task.task.id) });
    if (!ran.ok) {
      world.log.warn(`${lock.tool} could not make ${path} anew for ${task.task.id}: ${ran.why}. Nothing was changed; its agent or you can resolve it.`);
      return undefined;
    }
    const text = await world.files.read(`${folder}/${path}`);
    if (text === undefined) return undefined;
    files.push({ path, mode: ours.mode, text });
    resolutions.push({ path, how: 'regenerated', tool: lock.tool });
  }
  const beside = (await world.git.dirty(folder, true)).filter((path) => !locks.some((lock) => lock.path === path));
  if (beside.length === 0) return { files, resolutions };
  world.log.warn(`Making the lock files of ${task.task.id} anew changed ${listed(beside)} as well, so it was not used. Its agent or you can resolve the conflict.`);
  return undefined;
}

/** Tools of conflicts run as the task's gate does: they too execute what an agent wrote. */
function isolated(context: RunContext, task: TaskRun, cwd: string, worktree = cwd): Promise<Pick<GateRequest, 'isolation'>> {
  const { world, store } = context;
  return context.isolated(cwd, `${paths.run(world, store.state.run)}/resolving/${task.task.id}`, task.task.id).then(({ isolation }) => (isolation === undefined ? {} : { isolation: { ...isolation, worktree } }));
}

async function merge(context: RunContext, task: TaskRun, conflict: Conflict, tree: Sha, resolutions: readonly Resolution[]): Promise<Sha> {
  const { world, store } = context;
  const { id } = task.task;
  const how = resolutions.map((each) => `${resolutionWords(each)}\n`).join('');
  const message = `Merge ${targetBranch(store.state)} into ${id}: conflicts resolved\n\n${how === '' ? '' : `${how}\n`}Switchyard-Task: ${id}\nSwitchyard-Run: ${store.state.run}\n`;
  const made = await world.git.commitTree(tree, [conflict.ours, conflict.theirs], message);
  if (!made.ok) throw new Error(made.message);
  return made.commit;
}

function parentOf(folder: string, path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? folder : `${folder}/${path.slice(0, slash)}`;
}
