/** Wishes as outside input: a file in the inbox or a message from the page. */
import * as v from 'valibot';
import type { Wish } from './wishes.js';

const run = v.pipe(v.string(), v.regex(/^r[0-9]{1,9}$/));
const task = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,39}$/));
const words = v.pipe(v.string(), v.maxLength(100_000));
const texts = v.pipe(v.array(words), v.maxLength(1_000));
const revision = v.pipe(v.number(), v.integer(), v.minValue(1));

const edit = v.variant('kind', [
  v.strictObject({
    kind: v.literal('task'),
    task,
    title: v.exactOptional(words),
    instructions: v.exactOptional(words),
    tier: v.exactOptional(v.picklist(['fast', 'standard', 'deep'])),
    dependsOn: v.exactOptional(texts),
    contract: v.exactOptional(
      v.strictObject({ owns: v.exactOptional(texts), offLimits: v.exactOptional(texts), acceptance: v.exactOptional(texts), gate: v.exactOptional(texts) }),
    ),
  }),
  v.strictObject({ kind: v.literal('remove'), task }),
]);

const comment = v.strictObject({ path: v.pipe(v.string(), v.maxLength(4_096)), line: v.pipe(v.number(), v.integer(), v.minValue(1)), text: words });

export const wishSchema = v.variant('type', [
  v.strictObject({ type: v.literal('approve-plan'), run, revision }),
  v.strictObject({ type: v.literal('edit-plan'), run, revision, edit }),
  v.strictObject({ type: v.literal('discard-plan'), run }),
  v.strictObject({ type: v.literal('ask-changes'), run, text: words }),
  v.strictObject({ type: v.literal('approve'), run, task, feedback: v.exactOptional(words) }),
  v.strictObject({ type: v.literal('retry'), run, task, feedback: v.exactOptional(words), comments: v.exactOptional(v.pipe(v.array(comment), v.maxLength(1_000))) }),
  v.strictObject({ type: v.literal('replan'), run, task: v.exactOptional(task), feedback: v.exactOptional(words) }),
  v.strictObject({ type: v.literal('back'), run, task, attempt: v.exactOptional(revision) }),
  v.strictObject({ type: v.literal('drop'), run, task, feedback: v.exactOptional(words) }),
  v.strictObject({ type: v.literal('allow-paths'), run, task, paths: texts }),
  v.strictObject({ type: v.literal('leak'), run, task, leak: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9]{1,9}-[0-9]{1,9}$/))), choice: v.picklist(['move', 'keep', 'undo']) }),
  v.strictObject({ type: v.literal('stop'), run, task: v.exactOptional(task), by: v.exactOptional(v.literal('quit')) }),
  v.strictObject({ type: v.literal('pause'), run }),
  v.strictObject({ type: v.literal('go-on'), run }),
  v.strictObject({ type: v.literal('take-over'), run, task }),
  v.strictObject({ type: v.literal('resolve-conflict'), run, task, keep: v.exactOptional(v.picklist(['ours', 'theirs', 'base', 'as-is'])), paths: v.exactOptional(texts) }),
  v.strictObject({ type: v.literal('check'), run, task }),
  v.strictObject({ type: v.literal('undo'), run, task: v.exactOptional(task) }),
  v.strictObject({ type: v.literal('land-run'), run }),
  v.strictObject({ type: v.literal('bring-in'), run }),
]);

/** Returns the wish, or what is wrong with it. */
export function parseWish(input: unknown): { readonly wish: Wish } | { readonly problem: string } {
  const result = v.safeParse(wishSchema, input);
  if (result.success) return { wish: result.output };
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  return { problem: `not a wish: ${place === null ? '' : `${place}: `}${issue.message}` };
}
