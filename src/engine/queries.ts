/** What a session can be asked about the run that is shown. Reads only. */
import type { ActivityLine } from '../core/activity.js';
import { PLANNER } from '../core/events.js';
import type { ConflictSides, FileDiff, Sha } from '../core/ports.js';
import type { RunState } from '../core/run.js';
import { isSessionId } from '../core/words.js';
import type { World } from './world.js';
import { paths } from './world.js';

export abstract class Queries {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The run that is shown, or `undefined`. */
  abstract current(): RunState | undefined;

  async activity(ref: { readonly task: string; readonly attempt: number }, afterSeq: number): Promise<readonly ActivityLine[]> {
    const folder = this.#folder(ref);
    if (folder === undefined) return [];
    this.#world.activities.watch(folder, 'page');
    return this.#world.activities.read(folder, afterSeq);
  }

  /** See `Session.terminalInFront`. */
  terminalInFront(ref: { readonly task: string; readonly attempt: number } | undefined): void {
    this.#world.activities.watch(ref === undefined ? undefined : this.#folder(ref), 'terminal');
  }

  #folder(ref: { readonly task: string; readonly attempt: number }): string | undefined {
    const state = this.current();
    const attempts = ref.task === PLANNER ? state?.plannerAttempts : state?.tasks.get(ref.task)?.attempts;
    return attempts?.find((each) => each.attempt === ref.attempt)?.folder;
  }

  async gateOutput(task: string, attempt: number): Promise<string | undefined> {
    const state = this.current();
    if (state?.tasks.has(task) !== true) return undefined;
    const text = await this.#world.files.read(`${paths.attempt(this.#world, state.run, task, attempt)}/gate.txt`);
    // A gate that is at work still writes as it likes; it is masked in the file when it is done.
    return text === undefined ? undefined : this.#world.mask(text);
  }

  /** The fixed pair a person reviews: what the branch was last brought up to date with, and its last commit. */
  async review(task: string): Promise<{ readonly from: Sha; readonly to: Sha; readonly files: readonly FileDiff[] } | undefined> {
    const head = this.current()?.tasks.get(task)?.head;
    if (head === undefined) return undefined;
    return { from: head.base, to: head.commit, files: await this.#world.git.diffFiles(head.base, head.commit) };
  }

  /** The sides of a conflict that is laid out in a task's worktree, and where. */
  async conflict(task: string): Promise<{ readonly worktree: string; readonly paths: readonly ConflictSides[] } | undefined> {
    const run = this.current()?.tasks.get(task);
    if (run?.conflict === undefined || run.head === undefined || run.worktree === undefined) return undefined;
    const found = await this.#world.git.conflict(run.head.commit, run.conflict.base);
    return { worktree: run.worktree, paths: found?.paths ?? [] };
  }

  /** Unified diff of that pair, of one path or of all. */
  async patch(task: string, path?: string): Promise<string | undefined> {
    const head = this.current()?.tasks.get(task)?.head;
    return head === undefined ? undefined : this.#world.git.patch(head.base, head.commit, path);
  }

  /** The whole diff of a task as one unified text. */
  async wholePatch(task: string): Promise<string> {
    return (await this.patch(task)) ?? '';
  }

  /** See `Session.takeOverCommand`. */
  async takeOverCommand(task: string) {
    const state = this.current()?.tasks.get(task);
    const attempt = state?.attempts.at(-1);
    if (state?.worktree === undefined || attempt === undefined) return undefined;
    const status = await this.#world.agents.status(attempt.agent);
    // An agent names its own session; a word that is none opens the CLI without it.
    const session = state.session !== undefined && isSessionId(state.session) ? state.session : undefined;
    const command = this.#world.agents.adapter(attempt.agent)?.takeOver(session, {
      cwd: state.worktree,
      ...(attempt.model !== undefined && { model: attempt.model }),
      ...(status?.path !== undefined && { executable: status.path }),
    });
    return command === undefined ? undefined : { file: command.file, args: command.args, cwd: state.worktree, env: command.setEnv };
  }
}
