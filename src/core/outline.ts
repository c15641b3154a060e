/**
 * A plan that a person writes by hand, as a Markdown list:
 * `- [ ] db: Activity table (owns: src/db/**) (after: schema) (gate: npm test) (tier: fast)`; indented text under an item
 * is its instructions, `[x]` items are already done and left out.
 */
import type { Plan, Task, Tier } from './plan.js';
import { TIERS } from './plan.js';

const ITEM = /^([-*+])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;

interface Item {
  readonly line: number;
  readonly head: string;
  readonly done: boolean;
  readonly body: string[];
}

export type OutlineResult = { readonly plan: Plan } | { readonly problems: readonly string[] };

/** True when a text has at least one open item with an id: then it is an outline and needs no planner. */
export function looksLikeOutline(text: string): boolean {
  return readItems(text).items.some((item) => /^[a-z0-9][a-z0-9-]*:\s/.test(item.head) && /\(owns:/.test(item.head));
}

/** Reads an outline. `goal` is used when the text has no heading and no paragraph before the list. */
export function outlineToPlan(text: string, options: { readonly goal?: string; readonly base?: string } = {}): OutlineResult {
  const { items, intro } = readItems(text);
  const problems: string[] = [];
  const done = new Set<string>();
  const tasks: Task[] = [];
  for (const item of items) {
    const id = /^([^\s:]+):\s*(.*)$/.exec(item.head);
    if (id?.[1] === undefined || id[2] === undefined) {
      if (!item.done) problems.push(`line ${String(item.line)}: an item is "id: Title", e.g. "- [ ] db: Activity table (owns: src/db/**)"`);
      continue;
    }
    if (item.done) {
      done.add(id[1]);
      continue;
    }
    const { title, attributes, unknown } = readAttributes(id[2]);
    for (const name of unknown) problems.push(`line ${String(item.line)}: unknown "(${name}: …)"; known are owns, after, gate, tier, off-limits, accept, agent, model`);
    const tier = attributes.get('tier')?.[0];
    if (tier !== undefined && !isTier(tier)) problems.push(`line ${String(item.line)}: tier "${tier}" is none of ${TIERS.join(', ')}`);
    const agent = attributes.get('agent')?.[0];
    const model = attributes.get('model')?.[0];
    tasks.push({
      id: id[1],
      title: title === '' ? id[1] : title,
      instructions: dedent(item.body),
      dependsOn: splitList(attributes.get('after')),
      contract: {
        owns: splitList(attributes.get('owns')),
        offLimits: splitList(attributes.get('off-limits')),
        acceptance: attributes.get('accept') ?? [],
        gate: (attributes.get('gate') ?? []).map(unquoted).filter((line) => line !== ''),
      },
      tier: tier !== undefined && isTier(tier) ? tier : 'standard',
      ...(agent !== undefined && { agent }),
      ...(model !== undefined && { model }),
    });
  }
  if (tasks.length === 0 && problems.length === 0) problems.push('the outline has no open item; an item is "- [ ] id: Title (owns: glob)"');
  if (problems.length > 0) return { problems };
  const goal = intro === '' ? (options.goal ?? tasks.map((task) => task.title).join('; ')) : intro;
  return {
    plan: {
      version: 1,
      goal,
      ...(options.base !== undefined && { base: options.base }),
      // What is ticked off is on the base already: nobody has to wait for it.
      tasks: tasks.map((task) => ({ ...task, dependsOn: task.dependsOn.filter((on) => !done.has(on)) })),
    },
  };
}

function readItems(text: string): { items: Item[]; intro: string } {
  const items: Item[] = [];
  const intro: string[] = [];
  let heading: string | undefined;
  text.split(/\r?\n/).forEach((line, at) => {
    const item = ITEM.exec(line);
    if (item !== null) {
      items.push({ line: at + 1, head: (item[3] ?? '').trim(), done: (item[2] ?? ' ') !== ' ', body: [] });
      return;
    }
    const title = HEADING.exec(line)?.[1];
    const last = items.at(-1);
    if (last !== undefined && /^\s/.test(line)) last.body.push(line);
    else if (last !== undefined && line.trim() === '') last.body.push('');
    else if (last === undefined && title !== undefined) heading ??= title.trim();
    else if (last === undefined && line.trim() !== '') intro.push(line.trim());
  });
  return { items, intro: heading ?? intro.join(' ') };
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
  const filled = lines.filter((line) => line.trim() !== '');
  const indent = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return lines
    .map((line) => line.slice(Number.isFinite(indent) ? indent : 0))
    .join('\n')
    .trim();
}

function isTier(value: string): value is Tier {
  return (TIERS as readonly string[]).includes(value);
}
