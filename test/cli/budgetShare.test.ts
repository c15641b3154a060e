/** A CLI with a budget limit of its own: cut at its share of the run's budget, it goes on with what the others have left. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n', '.switchyard/team.jsonc': '{"version":1,"planner":{"agent":"claude"},"tiers":{"standard":{"agent":"claude"}}}' });
});
afterEach(() => repo.cleanup());

/** Ends as Claude Code does: by `--max-budget-usd` in the first attempt of `a`, well in every other. */
const CLAUDE = `#!${process.execPath}
const { existsSync, mkdirSync, readFileSync, watch, writeFileSync, appendFileSync } = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === '--version') { console.log('2.1.400 (Claude Code)'); process.exit(0); }
const task = process.cwd().split('/').at(-1);
appendFileSync(process.env.HOME + '/limits', task + ' ' + args[args.indexOf('--max-budget-usd') + 1] + '\\n');
const session = '11111111-1111-4111-8111-11111111111' + (task === 'a' ? 1 : 2);
const usage = (usd) => ({ usage: { input_tokens: 10, output_tokens: 10 }, modelUsage: { m: { inputTokens: 10, outputTokens: 10, cacheReadInputTokens: 0, cacheCreationInputTokens: 0, costUSD: usd } }, total_cost_usd: usd });
const print = (value) => console.log(JSON.stringify({ session_id: session, ...value }));
print({ type: 'system', subtype: 'init', cwd: process.cwd(), tools: [], model: 'm', permissionMode: 'default' });
mkdirSync(task, { recursive: true });
// Nobody ends before both have begun with their shares.
const end = () => {
  const limits = readFileSync(process.env.HOME + '/limits', 'utf8');
  if (!limits.includes('a ') || !limits.includes('b ')) return;
  if (task === 'a' && !existsSync('a/half.txt')) {
    writeFileSync('a/half.txt', 'half');
    print({ type: 'result', subtype: 'error_max_budget_usd', is_error: true, num_turns: 1, errors: ['Reached maximum budget'], ...usage(2.05) });
    process.exit(1);
  }
  writeFileSync(task + '/done.txt', 'done');
  print({ type: 'result', subtype: 'success', is_error: false, num_turns: 1, result: 'Done.', ...usage(task === 'a' ? 1 : 0.5) });
  process.exit(0);
};
watch(process.env.HOME, end);
end();
`;

test('it goes on with all that is left, and the run ends within its budget', async () => {
  const bin = join(repo.folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'claude'), CLAUDE, { mode: 0o755 });
  const plan = planOf(...['a', 'b'].map((id) => ({ ...scriptedTask(id, []), agent: 'claude' as const })));
  const result = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json', '--budget-usd', '4'], { PATH: `${bin}:${repo.env['PATH'] ?? ''}`, ANTHROPIC_API_KEY: 'dummy' });
  expect(result.summary.tasks).toMatchObject({ a: { state: 'landed', attempts: 2 }, b: { state: 'landed', attempts: 1 } });
  expect(result.code).toBe(0);
  expect(result.summary.bill.usd).toBeCloseTo(3.55);
  expect(result.summary.bill.overshootUsd).toBeUndefined();
  const given = (await readFile(join(repo.folder, 'home', 'limits'), 'utf8')).trim().split('\n').sort();
  expect(given).toEqual(['a 1.45', 'a 2', 'b 2']);
});
