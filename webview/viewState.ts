/** What the page itself remembers: selection, tabs, filter and unsent edits. Kept by the editor while the page is hidden. */
import type { Composing } from '../src/shared/protocol.js';
import { GROUPS, type Group } from './states.js';

export const TABS = ['overview', 'activity', 'diff', 'gate', 'bill'] as const;
export type Tab = (typeof TABS)[number];
export type RunViewName = 'graph' | 'bill';

/** A person's unsent edit of a proposed task; lists are one entry per line. */
export interface Draft {
  readonly title: string;
  readonly instructions: string;
  readonly owns: string;
  readonly offLimits: string;
  readonly acceptance: string;
  readonly gate: string;
  readonly dependsOn: readonly string[];
}

export interface ViewState {
  readonly selected: string | undefined;
  /** The inspector is shown; on a narrow page it covers the graph. */
  readonly open: boolean;
  readonly tab: Tab;
  readonly view: RunViewName;
  readonly filter: Group | undefined;
  /** The failed planning whose news the person has put away. */
  readonly dismissed: string | undefined;
  /** What the person is writing to an agent or the planner, and the words so far of everything begun. */
  readonly composing: Composing | undefined;
  readonly words: Readonly<Record<string, string>>;
  /** By `run/revision/task`. */
  readonly drafts: Readonly<Record<string, Draft>>;
}

export const FRESH_VIEW: ViewState = { selected: undefined, open: true, tab: 'overview', view: 'graph', filter: undefined, dismissed: undefined, composing: undefined, words: {}, drafts: {} };

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const texts = ['title', 'instructions', 'owns', 'offLimits', 'acceptance', 'gate'];
  return texts.every((key) => typeof record[key] === 'string') && Array.isArray(record['dependsOn']) && record['dependsOn'].every((id) => typeof id === 'string');
}

const entriesOf = (value: unknown): [string, unknown][] => (typeof value === 'object' && value !== null ? Object.entries(value) : []);

function composingOf(value: unknown): Composing | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  const task = 'task' in value && typeof value.task === 'string' ? value.task : undefined;
  if (value.kind === 'ask-changes') return { kind: 'ask-changes' };
  if (value.kind === 'replan') return { kind: 'replan', ...(task === undefined ? {} : { task }) };
  return value.kind === 'retry' && task !== undefined ? { kind: 'retry', task } : undefined;
}

/** Reads remembered state; whatever an older version wrote and we do not understand is left out. */
export function readViewState(value: unknown): ViewState {
  if (typeof value !== 'object' || value === null) return FRESH_VIEW;
  const record = value as Readonly<Record<string, unknown>>;
  return {
    selected: typeof record['selected'] === 'string' ? record['selected'] : undefined,
    open: record['open'] !== false,
    tab: TABS.find((tab) => tab === record['tab']) ?? FRESH_VIEW.tab,
    view: record['view'] === 'bill' ? 'bill' : 'graph',
    dismissed: typeof record['dismissed'] === 'string' ? record['dismissed'] : undefined,
    filter: GROUPS.find((group) => group === record['filter']),
    composing: composingOf(record['composing']),
    words: Object.fromEntries(entriesOf(record['words']).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    drafts: Object.fromEntries(entriesOf(record['drafts']).filter((entry): entry is [string, Draft] => isDraft(entry[1]))),
  };
}
