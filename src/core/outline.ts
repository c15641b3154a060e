/**
 * A plan that a person writes by hand, as a Markdown list:
 * `- [ ] db: Activity table (owns: src/db/**) (after: schema) (gate: npm test) (tier: fast)`; indented text under an item
 * is its instructions, `[x]` items are already done and left out. An item without an id gets one from its title. Bullets and
 * paragraphs that are no task (no box, no id, no `(owns: …)`) are left out, which is said with their line.
 */
import type { Plan, Task, Tier } from './plan.js';
import { TIERS } from './plan.js';

const ITEM = /^([-*+])\s+(?:\[([ xX])\]\s+)?(.*)$/;
/** As in `plan.json`; anything else before a colon is a part of the title. */
const ID = /^([a-z0-9][a-z0-9-]{0,39}):(?:\s+|$)(.*)$/;
const LONGEST_ID = 40;
const HEADING = /^#{1,6}\s+(.*)$/;

interface Item {
  readonly line: number;
  readonly head: string;
  readonly done: boolean;
  readonly boxed: boolean;
  readonly body: string[];
}

/** `notes` say what was left out; `lines` is where each task stands (1-based, by id), for whoever finds fault with it later. */
export type OutlineResult =
  | OutlinePlan
  | {
      readonly problems: readonly string[];
      /** What the rest makes, so that everything wrong with it can be told at once. */
      readonly rest?: OutlinePlan;
    };

export interface OutlinePlan {
  readonly plan: Plan;
  readonly notes: readonly string[];
  readonly lines: ReadonlyMap<string, number>;
}

/** True when a text has at least one open item with an id: then it is an outline and needs no planner. */
export function looksLikeOutline(text: string): boolean {
  return readItems(text).items.some((item) => /^[a-z0-9][a-z0-9-]*:\s/.test(item.head) && /\(owns:/.test(item.head));
}

/** Longer ones are no list that somebody wrote. Characters. */
const LONGEST_TEXT = 1_000_000;
const LONGEST_LINE = 20_000;

/** Reads an outline. `goal` is used when the text has no heading and no paragraph before the list. */
export function outlineToPlan(text: string, options: { readonly goal?: string; readonly base?: string } = {}): OutlineResult {
  if (text.length > LONGEST_TEXT) return { problems: [`the outline has ${String(text.length)} characters, more than the ${String(LONGEST_TEXT)} that one may have; cut it into several`] };
  const { items, intro, prose } = readItems(text);
  const tooLong = items.filter((item) => item.head.length > LONGEST_LINE);
  if (tooLong.length > 0) return { problems: tooLong.map((item) => `line ${String(item.line)}: is longer than ${String(LONGEST_LINE)} characters; put its text under it, indented`) };
  const problems: string[] = [];
  const notes = prose.map((line) => `line ${String(line)}: text between tasks was left out; indent it to make it a task’s instructions`);
  const done = new Set<string>();
  const found: (Found & { readonly item: Item })[] = [];
  for (const item of items) {
    const { title, attributes, unknown } = readAttributes(item.head);
    const named = ID.exec(title);
    const task = { id: named?.[1], title: (named === null ? title : (named[2] ?? '')).trim(), attributes };
    if (item.done) {
      done.add(task.id ?? slug(task.title));
      continue;
    }
    if (!item.boxed && task.id === undefined && attributes.size === 0) {
      notes.push(`line ${String(item.line)}: a bullet without a box, an id or “(owns: …)” is no task and was left out`);
      continue;
    }
    for (const name of unknown) problems.push(`line ${String(item.line)}: unknown "(${name}: …)"; known are owns, after, gate, tier, off-limits, accept, agent, model`);
    const tier = attributes.get('tier')?.[0];
    if (tier !== undefined && !isTier(tier)) problems.push(`line ${String(item.line)}: tier "${tier}" is none of ${TIERS.join(', ')}`);
    found.push({ ...task, item });
  }
  if (found.length === 0 && problems.length === 0) problems.push('the outline has no open item; an item is "- [ ] Title (owns: glob)"');
  if (found.length === 0) return { problems };
  const ids = namesFor(found, done);
  const known = new Set(ids);
  // What is ticked off is on the base already: nobody has to wait for it.
  const after = (name: string): readonly string[] => (known.has(name) ? [name] : done.has(name) || done.has(slug(name)) ? [] : [known.has(slug(name)) ? slug(name) : name]);
  const tasks = found.map(({ title, attributes, item }, at) => {
    const id = ids[at] ?? '';
    return { ...taskOf(id, title === '' ? id : title, attributes, item), dependsOn: [...new Set(splitList(attributes.get('after')).flatMap(after))] };
  });
  const goal = intro === '' ? (options.goal ?? tasks.map((task) => task.title).join('; ')) : intro;
  const read: OutlinePlan = {
    plan: { version: 1, goal, ...(options.base !== undefined && { base: options.base }), tasks },
    notes: notes.sort((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0])),
    lines: new Map(found.map(({ item }, at) => [ids[at] ?? '', item.line])),
  };
  return problems.length > 0 ? { problems, rest: read } : read;
}

/** The plan with what was left out of its outline said in its note, where a person sees it before approving. */
export function withNotes(plan: Plan, notes: readonly string[]): Plan {
  return notes.length === 0 ? plan : { ...plan, note: `${notes.join('. ')}.` };
}

/** A problem of the plan with the line of its first task. */
export function placedMessage(problem: { readonly tasks: readonly string[]; readonly message: string }, lines: ReadonlyMap<string, number>): string {
  const line = problem.tasks.map((id) => lines.get(id)).find((each) => each !== undefined);
  return line === undefined ? problem.message : `line ${String(line)}: ${problem.message}`;
}

interface Found {
  readonly id: string | undefined;
  readonly title: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

function taskOf(id: string, title: string, attributes: Found['attributes'], item: Item): Omit<Task, 'dependsOn'> {
  const tier = attributes.get('tier')?.[0];
  const agent = attributes.get('agent')?.[0];
  const model = attributes.get('model')?.[0];
  return {
    id,
    title,
    instructions: dedent(item.body),
    contract: {
      owns: splitList(attributes.get('owns')),
      offLimits: splitList(attributes.get('off-limits')),
      acceptance: attributes.get('accept') ?? [],
      gate: (attributes.get('gate') ?? []).map(unquoted).filter((line) => line !== ''),
    },
    tier: tier !== undefined && isTier(tier) ? tier : 'standard',
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
  };
}

/** The ids that people wrote stay; the others are made from titles, without a clash. */
function namesFor(found: readonly Found[], done: ReadonlySet<string>): readonly string[] {
  const taken = new Set([...done, ...found.flatMap(({ id }) => (id === undefined ? [] : [id]))]);
  return found.map(({ id, title }) => {
    if (id !== undefined) return id;
    const base = slug(title);
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base.slice(0, LONGEST_ID - 3)}-${String(count)}`;
    taken.add(name);
    return name;
  });
}

function slug(title: string): string {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const name = plain.replace(/[^a-z0-9]+/g, '-').slice(0, LONGEST_ID).replace(/^-+|-+$/g, '');
  return name === '' ? 'task' : name;
}

/** `prose`: the lines where unindented paragraphs begin after the first item. */
function readItems(text: string): { items: Item[]; intro: string; prose: number[] } {
  const items: Item[] = [];
  const intro: string[] = [];
  const prose: number[] = [];
  let inProse = false;
  let heading: string | undefined;
  text.split(/\r?\n/).forEach((line, at) => {
    const item = ITEM.exec(line);
    if (item !== null) {
      inProse = false;
      items.push({ line: at + 1, head: (item[3] ?? '').trim(), done: (item[2] ?? ' ') !== ' ', boxed: item[2] !== undefined, body: [] });
      return;
    }
    const title = HEADING.exec(line)?.[1];
    const last = items.at(-1);
    if (last !== undefined && /^\s/.test(line)) last.body.push(line);
    else if (last !== undefined && line.trim() === '') last.body.push('');
    else if (last === undefined && title !== undefined) heading ??= title.trim();
    else if (last === undefined && line.trim() !== '') intro.push(line.trim());
    else if (last !== undefined && title === undefined && !inProse) {
      prose.push(at + 1);
      inProse = true;
    }
    if (line.trim() === '') inProse = false;
  });
  return { items, intro: heading ?? intro.join(' '), prose };
}

const ATTRIBUTES = new Set(['owns', 'after', 'gate', 'tier', 'off-limits', 'accept', 'agent', 'model']);

/** Takes `(name: value)` groups off the end of an item's line; parentheses inside a value must balance. */
function readAttributes(head: string): { title: string; attributes: Map<string, string[]>; unknown: string[] } {
  const attributes = new Map<string, string[]>();
  const unknown: string[] = [];
  let rest = head.trim();
  while (rest.endsWith(')')) {
    let depth = 0;
    let open = rest.length - 1;
    for (; open >= 0; open -= 1) {
      if (rest[open] === ')') depth += 1;
      if (rest[open] === '(') depth -= 1;
      if (depth === 0) break;
    }
    const group = /^\(([a-z-]+):\s*([\s\S]*)\)$/.exec(rest.slice(Math.max(open, 0)));
    if (open < 0 || group?.[1] === undefined || group[2] === undefined) break;
    if (ATTRIBUTES.has(group[1])) attributes.set(group[1], [group[2].trim(), ...(attributes.get(group[1]) ?? [])]);
    else unknown.push(group[1]);
    rest = rest.slice(0, open).trimEnd();
  }
  return { title: rest, attributes, unknown };
}

/** Commas separate, but not inside `{a,b}`. */
function splitList(values: readonly string[] | undefined): string[] {
  const parts: string[] = [];
  for (const value of values ?? []) {
    let depth = 0;
    let part = '';
    for (const char of value) {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      if (char === ',' && depth === 0) {
        parts.push(part);
        part = '';
      } else part += char;
    }
    parts.push(part);
  }
  return parts.map(unquoted).filter((part) => part !== '');
}

/** Without the backticks that Markdown puts around code: in a shell they would mean something else. */
function unquoted(text: string): string {
  return text.trim().replace(/^`([^`]*)`$/, '$1').trim();
}

function dedent(lines: readonly string[]): string {
  const indent = lines.reduce((least, line) => (line.trim() === '' ? least : Math.min(least, line.length - line.trimStart().length)), Infinity);
  return lines
    .map((line) => line.slice(Number.isFinite(indent) ? indent : 0))
    .join('\n')
    .trim();
}

function isTier(value: string): value is Tier {
  return (TIERS as readonly string[]).includes(value);
}
