/** What the page sends is outside input: every argument is checked before anything acts on it. */
import * as v from 'valibot';
import { valueTooDeep } from '../../core/nesting.js';
import { parseWish } from '../../core/wishSchema.js';
import type { Wish } from '../../core/wishes.js';
import type { HostAction } from '../../shared/protocol.js';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4_096));
/** More than anybody writes by hand; a pasted log may be long. */
const words = v.pipe(v.string(), v.maxLength(100_000));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const plain = <const T extends HostAction['type']>(type: T) => v.object({ type: v.literal(type) });
const actionSchema = v.variant('type', [
  plain('decompose'),
  v.object({ type: v.literal('open-dashboard'), task: v.exactOptional(id) }),
  v.object({ type: v.literal('review'), task: id, path: v.exactOptional(path) }),
  v.object({ type: v.literal('try-it'), task: id }),
  v.object({ type: v.literal('stray-changes'), task: id }),
  v.object({ type: v.literal('show-patch'), task: id, leak: id }),
  v.object({ type: v.literal('take-over'), task: id }),
  v.object({ type: v.literal('resolve-conflict'), task: id }),
  v.object({ type: v.literal('show-terminal'), task: id }),
  v.object({ type: v.literal('open-pull-request'), task: id }),
  v.object({ type: v.literal('allow-paths'), task: id }),
  plain('cancel-planning'),
  v.object({ type: v.literal('retry-with-feedback'), task: id, text: v.exactOptional(words) }),
  v.object({ type: v.literal('replan-with-feedback'), task: v.exactOptional(id), text: v.exactOptional(words) }),
  v.object({ type: v.literal('ask-changes'), text: v.exactOptional(words) }),
  plain('open-team-file'),
  plain('refresh-agents'),
  plain('trust'),
  plain('open-folder'),
  plain('init-repository'),
  plain('check-again'),
  plain('open-source-control'),
  plain('pick-run'),
  v.object({ type: v.literal('recover-run'), run: id }),
  plain('export-receipts'),
  v.object({ type: v.literal('copy'), text: v.pipe(v.string(), v.maxLength(1_000_000)) }),
]);

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

function refused(what: string, why: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: `The dashboard sent ${what} that Switchyard does not understand (${why}). Nothing was changed.` };
}

function check<T>(schema: v.GenericSchema<unknown, T>, input: unknown, what: string): Checked<T> {
  if (valueTooDeep(input)) return refused(what, 'it is nested too deep');
  const result = v.safeParse(schema, withoutUndefined(input));
  if (result.success) return { ok: true, value: result.output };
  const [issue] = result.issues;
  return refused(what, `${v.getDotPath(issue) ?? 'type'}: ${issue.message}`);
}

/** A page may write `undefined` where it leaves a field out; messages drop such fields in most editors, not in all. */
function withoutUndefined(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(withoutUndefined);
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(Object.entries(input).flatMap(([key, value]) => (value === undefined ? [] : [[key, withoutUndefined(value)]])));
}

/** A wish of the page, in the shape that the inbox takes. */
export function checkWish(input: unknown): Checked<Wish> {
  if (valueTooDeep(input)) return refused('a wish', 'it is nested too deep');
  const parsed = parseWish(withoutUndefined(input));
  return 'wish' in parsed ? { ok: true, value: parsed.wish } : refused('a wish', parsed.problem);
}

/** Something that the page asks of the editor; unknown types are refused. */
export const checkAction = (input: unknown): Checked<HostAction> => check<HostAction>(actionSchema, input, 'an action');
/** A task's id and a repository path. */
export const checkTaskPath = (input: unknown): Checked<[string, string]> => check(v.tuple([id, path]), input, 'a path');
/** A task's id and an attempt's number. */
export const checkAttempt = (input: unknown): Checked<[string, number]> => check(v.tuple([id, count]), input, 'an attempt');
/** A task's id, an attempt's number, and the sequence number after which lines are wanted. */
export const checkActivity = (input: unknown): Checked<[string, number, number]> => check(v.tuple([id, count, count]), input, 'a question');
/** The id by which the page knows an answer again. */
export const checkTicket = (input: unknown): Checked<string> => check(id, input, 'a ticket');
/** The task that the page shows; `undefined` for none. */
export const checkLooking = (input: unknown): Checked<string | undefined> => check(v.pipe(v.nullish(id), v.transform((task) => task ?? undefined)), input, 'a task');
