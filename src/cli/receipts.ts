/** `receipts`: what was proven, by which commands and tools, and what landed by it. */
import { resolve } from 'node:path';
import { receiptObject, receiptsDocument } from '../core/receiptExport.js';
import type { ReceiptRecord } from '../core/receipt.js';
import type { RunState } from '../core/run.js';
import { maskOf } from '../core/secrets.js';
import type { EngineSession } from '../engine/session.js';
import { writeText } from './files.js';
import type { ExitCode, Output } from './output.js';
import { EXIT } from './output.js';
import { stateOf } from './state.js';

/** Lists a run's receipts, oldest first; with `out` they also go to a file, as one JSON document. */
export async function showReceipts(session: EngineSession, options: { readonly run?: string; readonly out?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const mask = maskOf(process.env);
  for (const record of state.receipts) output.object({ type: 'receipt', run: state.run, ...receiptObject(record, mask) });
  output.result(mask(describe(state)));
  if (options.out !== undefined) {
    await writeText(resolve(options.out), `${JSON.stringify(receiptsDocument(state, mask), null, 2)}\n`);
    output.say(`Written to ${options.out}.`);
  }
  return EXIT.done;
}

function describe(state: RunState): string {
  if (state.receipts.length === 0) return `${state.run} has no receipt yet: no gate was green.`;
  return [`Receipts of ${state.run}`, ...state.receipts.map(describeOne)].join('\n');
}

function describeOne({ receipt, tasks, landings }: ReceiptRecord): string {
  const commands = receipt.commands.map(({ command, tests, flaky }) => `    ${command}${tests === undefined ? '' : ` · ${String(tests)} ${tests === 1 ? 'test' : 'tests'}`}${flaky === true ? ' · flaky: passed on a clean re-run' : ''}`);
  const tools = receipt.tools?.map((tool) => `${tool.name} ${tool.version ?? 'unknown'}`).join(', ') ?? 'not recorded';
  const lock = receipt.lock === undefined ? 'not recorded' : receipt.lock === null ? 'none' : `${receipt.lock.hash.slice(0, 12)} (${receipt.lock.files.join(', ')})`;
  return [
    `  ${receipt.id} (${tasks.join(', ')}), ${new Date(receipt.at).toISOString()}`,
    `    tree ${receipt.tree.slice(0, 12)} on base ${receipt.base.slice(0, 12)}`,
    ...(receipt.unproven === true ? ['    no gate proved it: a person accepted it'] : commands),
    ...(receipt.unproven === true ? [] : [`    tools: ${tools}`, `    lock files: ${lock}`]),
    landings.length === 0 ? '    nothing has landed by it' : `    landed: ${landings.map(({ task, commit }) => `${task} as ${commit.slice(0, 12)}`).join(', ')}`,
  ].join('\n');
}
