/** Parsers never throw and never call a broken stream a success they did not read, whatever a CLI prints. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PARSERS, recorded, type CliName } from './replay.js';

/** A small deterministic generator (mulberry32), so that a failure can be repeated by its seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const ODD: readonly unknown[] = [null, true, false, 0, -1, 1e308, Number.MAX_SAFE_INTEGER, '', 'x', [], [[]], {}, [null], ['a', 1], { type: 'text' }, { a: { b: [] } }];

/** Replaces one random value somewhere in a JSON value. */
function twisted(value: unknown, pick: (below: number) => number): unknown {
  if (typeof value === 'object' && value !== null && pick(8) > 0) {
    const keys = Object.keys(value);
    if (keys.length > 0) {
      const chosen = keys[pick(keys.length)];
      const entries = Object.entries(value).flatMap(([key, entry]): [string, unknown][] => (key !== chosen ? [[key, entry]] : pick(12) === 0 ? [] : [[key, twisted(entry, pick)]]));
      return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
    }
  }
  return ODD[pick(ODD.length)];
}

function torn(line: string, pick: (below: number) => number): string {
  const at = pick(line.length + 1);
  switch (pick(4)) {
    case 0:
      return line.slice(0, at);
    case 1:
      return line.slice(at);
    case 2:
      return `${line.slice(0, at)}${String.fromCharCode(pick(0x10000))}${line.slice(at + 1)}`;
    default:
      return `${line.slice(0, at)}${line}`;
  }
}

async function allLines(cli: CliName): Promise<readonly string[]> {
  const names = (await readdir(join(import.meta.dirname, 'fixtures', cli))).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length));
  const texts = await Promise.all(names.map((name) => recorded(cli, name)));
  return texts.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
}

const STREAMS = 625;
const LINES = 16;

describe.each(['claude', 'codex', 'gemini', 'opencode'] as const)('%s', (cli) => {
  it(`reads ${STREAMS * LINES} mutated lines without throwing`, async () => {
    const lines = await allLines(cli);
    for (let seed = 1; seed <= STREAMS; seed += 1) {
      const pick = generator(seed);
      const parser = PARSERS[cli](pick(2) === 0 ? undefined : '/home/dev/sandbox/wt');
      for (let count = 0; count < LINES; count += 1) {
        const line = lines[pick(lines.length)] ?? '';
        const kind = pick(3);
        const input = kind === 0 ? line : kind === 1 ? torn(line, pick) : JSON.stringify(twisted(JSON.parse(line), pick));
        const events = parser.line(input);
        for (const event of events) expect(JSON.stringify(event).length, `seed ${seed}`).toBeLessThan(50_000);
      }
      parser.stderr(torn('Attempt 1 failed: x\nRetrying after 50ms... patch rejected: y\n', pick));
      const outcome = parser.end({ code: pick(3) === 0 ? null : pick(256), signal: null });
      expect(outcome.ok || (outcome.reason !== undefined && (outcome.message ?? '') !== ''), `seed ${seed}`).toBe(true);
      for (const each of outcome.usage) {
        const counts = [each.inputTokens, each.cachedInputTokens, each.cacheWriteTokens, each.outputTokens, each.usd ?? 0];
        expect(counts.every((number) => Number.isFinite(number) && number >= 0), `seed ${seed}`).toBe(true);
      }
    }
  });

  it('ignores what is not its business', () => {
    const parser = PARSERS[cli]();
    for (const line of ['', ' ', 'plain text', '[]', '[1,2]', 'null', '42', '"text"', '{', '{}', '{"type":null}', '{"type":"__proto__"}', '{"type":"something_new","data":{}}', '\u0000', '{"type":"constructor"}', '['.repeat(100_000), `{"a":${'['.repeat(100_000)}`]) {
      expect(parser.line(line)).toEqual([]);
    }
    expect(parser.end({ code: 0, signal: null })).toMatchObject({ ok: false, reason: 'interrupted', usage: [] });
  });
});
