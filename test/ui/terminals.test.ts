import { expect, test } from 'vitest';
import { closingLine, shownTranscript } from '../../src/ui/terminals/closing.js';

const ended = (why: string, ok = false): object => ({ v: 1, ended: why, outcome: { ok } });

test('a closing line says how it ended, what is safe and where else it can be read', () => {
  expect(closingLine(ended('exited', true))).toMatch(/has finished[^]*dashboard, under Activity/);
  expect(closingLine(ended('exited'))).toMatch(/has failed; its work so far is in the worktree/);
  expect(closingLine(ended('stopped'))).toMatch(/was stopped; its work/);
  expect(closingLine(ended('idle'))).toMatch(/at a limit/);
  expect(closingLine(ended('not-started'))).toMatch(/could not be started; nothing was changed/);
  expect(closingLine({ ...ended('stopped'), role: 'planner' })).not.toMatch(/worktree|Activity/);
  for (const odd of [undefined, null, 7, {}, { outcome: 'x' }]) expect(closingLine(odd)).toMatch(/interrupted/);
});

test('a transcript keeps the colours that it had while the agent worked', () => {
  const shown = shownTranscript('Tags on a note\n● Write src/a.mjs\n  + src/a.mjs\n✓ Finished after 1.0 s\n', 100);
  expect(shown).toBe('Tags on a note\r\n\x1b[1m● Write src/a.mjs\x1b[0m\r\n\x1b[32m  + src/a.mjs\x1b[0m\r\n\x1b[32m✓ Finished after 1.0 s\x1b[0m');
});

test('of a long transcript the end is shown, and how much is not', () => {
  const shown = shownTranscript(Array.from({ length: 1_500 }, (_, at) => `line ${String(at)}`).join('\n'), 1_000).split('\r\n');
  expect(shown).toHaveLength(1_001);
  expect(shown[0]).toContain('500 earlier lines');
  expect(shown.at(-1)).toBe('line 1499');
});
