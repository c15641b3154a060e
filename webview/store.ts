/**
 * The page's state: the host's last snapshot, what the person looks at, and the activity that is open. Nothing about
 * the run is decided here; every intent goes to the host, and its refusal is shown.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ActivityLine } from '../src/core/activity.js';
import type { Wish, WishAnswer } from '../src/core/wishes.js';
import type { HostAction, HostCalls, Snapshot, WebviewCalls } from '../src/shared/protocol.js';
import { answered, append, NO_STREAM, type Stream } from './activityStream.js';
import type { Memory } from './host.js';
import { shareUnchanged } from './share.js';
import { announcement, mostUrgent } from './states.js';
import { readViewState, type ViewState } from './viewState.js';

export type Intent = { readonly kind: 'wish'; readonly wish: Wish } | { readonly kind: 'action'; readonly action: HostAction };

/** An act that cannot be taken back by another click: asked about first. */
export interface Question {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly key: string;
  readonly intent: Intent;
}

export interface Refusal {
  /** The intent's key, so that the answer can be shown where it was asked. */
  readonly key: string;
  readonly reason: string;
}

export interface AppState extends ViewState {
  readonly snapshot: Snapshot | undefined;
  /** The editor did not answer at all. */
  readonly broken: string | undefined;
  readonly streams: Readonly<Record<string, Stream>>;
  /** Keys of intents that wait for their answer. */
  readonly pending: readonly string[];
  /** Those of them that are being carried out; the others wait for the person's own answer. */
  readonly working: readonly string[];
  /** In the sidebar: the task that the dashboard shows. */
  readonly shown: string | undefined;
  readonly refusal: Refusal | undefined;
  readonly question: Question | undefined;
  /** For the live region. */
  readonly announced: string;
}

export interface App {
  readonly store: StoreApi<AppState>;
  readonly host: HostCalls;
  readonly calls: WebviewCalls;
  /** Asks the host for the first snapshot. */
  start(): Promise<void>;
  set(change: Partial<ViewState>): void;
  /** Sends a wish or an action; false if it was refused (the reason is in `refusal`). One at a time per key. */
  perform(key: string, intent: Intent): Promise<boolean>;
  ask(question: Question | undefined): void;
  dismissRefusal(): void;
  /** Loads an attempt's activity and keeps it up to date until `closeActivity`. */
  openActivity(task: string, attempt: number): void;
  closeActivity(task: string, attempt: number): void;
}

/** Actions that wait for a person in the editor's own dialogs: nothing is at work meanwhile. */
const ASKS: ReadonlySet<HostAction['type']> = new Set<HostAction['type']>(['decompose', 'trust', 'open-folder', 'init-repository', 'pick-run']);
const REMEMBERED = ['selected', 'open', 'tab', 'view', 'filter', 'dismissed', 'composing', 'words', 'drafts'] as const;
/** Key of an attempt's activity in the store. */
export const streamKey = (task: string, attempt: number): string => `${task}#${attempt}`;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function pick(state: AppState): ViewState {
  const { selected, open, tab, view, filter, dismissed, composing, words, drafts } = state;
  return { selected, open, tab, view, filter, dismissed, composing, words, drafts };
}

/** Only drafts of the run's present proposal are worth keeping: an older revision can no longer be edited. */
function liveDrafts(drafts: ViewState['drafts'], snapshot: Snapshot): ViewState['drafts'] {
  const run = snapshot.run;
  if (run?.phase !== 'proposed') return Object.keys(drafts).length === 0 ? drafts : {};
  const prefix = `${run.id}/${run.planRevision}/`;
  const kept = Object.entries(drafts).filter(([key]) => key.startsWith(prefix));
  return kept.length === Object.keys(drafts).length ? drafts : Object.fromEntries(kept);
}

/** Builds the state around a host; `memory` restores what was looked at before the page was hidden. */
export function createApp(host: HostCalls, memory: Memory): App {
  const store = createStore<AppState>(() => ({
    ...readViewState(memory.load()),
    snapshot: undefined,
    broken: undefined,
    streams: {},
    pending: [],
    working: [],
    shown: undefined,
    refusal: undefined,
    question: undefined,
    announced: '',
  }));
  store.subscribe((state, before) => {
    if (REMEMBERED.some((key) => state[key] !== before[key])) memory.save(pick(state));
  });

  const take = (incoming: Snapshot): void => {
    const { snapshot: before, selected, drafts, refusal } = store.getState();
    if (before !== undefined && incoming.revision <= before.revision) return;
    const snapshot = shareUnchanged(before, incoming);
    const tasks = snapshot.run?.tasks ?? [];
    const words = before?.run?.id === snapshot.run?.id ? announcement(before?.run?.tasks ?? [], tasks) : '';
    store.setState({
      snapshot,
      broken: undefined,
      // A moment without a run (it is read anew, say) is no reason to look elsewhere.
      selected: snapshot.run === undefined || tasks.some((task) => task.id === selected) ? selected : mostUrgent(tasks)?.id,
      drafts: liveDrafts(drafts, snapshot),
      // Why the run could not do something is no longer news when it has gone another way.
      ...(refusal?.key.startsWith('run:') === true && (before?.run?.id !== snapshot.run?.id || before?.run?.phase !== snapshot.run?.phase) ? { refusal: undefined } : {}),
      ...(words === '' ? {} : { announced: words }),
    });
  };

  const putStream = (key: string, stream: Stream): void =>
    store.setState((state) => ({ streams: { ...state.streams, [key]: stream } }));

  const load = async (task: string, attempt: number): Promise<void> => {
    const key = streamKey(task, attempt);
    const from = store.getState().streams[key] ?? NO_STREAM;
    putStream(key, { lines: from.lines, last: from.last, state: 'loading', early: from.early });
    const answer = await host
      .activity(task, attempt, from.last)
      .catch((error: unknown) => ({ ok: false as const, reason: messageOf(error) }));
    const present = store.getState().streams[key];
    if (present === undefined) return;
    if (!answer.ok) {
      putStream(key, { ...present, state: 'failed', error: answer.reason, early: [] });
      return;
    }
    const { stream, gap } = answered(present, answer.value);
    putStream(key, stream);
    // An answer that brought nothing new would bring nothing again.
    if (gap && answer.value.length > 0) await load(task, attempt);
  };

  const takeLines = (task: string, attempt: number, lines: readonly ActivityLine[]): void => {
    const key = streamKey(task, attempt);
    const present = store.getState().streams[key];
    if (present === undefined) return;
    const { stream, gap } = append(present, lines);
    if (gap) void load(task, attempt);
    else if (stream !== present) putStream(key, stream);
  };

  const send = (key: string, intent: Intent): Promise<WishAnswer> => (intent.kind === 'wish' ? host.wish(intent.wish, key) : host.action(intent.action));

  const begin = (key: string): void => store.setState((state) => (state.pending.includes(key) && !state.working.includes(key) ? { working: [...state.working, key] } : {}));

  const tellLooking = (): void => {
    const { selected } = store.getState();
    void host.looking(selected).catch(() => undefined);
  };
  store.subscribe((state, before) => {
    if (state.selected !== before.selected) tellLooking();
  });

  return {
    store,
    host,
    calls: {
      snapshot: take,
      activityLines: takeLines,
      select: (task) => {
        store.setState({ selected: task, open: true, view: 'graph' });
        tellLooking();
      },
      compose: (composing) => {
        const task = 'task' in composing ? composing.task : undefined;
        store.setState({ composing, ...(task === undefined ? {} : { selected: task, open: true, view: 'graph' }) });
        tellLooking();
      },
      accepted: begin,
      shown: (task) => store.setState({ shown: task }),
    },
    start: async () => {
      try {
        take(await host.ready());
      } catch (error) {
        store.setState({ broken: messageOf(error) });
      }
    },
    set: (change) => store.setState(change),
    perform: async (key, intent) => {
      if (store.getState().pending.includes(key)) return false;
      store.setState((state) => ({ pending: [...state.pending, key], refusal: undefined }));
      if (intent.kind === 'action' && !ASKS.has(intent.action.type)) begin(key);
      const answer = await send(key, intent).catch((error: unknown) => ({ ok: false as const, reason: messageOf(error) }));
      store.setState((state) => ({
        pending: state.pending.filter((other) => other !== key),
        working: state.working.filter((other) => other !== key),
        ...(answer.ok ? {} : { refusal: { key, reason: answer.reason } }),
      }));
      return answer.ok;
    },
    ask: (question) => store.setState({ question }),
    dismissRefusal: () => store.setState({ refusal: undefined }),
    openActivity: (task, attempt) => void load(task, attempt),
    closeActivity: (task, attempt) =>
      store.setState((state) => ({
        streams: Object.fromEntries(Object.entries(state.streams).filter(([key]) => key !== streamKey(task, attempt))),
      })),
  };
}
