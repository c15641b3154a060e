/** One page's connection: calls over birpc, every argument checked; snapshots pushed only while the page is visible. */
import { createBirpc } from 'birpc';
import type * as vscode from 'vscode';
import type { ActivityLine } from '../../core/activity.js';
import type { WishAnswer } from '../../core/wishes.js';
import type { Session } from '../../engine/api.js';
import type { Answer, Composing, HostAction, HostCalls, WebviewCalls } from '../../shared/protocol.js';
import type { Base } from '../app.js';
import type { Disposable } from '../disposables.js';
import { coalesce, Disposables } from '../disposables.js';
import { messageOf } from '../log.js';
import { sendWish } from '../wishing.js';
import { checkAction, checkActivity, checkAttempt, checkLooking, checkTaskPath, checkTicket, checkWish } from './validate.js';

export type PerformAction = (action: HostAction) => Promise<WishAnswer>;

export interface Connection extends Disposable {
  /** Selects a task in the page, as soon as the page is up. */
  select(task: string): void;
  /** Opens the page's place to write in, as soon as the page is up. */
  compose(composing: Composing): void;
  /** Tells the page which task the dashboard shows. */
  shown(task: string | undefined): void;
  /** The page is seen or not; a page that is not seen gets nothing until it is. */
  visible(now: boolean): void;
}

/** A very long transcript starts late: the page keeps no more lines than this, and the whole stays on disk. */
const MOST_LINES = 5_000;
const MOST_GATE_OUTPUT = 200_000;

/** `looking` is called with the task that the page shows. */
export function connect(base: Base, webview: vscode.Webview, perform: PerformAction, looking: (task: string | undefined) => void = () => undefined): Connection {
  const own = new Disposables();
  const received = new Set<(data: unknown) => void>();
  own.add(webview.onDidReceiveMessage((data: unknown) => received.forEach((take) => take(data))));
  let seen = true;
  let up = false;
  let stale = false;
  // A page that is being built anew hears nothing: what it did not answer is told again when it is up.
  let wanted: (() => void) | undefined;
  let elsewhere: string | undefined;
  let watched: { readonly task: string; readonly attempt: number } | undefined;

  const ask = async <T>(what: string, read: (session: Session) => Promise<T | undefined>, missing: string): Promise<Answer<T>> => {
    const session = base.repository.session();
    if (session === undefined) return { ok: false, reason: 'No repository is open in this window.' };
    try {
      const value = await read(session);
      return value === undefined ? { ok: false, reason: missing } : { ok: true, value };
    } catch (error) {
      base.log.error(`Could not read ${what}`, error);
      return { ok: false, reason: `Could not read ${what}: ${messageOf(error)}` };
    }
  };

  // Calls come from the page, so what TypeScript says of their arguments is only a hope: each is checked first.
  const calls: HostCalls = {
    ready: () => {
      up = true;
      stale = false;
      base.model.wantAgents();
      wanted?.();
      if (elsewhere !== undefined) void rpc.shown.asEvent(elsewhere);
      return Promise.resolve(base.model.snapshot());
    },
    wish: async (...input) => {
      const wish = checkWish(input[0]);
      const ticket = checkTicket(input[1]);
      return wish.ok ? sendWish(base, wish.value, () => ticket.ok && void rpc.accepted.asEvent(ticket.value)) : wish;
    },
    action: async (input) => {
      const action = checkAction(input);
      return action.ok ? perform(action.value) : action;
    },
    looking: (input) => {
      const task = checkLooking(input);
      if (task.ok) {
        wanted = undefined;
        looking(task.value);
      }
      return Promise.resolve();
    },
    activity: async (...input) => {
      const args = checkActivity(input);
      if (!args.ok) return args;
      const [task, attempt, afterSeq] = args.value;
      watched = { task, attempt };
      due = [];
      const answer = await ask('the activity', (session) => session.activity({ task, attempt }, afterSeq), 'There is no activity of that attempt.');
      return answer.ok ? { ok: true, value: answer.value.slice(-MOST_LINES) } : answer;
    },
    diff: async (...input) => {
      const args = checkTaskPath(input);
      if (!args.ok) return args;
      const [task, path] = args.value;
      return ask('the change', (session) => session.patch(task, path), 'There is no change of that file.');
    },
    gateOutput: async (...input) => {
      const args = checkAttempt(input);
      if (!args.ok) return args;
      const [task, attempt] = args.value;
      const answer = await ask('the gate’s output', (session) => session.gateOutput(task, attempt), 'That gate left no output.');
      return answer.ok ? { ok: true, value: answer.value.slice(-MOST_GATE_OUTPUT) } : answer;
    },
  };

  const rpc = createBirpc<WebviewCalls, HostCalls>(calls, {
    post: (data: unknown) => webview.postMessage(data),
    on: (take) => void received.add(take),
    off: (take) => void received.delete(take),
    eventNames: ['snapshot', 'activityLines', 'select', 'compose', 'accepted', 'shown'],
    // Only our own calls, not what every object inherits.
    resolver: (name, resolved) => (Object.hasOwn(calls, name) ? resolved : undefined),
    timeout: -1,
    onGeneralError: (error) => {
      base.log.error('A message between dashboard and editor failed', error);
      return true;
    },
  });

  const push = (): void => {
    if (!up || own.disposed) return;
    if (!seen) {
      stale = true;
      return;
    }
    stale = false;
    void rpc.snapshot.asEvent(base.model.snapshot());
  };

  let due: ActivityLine[] = [];
  const pushLines = own.add(
    // What is read in one turn is one message; the runner and the reader have batched it already.
    coalesce(0, () => {
      const lines = due.slice(-MOST_LINES);
      due = [];
      if (up && seen && watched !== undefined && lines.length > 0) void rpc.activityLines.asEvent(watched.task, watched.attempt, lines);
    }),
  );
  const ofSession = own.add(new Disposables());
  const follow = (session: Session | undefined): void => {
    ofSession.clear();
    watched = undefined;
    if (session === undefined) return;
    ofSession.add(
      session.onActivity(({ ref, lines }) => {
        if (!up || !seen || ref.task !== watched?.task || ref.attempt !== watched.attempt) return;
        due = [...due, ...lines].slice(-MOST_LINES);
        pushLines();
      }),
    );
  };
  own.add(base.repository.onDidOpen(follow));
  own.add(base.model.onDidChange(push));
  follow(base.repository.session());

  const want = (tell: () => void): void => {
    wanted = tell;
    if (up) tell();
  };
  return {
    select: (task) => want(() => void rpc.select.asEvent(task)),
    compose: (composing) => want(() => void rpc.compose.asEvent(composing)),
    shown: (task) => {
      elsewhere = task;
      if (up) void rpc.shown.asEvent(task);
    },
    visible: (now) => {
      if (seen === now) return;
      seen = now;
      // The editor usually builds a page anew when it is shown again (then it says `ready`), but not always.
      if (now && stale) push();
    },
    dispose: () => {
      rpc.$close();
      own.dispose();
    },
  };
}
