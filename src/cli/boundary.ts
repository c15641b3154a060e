/** `boundary`: the airtight check of a worktree against a contract, by itself. */
import * as v from 'valibot';
import { openRepository } from '../adapters/git/repository.js';
import { boundaryReport } from '../core/contract.js';
import { validateGlob } from '../core/globs.js';
import { contractSchema } from '../core/planSchema.js';
import { placeWords, shapeProblems } from '../core/schemaWords.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { readJson } from './files.js';
import { count } from './words.js';

/**
 * Prints what changed in a worktree and what of it a contract forbids; exit 3 on violations. Throws `UsageError` for bad input:
 * never an empty pass.
 */
export async function boundary(options: { worktree?: string; base?: string; contract?: string }, output: Output): Promise<ExitCode> {
  const { worktree, base, contract } = options;
  if (worktree === undefined || base === undefined || contract === undefined) throw new UsageError('boundary needs --worktree DIR --base REV --contract FILE.json');
  const input = await readJson(contract, 'the contract');
  const parsed = v.safeParse(contractSchema, input);
  if (!parsed.success) throw new UsageError(`${contract} holds no contract: ${shapeProblems(contractSchema, input).map(({ path, what }) => `${path.length === 0 ? 'the whole' : placeWords(path)} ${what}`).join('; ')}`);
  for (const glob of [...parsed.output.owns, ...parsed.output.offLimits]) {
    const wrong = validateGlob(glob);
    if (wrong !== undefined) throw new UsageError(`${contract}: "${glob}": ${wrong}`);
  }
  const git = await openRepository(worktree, { environment: process.env });
  const commit = await git.resolve(base);
  if (commit === undefined) throw new UsageError(`"${base}" names no commit here; nothing was checked.`);
  const report = boundaryReport({ contract: parsed.output, changes: await git.changes(git.root, commit) });
  await git.settled();
  output.object(report);
  if (report.ok) output.result(`clean: ${count(report.changed.length, 'changed path')}, all inside the contract`);
  else for (const each of report.violations) output.result(`${each.path}: ${each.kind} (${each.change})`);
  return report.ok ? EXIT.done : EXIT.needsPerson;
}
