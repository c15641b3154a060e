/** The editor's side of the harness page: theme, `acquireVsCodeApi`, and a host that answers from a fixture. */
import { createBirpc } from 'birpc';
import type { Wish, WishAnswer } from '../../../src/core/wishes.js';
import type { ActivityLine } from '../../../src/core/activity.js';
import type { Composing, HostAction, HostCalls, Snapshot, WebviewCalls } from '../../../src/shared/protocol.js';
import { FIXTURES, type FixtureName } from './fixtures.js';
import { activity, DIFF, FAILING_OUTPUT } from './texts.js';
import { THEME_KINDS, themeVariables, type ThemeName } from './themes.js';

export interface Harness {
  readonly wishes: Wish[];
  readonly actions: HostAction[];
  readonly violations: string[];
  /** Calls for activity: `[task, attempt, afterSeq]`. */
  readonly asked: (readonly [string, number, number])[];
  /** A person is asked in the editor until it resolves; only then is a wish accepted. */
  asking: Promise<void> | undefined;
  /** What a wish that was accepted waits for. */
  working: Promise<void> | undefined;
  /** What the page said that it shows. */
  readonly looked: (string | null | undefined)[];
  /** Set to refuse the next wishes and actions with this reason. */
  refusal: string | undefined;
  snapshot: Snapshot;
  state: unknown;
  /** Sends a changed snapshot with the next revision. */
  push(change: (snapshot: Snapshot) => Snapshot): void;
  lines(task: string, attempt: number, lines: readonly ActivityLine[]): void;
  select(task: string): void;
  shown(task: string): void;
  compose(composing: Composing): void;
  /** Shows another fixture without building the page again, and forgets what was looked at. */
  show(fixture: FixtureName): void;
  setTheme(theme: ThemeName): void;
}

declare global {
  interface Window {
    harness: Harness;
    acquireVsCodeApi: () => unknown;
  }
}

const query = new URLSearchParams(location.search);

/** As the editor does when its theme changes: new variables, then classes (which is what the toolkit listens to). */
function setTheme(theme: ThemeName): void {
  const root = document.documentElement.style;
  for (const name of [...root]) if (name.startsWith('--vscode-')) root.removeProperty(name);
  for (const [name, value] of themeVariables(theme)) root.setProperty(name, value);
  document.body.classList.remove(...Object.values(THEME_KINDS).flat());
  document.body.classList.add(...THEME_KINDS[theme]);
  document.body.dataset['vscodeThemeKind'] = THEME_KINDS[theme][0];
}
setTheme((query.get('theme') ?? 'dark') as ThemeName);

const harness: Harness = {
  wishes: [],
  actions: [],
  violations: [],
  asked: [],
  asking: undefined,
  working: undefined,
  looked: [],
  refusal: undefined,
  snapshot: FIXTURES[(query.get('fixture') ?? 'nine') as FixtureName],
  state: undefined,
  push: (change) => {
    harness.snapshot = { ...change(harness.snapshot), revision: harness.snapshot.revision + 1 };
    void page.snapshot(harness.snapshot);
  },
  lines: (task, attempt, lines) => void page.activityLines(task, attempt, lines),
  select: (task) => void page.select(task),
  shown: (task) => void page.shown(task),
  compose: (composing) => void page.compose(composing),
  show: (fixture) => harness.push(() => ({ ...FIXTURES[fixture], revision: harness.snapshot.revision })),
  setTheme,
};
window.harness = harness;
document.addEventListener('securitypolicyviolation', (event) => {
  harness.violations.push(`${event.violatedDirective} ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
});

const answer = (): Promise<WishAnswer> => Promise.resolve(harness.refusal === undefined ? { ok: true } : { ok: false, reason: harness.refusal });
const host: HostCalls = {
  ready: () => Promise.resolve(harness.snapshot),
  wish: async (wish, ticket) => {
    harness.wishes.push(wish);
    await harness.asking;
    if (ticket !== undefined) await page.accepted(ticket);
    await harness.working;
    return answer();
  },
  looking: (task) => {
    harness.looked.push(task);
    return Promise.resolve();
  },
  action: (action) => {
    harness.actions.push(action);
    return answer();
  },
  activity: (task, attempt, afterSeq) => {
    harness.asked.push([task, attempt, afterSeq]);
    return Promise.resolve({ ok: true, value: activity().filter((line) => line.seq > afterSeq) });
  },
  diff: (_task, path) =>
    Promise.resolve(path.endsWith('.png') ? { ok: true, value: 'diff --git a/x.png b/x.png\nnew file mode 100644\nindex 0000000..1\nBinary files /dev/null and b/x.png differ\n' } : { ok: true, value: DIFF.replaceAll('src/api/activity.ts', path) }),
  gateOutput: () => Promise.resolve({ ok: true, value: Array.from({ length: 40 }, () => FAILING_OUTPUT).join('\n') }),
};

/** Messages cross as JSON, as in the editor. */
const cross = (data: unknown): unknown => JSON.parse(JSON.stringify(data));
let receive: (data: unknown) => void = () => undefined;
const page = createBirpc<WebviewCalls, HostCalls>(host, {
  post: (data) => void window.dispatchEvent(new MessageEvent('message', { data: cross(data) })),
  on: (listener) => {
    receive = listener;
  },
});
window.acquireVsCodeApi = () => ({
  postMessage: (data: unknown) => queueMicrotask(() => receive(cross(data))),
  getState: () => harness.state,
  setState: (state: unknown) => {
    harness.state = state;
  },
});
