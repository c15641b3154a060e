import { describe, expect, it } from 'vitest';
import { outlineToPlan } from '../../src/core/outline.js';
import { outlineProblems } from '../../src/core/outlineCheck.js';

const wrong = (text: string): readonly string[] => outlineProblems(outlineToPlan(text)).filter((each) => each.severity !== 'warning').map((each) => each.message);

describe('what is wrong with an outline', () => {
  it('is told all at once: what cannot be read and what is wrong with the plan, by line', () => {
    const found = wrong('# Goal\n\n- [ ] a: One (owns: /a) (after: ghost)\n- [ ] b: Two (owns: b/**) (tier: huge)\n- [ ] c: Three (owner: c)\n');
    expect(found.map((message) => /^line \d+/.exec(message)?.[0])).toEqual(['line 3', 'line 3', 'line 4', 'line 5']);
    expect(found.join('\n')).toMatch(/ghost/);
    expect(found.at(-1)).toMatch(/unknown "\(owner: …\)"/);
  });
  it('one fault is one problem: a misspelt “owns” is not also an empty one', () => {
    expect(wrong('- [ ] c: Three (owner: c)\n')).toHaveLength(1);
    expect(wrong('- [ ] c: Three\n')).toEqual([expect.stringMatching(/^line 1: .*own/)]);
  });
  it('a good one has none, and one without a task says so', () => {
    expect(wrong('- [ ] a: One (owns: a/**) (gate: npm test)\n')).toEqual([]);
    expect(wrong('- [x] a: One (owns: a/**)\n')).toEqual([expect.stringContaining('no open item')]);
  });
});
