import { describe, expect, it } from 'vitest';
import type { ActivityLine } from '../../src/core/activity.js';
import { countGroups } from '../../webview/states.js';
import { ansiLines } from '../../webview/components/ansiText.js';
import { ago, agentText, clock, duration, money, shortMoney, tokens, usd } from '../../webview/format.js';
import { gateSegments, gateText, taskLine } from '../../webview/graph/taskLine.js';
import { draftOf, editOf, dependentsOf } from '../../webview/plan/draft.js';
import { actsOf } from '../../webview/task/actions.js';
import { activityRows, tailOf } from '../../webview/task/activityRows.js';
import { diffRows } from '../../webview/task/diffRows.js';
import { FIXTURES } from '../support/webviewHarness/fixtures.js';
import { amount, NOW, task } from '../support/webviewHarness/make.js';
import { DIFF } from '../support/webviewHarness/texts.js';

const find = (id: string) => FIXTURES.nine.run.tasks.find((one) => one.id === id)!;

describe('figures', () => {
  it('never shows a figure that was not reported', () => {
    expect(money(amount(0), false)).toBeUndefined();
    expect(shortMoney(amount(0, true), true)).toBe('$ ?');
    expect(money(amount(0, true), true)).toBe('price unknown');
    expect(money(amount(0.3, true), true)).toBe('$0.30 + unknown');
    expect(money(amount(0.3, true), true, true)).toBe('≈ $0.30 API + unknown');
    expect(shortMoney(amount(0.3, false), true, true)).toBe('≈ $0.30 API');
    expect(usd(0.001)).toBe('<$0.01');
    expect(usd(0)).toBe('$0.00');
    expect(usd(1234.5)).toBe('$1,234.50');
  });

  it('writes times and sizes', () => {
    expect([tokens(950), tokens(4_210), tokens(38_400), tokens(1_240_000)]).toEqual(['950', '4,210', '38k', '1.2M']);
    expect([duration(420), duration(48_200), duration(192_000), duration(3_900_000)]).toEqual(['0.4 s', '48 s', '3 min 12 s', '1 h 5 min']);
    expect([clock(192_000), clock(3_753_000), clock(-5)]).toEqual(['3:12', '1:02:33', '0:00']);
    expect([ago(0, 30_000), ago(0, 840_000), ago(0, 3 * 3_600_000), ago(0, 49 * 3_600_000)]).toEqual(['just now', '14 min ago', '3 h ago', '2 days ago']);
    expect(agentText('claude', 'claude-sonnet-4-5-20250929')).toBe('claude · claude-sonnet-4-5');
  });
});

describe('a task in one line', () => {
  it('says what it does or why it does nothing', () => {
    expect(taskLine(find('activity-endpoint'), NOW)).toBe('Ready to merge · 6 files +214 −78');
    expect(taskLine(find('activity-hook'), NOW)).toBe('Gate: npm test · 2 of 2');
    expect(taskLine(find('pagination-helper'), NOW)).toBe('Editing src/lib/cursor.test.ts');
    expect(taskLine(find('event-types'), NOW)).toBe('Landed 9 min ago · 2 files');
    expect(taskLine(find('feed-page'), NOW)).toBe('Overlaps Timeline component: src/ui/**');
    expect(taskLine(task('x', 'X', { state: 'proposed' }), NOW)).toBe('src/x/**');
  });

  it('says of a conflict where it is, of a landing that was taken back that it was, and shows no back quotes', () => {
    const one = (fixture: 'conflict' | 'undoing' | 'unproven' | 'pull-requests', id: string) => FIXTURES[fixture].run.tasks.find((other) => other.id === id)!;
    expect(taskLine(one('conflict', 'timeline-component'), NOW)).toBe('Conflict in package-lock.json and 1 more');
    expect(taskLine(one('undoing', 'event-types'), NOW)).toBe('Landing taken back');
    expect(taskLine(one('undoing', 'activity-table'), NOW)).toBe('Landed · not undone');
    expect(taskLine(one('unproven', 'timeline-component'), NOW)).toMatch(/^npm test passed but ran no test/);
    expect(taskLine(one('pull-requests', 'activity-endpoint'), NOW)).toBe('Pull request open');
    expect(countGroups(FIXTURES.undoing.run.tasks)).toEqual(expect.arrayContaining([{ group: 'landed', count: 2 }, { group: 'undone', count: 1 }]));
  });

  it('shows the gate in segments and words', () => {
    expect(gateSegments(find('activity-hook'))).toEqual(['passed', 'running']);
    expect(gateSegments(find('timeline-component'))).toEqual(['passed', 'failed']);
    expect(gateSegments(find('feed-page'))).toEqual(['none', 'none']);
    expect(gateText(find('timeline-component'))).toBe('Gate failed: 1 of 2 passed');
  });
});

describe('actions', () => {
  it('ask for what they say, and ask back before dropping', () => {
    const acts = actsOf(FIXTURES.nine.run, find('activity-endpoint'));
    expect(acts[0]).toMatchObject({ label: 'Approve & Merge', intent: { kind: 'wish', wish: { type: 'approve', run: 'r1', task: 'activity-endpoint' } } });
    expect(acts.find((act) => act.id === 'retry')?.intent).toEqual({ kind: 'action', action: { type: 'retry-with-feedback', task: 'activity-endpoint' } });
    expect(acts.find((act) => act.id === 'drop')?.question?.title).toBe('Drop “Activity endpoint”?');
  });

  it('ask back before landing what nothing has proved', () => {
    const unproven = { ...find('activity-endpoint'), why: { kind: 'unproven' as const, text: 'fewer tests' } };
    expect(actsOf(FIXTURES.nine.run, unproven)[0]).toMatchObject({ label: 'Land Unproven…', question: { button: 'Land Unproven', text: expect.stringContaining('a person accepted it') as string } });
  });

  it('ask in the editor which paths outside the contract are allowed', () => {
    const run = FIXTURES.boundary.run;
    const allow = actsOf(run, run.tasks.find((one) => one.id === 'timeline-component')!)[0]!;
    expect(allow.intent).toEqual({ kind: 'action', action: { type: 'allow-paths', task: 'timeline-component' } });
  });
});

describe('editing a plan', () => {
  const one = FIXTURES.plan.run.tasks.find((other) => other.id === 'activity-endpoint')!;

  it('sends only what differs', () => {
    expect(editOf(one, draftOf(one))).toBeUndefined();
    expect(editOf(one, { ...draftOf(one), title: ' New ' })).toEqual({ kind: 'task', task: one.id, title: 'New' });
    expect(editOf(one, { ...draftOf(one), owns: 'src/api/**\n\n  docs/** ' })).toEqual({ kind: 'task', task: one.id, contract: { owns: ['src/api/**', 'docs/**'] } });
    expect(editOf(one, { ...draftOf(one), dependsOn: [] })).toEqual({ kind: 'task', task: one.id, dependsOn: [] });
  });

  it('does not offer dependencies that would be a cycle', () => {
    expect([...dependentsOf(FIXTURES.plan.run, 'event-types')].sort()).toEqual(['activity-endpoint', 'e2e-tests', 'event-types', 'pagination-helper', 'timeline-component']);
  });
});

describe('an agent’s texts', () => {
  it('folds a tool and its result into one row and leaves totals out', () => {
    const lines: ActivityLine[] = [
      { type: 'tool', id: 't', name: 'Bash', title: '$ npm test', seq: 1, at: 1 },
      { type: 'usage', usage: [], seq: 2, at: 2 },
      { type: 'tool-result', id: 't', ok: false, text: 'exit 1', seq: 3, at: 3 },
      { type: 'message', text: 'x'.repeat(5_000), seq: 4, at: 4 },
    ];
    const rows = activityRows(lines);
    expect(rows.map((row) => row.kind)).toEqual(['tool', 'message']);
    expect(rows[0]).toMatchObject({ text: '$ npm test', ok: false, detail: 'exit 1' });
    expect(rows[1]?.text.endsWith('(1,000 more characters)')).toBe(true);
  });

  it('keeps the end of a long list, and moves what stands in the page only once in a hundred rows', () => {
    const lines = Array.from({ length: 1_000 }, (_, n): ActivityLine => ({ type: 'message', text: String(n), seq: n + 1, at: n }));
    let from = 0;
    const begins = new Set<number>();
    for (let end = 1; end <= lines.length; end += 1) {
      const tail = tailOf(lines.slice(0, end), from);
      ({ from } = tail);
      begins.add(tail.rows[0]?.seq ?? 0);
      expect(tail.rows.at(-1)?.seq).toBe(end);
      expect(tail.rows.length).toBe(Math.min(end, end - from + 1));
      expect(tail.rows.length).toBeLessThanOrEqual(200);
    }
    expect(begins.size).toBeLessThanOrEqual(10);
  });

  it('tells a write once, where its call has named the path', () => {
    const lines: ActivityLine[] = [
      { type: 'tool', id: 't', name: 'Write', title: 'Write src/a.ts', seq: 1, at: 1 },
      { type: 'edit', path: 'src/a.ts', change: 'added', seq: 2, at: 2 },
      { type: 'edit', path: 'src/b.ts', change: 'added', seq: 3, at: 3 },
    ];
    expect(activityRows(lines).map((row) => row.text)).toEqual(['Write src/a.ts', 'src/b.ts']);
  });

  it('keeps terminal colours and drops cursor movement', () => {
    const lines = ansiLines('\u001B[32mok\u001B[0m\n10%\r20%\r\u001B[2K\u001B[1;31mbad\u001B[0m <b>\u001B[38;5;208mpalette\u001B[0m');
    expect(lines[0]).toEqual([{ text: 'ok', className: 'ansi-green' }]);
    expect(lines[1]?.map((span) => span.text).join('')).toBe('bad <b>palette');
    expect(lines[1]?.[0]?.className).toBe('ansi-red bold');
    expect(lines[1]?.at(-1)?.color).toBe('rgb(255, 135, 0)');
  });
});

describe('diff rows', () => {
  it('number both sides', () => {
    const { rows } = diffRows(DIFF);
    expect(rows[0]).toEqual({ kind: 'hunk', text: "@@ -38,12 +38,14 @@ import { clamp } from './clamp';" });
    expect(rows.filter((row) => row.kind === 'insert')).toHaveLength(5);
    expect(rows.find((row) => row.kind === 'delete')).toEqual({ kind: 'delete', text: '  userId: string, page = 0) {', old: 41 });
    expect(rows.at(-1)).toMatchObject({ kind: 'normal', old: 72, new: 75 });
  });

  it('recognises binary files and pure renames', () => {
    expect(diffRows('diff --git a/x.png b/x.png\nindex 1..2 100644\nBinary files a/x.png and b/x.png differ\n').binary).toBe(true);
    expect(diffRows('diff --git a/a.ts b/b.ts\nsimilarity index 100%\nrename from a.ts\nrename to b.ts\n').rows).toEqual([]);
  });

  it('cuts endless lines', () => {
    const { rows } = diffRows(`diff --git a/a.js b/a.js\nindex 1..2 100644\n--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n-a\n+${'x'.repeat(9_000)}\n`);
    expect(rows.at(-1)?.text.length).toBeLessThan(1_100);
  });
});
