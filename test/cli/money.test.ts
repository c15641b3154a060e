import { expect, it } from 'vitest';
import { money, runMoney } from '../../src/cli/output.js';
import { approved, ready, runOf, task } from '../ui/runs.js';

it('marks money that a subscription covers as what the API would have cost', () => {
  const events = [...approved(task('db')), ...ready('db')];
  const paid = events.map((event) => (event.type === 'attempt.starting' ? { ...event, apiEquivalent: false } : event));
  expect(runMoney(runOf(events))).toBe('≈ $0.25 API');
  expect(runMoney(runOf(paid))).toBe('$0.25');
  expect(money({ usd: 0.25, unknownUsd: true }, true)).toBe('≈ $0.25 API + unknown');
});
