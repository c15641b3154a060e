/** Longer texts of the fixtures: gate output with colours, a diff, an agent's activity. */
import type { ActivityLine, AgentEvent } from '../../../src/core/activity.js';
import { NOW } from './make.js';

const ESC = '\u001B';
const color = (code: number, text: string): string => `${ESC}[${code}m${text}${ESC}[0m`;

export const PASSING_OUTPUT = [color(1, ' RUN  v4.1.12'), ` ${color(32, '✓')} src/api/activity.test.ts ${color(90, '(12 tests)')} 84ms`, ` ${color(32, '✓')} src/api/router.test.ts ${color(90, '(8 tests)')} 31ms`, '', ` Tests  ${color(32, '20 passed')} (20)`].join('\n');

export const FAILING_OUTPUT = [
  ` ${color(31, '❯')} src/ui/timeline/Timeline.test.tsx ${color(90, '(9 tests | ')}${color(31, '2 failed')}${color(90, ')')} 210ms`,
  `   ${color(31, '×')} groups events of one day`,
  `   ${color(31, '×')} keeps the scroll position when older events arrive`,
  '',
  color(31, 'AssertionError: expected 3 to be 2'),
  `  ${color(32, '- 2')}`,
  `  ${color(31, '+ 3')}`,
  ` ${color(36, '❯')} src/ui/timeline/Timeline.test.tsx:41:29`,
  `     ${color(90, '39|')}   const groups = groupByDay(events);`,
  `     ${color(90, '41|')}   expect(groups.length).toBe(2);`,
  '',
  ` Tests  ${color(31, '2 failed')} | ${color(32, '18 passed')} (20)`,
].join('\n');

export const DIFF = `diff --git a/src/api/activity.ts b/src/api/activity.ts
index 83db48f..bf3a2c1 100644
--- a/src/api/activity.ts
+++ b/src/api/activity.ts
@@ -38,12 +38,14 @@ import { clamp } from './clamp';
 const PAGE_SIZE = 50;
 
 export async function listActivity(
-  userId: string, page = 0) {
+  userId: string,
+  cursor: Cursor | null = null,
+): Promise<Page<ActivityEvent>> {
   const limit = clamp(PAGE_SIZE, 100);
-  return db.activity.skip(page * limit)
+  return db.activity.after(cursor)
     .where({ userId }).take(limit);
 }
 
 export function activityRoute(app: App): void {
   app.get('/users/:id/activity', handler);
 }
@@ -70,4 +72,5 @@ function decode(value: string): Cursor {
   const at = Number(value);
+  if (Number.isNaN(at)) throw new InvalidInput('cursor');
   return { at };
 }
`;

const EVENTS: readonly AgentEvent[] = [
  { type: 'session', session: 's1', model: 'claude-sonnet' },
  { type: 'message', text: 'I will start with the cursor type, then the endpoint, then its tests.' },
  { type: 'thinking', text: 'An expired cursor must answer 400, so decoding has to validate first.' },
  { type: 'tool', id: 't1', name: 'Read', title: 'Read src/api/router.ts', path: 'src/api/router.ts' },
  { type: 'tool-result', id: 't1', ok: true },
  { type: 'tool', id: 't2', name: 'Bash', title: '$ npm test -- api' },
  { type: 'tool-result', id: 't2', ok: false, text: 'FAIL src/api/activity.test.ts\n  an expired cursor answers 400\n  Expected: 400\n  Received: 500' },
  { type: 'edit', path: 'src/api/errors.ts', change: 'modified' },
  { type: 'edit', path: 'src/api/activity.test.ts', change: 'added' },
  { type: 'denied', tool: 'Bash', why: 'curl is not allowed' },
  { type: 'retry', reason: 'rate-limit', attempt: 1, of: 5 },
  { type: 'warning', text: '<script>alert(1)</script> and [a link](https://example.com) stay plain text.' },
];

/** `count` lines; the first twelve are one of each kind. */
export function activity(count = 60): readonly ActivityLine[] {
  return Array.from({ length: count }, (_, index): ActivityLine => {
    const event = EVENTS[index] ?? { type: 'tool' as const, id: `t${index}`, name: 'Edit', title: `Edit src/api/part${index}.ts` };
    return { ...event, seq: index + 1, at: NOW - (count - index) * 2_000 };
  });
}
