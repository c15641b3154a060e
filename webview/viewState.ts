/** What the page itself remembers: selection, tabs, filter and unsent edits. Kept by the editor while the page is hidden. */
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
  /** By `run/revision/task`. */
  readonly drafts: Readonly<Record<string, Draft>>;
}

export const FRESH_VIEW: ViewState = { selected: undefined, open: true, tab: 'overview', view: 'graph', filter: undefined, dismissed: undefined, drafts: {} };

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const texts = ['title', 'instructions', 'owns', 'offLimits', 'acceptance', 'gate'];
  return texts.every((key) => typeof record[key] === 'string') && Array.isArray(record['dependsOn']) && record['dependsOn'].every((id) => typeof id === 'string');
}

/** Reads remembered state; whatever an older version wrote and we do not understand is left out. */
export function readViewState(value: unknown): ViewState {
  if (typeof value !== 'object' || value === null) return FRESH_VIEW;
  const record = value as Readonly<Record<string, unknown>>;
  const drafts = typeof record['drafts'] === 'object' && record['drafts'] !== null ? Object.entries(record['drafts']) : [];
  return {
    selected: typeof record['selected'] === 'string' ? record['selected'] : undefined,
    open: record['open'] !== false,
    tab: TABS.find((tab) => tab === record['tab']) ?? FRESH_VIEW.tab,
    view: record['view'] === 'bill' ? 'bill' : 'graph',
    dismissed: typeof record['dismissed'] === 'string' ? record['dismissed'] : undefined,
    filter: GROUPS.find((group) => group === record['filter']),
    drafts: Object.fromEntries(drafts.filter((entry): entry is [string, Draft] => isDraft(entry[1]))),
  };
}
