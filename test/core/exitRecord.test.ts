import { describe, expect, it } from 'vitest';
import { isExitRecord } from '../../src/core/exitRecord.js';

const OUTCOME = { ok: true, usage: [{ model: 'm', inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 2, usd: 0.1 }], usageIsCumulative: false, denied: [{ tool: 'Bash', why: 'no' }], session: 's', message: 'fine' };
const RECORD = { v: 1, nonce: 'n', startedAt: 1, endedAt: 2, exitCode: 0, signal: null, ended: 'exited', outcome: OUTCOME };

describe('an exit record', () => {
  it('is what the runner writes', () => {
    expect(isExitRecord(RECORD)).toBe(true);
    expect(isExitRecord({ ...RECORD, exitCode: null, ended: 'not-started', outcome: { ok: false, reason: 'missing-cli', usage: [], usageIsCumulative: false, denied: [], retryAt: null } })).toBe(true);
  });

  it.each<[string, object]>([
    ['no outcome', { ...RECORD, outcome: undefined }],
    ['an outcome that is none', { ...RECORD, outcome: 'ok' }],
    ['no verdict', { ...RECORD, outcome: { ...OUTCOME, ok: 'yes' } }],
    ['an unknown reason', { ...RECORD, outcome: { ...OUTCOME, ok: false, reason: '__proto__' } }],
    ['usage that cannot be added up', { ...RECORD, outcome: { ...OUTCOME, usage: [{ inputTokens: 'many' }] } }],
    ['negative money', { ...RECORD, outcome: { ...OUTCOME, usage: [{ ...OUTCOME.usage[0], usd: -5 }] } }],
    ['usage that is no list', { ...RECORD, outcome: { ...OUTCOME, usage: {} } }],
    ['refusals without a tool', { ...RECORD, outcome: { ...OUTCOME, denied: [null] } }],
    ['a time no date can hold', { ...RECORD, endedAt: 1e300 }],
    ['another ending', { ...RECORD, ended: 'well' }],
    ['nothing', {}],
  ])('is none with %s', (_what, record) => expect(isExitRecord(record)).toBe(false));
});
