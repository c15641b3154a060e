/** What must hold after any fault, looked up in git and on the disk, not in what the engine says. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '../../../src/core/events.js';
import { fold } from '../../../src/core/fold.js';
import type { Machine } from './machine.js';
import { TASKS } from './plan.js';
import type { FaultRepo } from './repository.js';
import { DIRTY } from './repository.js';

export async function readEvents(repo: Pick<FaultRepo, 'root'>, run: string): Promise<readonly Event[]> {
  const text = await readFile(join(repo.root, '.git/switchyard/runs', run, 'events.jsonl'), 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
}

export async function runsOf(repo: Pick<FaultRepo, 'root'>): Promise<readonly string[]> {
  const names = await readdir(join(repo.root, '.git/switchyard/runs')).catch(() => []);
  return names.sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Holds at every moment, also between a crash and the recovery. Gives what is broken. */
export async function always(repo: FaultRepo, machine: Machine): Promise<readonly string[]> {
  const wrong: string[] = [...machine.violations];
  const trees = new Set<string>();
  for (const run of await runsOf(repo)) {
    const events = await readEvents(repo, run);
    events.forEach((event, index) => {
      if (event.seq !== index + 1) wrong.push(`${run}: event ${String(index + 1)} is numbered ${String(event.seq)}`);
      const receipt = event.type === 'gate.finished' || event.type === 'receipt.made' ? event.receipt : undefined;
      if (receipt !== undefined) trees.add(receipt.tree);
    });
    try {
      fold(events);
    } catch (error) {
      wrong.push(`${run}: ${String(error)}`);
    }
  }
  const tips = lines(await repo.git('reflog', 'show', '--format=%H %T', 'refs/heads/main')).map((line) => line.split(' ')).slice(0, -1);
  for (const [tip = '', tree = ''] of tips) if (!trees.has(tree)) wrong.push(`main was at ${tip}, whose tree ${tree} no receipt in the log names`);
  const status = await repo.git('status', '--porcelain');
  if (status !== DIRTY) wrong.push(`the person's checkout is not as it was:\n${status}`);
  return wrong;
}

/** Holds when the run is done. */
export async function atTheEnd(repo: FaultRepo, machine: Machine, worktrees: string): Promise<readonly string[]> {
  const wrong: string[] = [...(await always(repo, machine))];
  const gated = new Set<string>();
  for (const { commit, green } of machine.gated) if (green) gated.add(await repo.git('rev-parse', `${commit}^{tree}`).catch(() => `${commit} is gone`));
  for (const tree of lines(await repo.git('reflog', 'show', '--format=%T', 'refs/heads/main')).slice(0, -1)) {
    if (!gated.has(tree)) wrong.push(`main had the tree ${tree}, which no gate has seen and passed`);
  }
  const landings = lines(await repo.git('log', '--first-parent', '--format=%(trailers:key=Switchyard-Task,valueonly)', 'main')).toSorted();
  if (landings.join() !== TASKS.join()) wrong.push(`landed: ${landings.join(', ')}`);
  for (const task of TASKS) {
    const log = lines(await repo.git('show', `main:${task}/log.txt`).catch(() => ''));
    const wrote = [...machine.agents.values()].filter((agent) => agent.spec.task === task).flatMap((agent) => agent.wrote);
    for (const line of wrote) if (!log.includes(line)) wrong.push(`what an agent wrote is lost: ${line}`);
    if ((await repo.git('show', `main:${task}/x.txt`).catch(() => '')) !== 'right') wrong.push(`${task}/x.txt is not what its agent made`);
  }
  if ((await repo.git('ls-tree', '-r', '--name-only', 'main')).includes('outside/')) wrong.push('a file outside its contract has landed');
  for (const folder of await readdir(worktrees).catch(() => [])) wrong.push(`${folder} is left in the folder of worktrees: ${(await readdir(join(worktrees, folder)).catch(() => [])).join(', ')}`);
  const left = lines(await repo.git('worktree', 'list', '--porcelain')).filter((line) => line.startsWith('worktree ')).slice(1);
  for (const line of left) wrong.push(`git still lists a ${line}`);
  for (const ref of lines(await repo.git('for-each-ref', '--format=%(refname)', 'refs/heads/switchyard'))) wrong.push(`${ref} is left`);
  return wrong;
}
