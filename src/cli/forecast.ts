/** `forecast`: which branches with unlanded work will conflict, before anybody merges. */
import { targetBranch } from '../core/change.js';
import { forecastLines } from '../core/forecast.js';
import type { EngineSession } from '../engine/session.js';
import type { ExitCode, Output } from './output.js';
import { EXIT } from './output.js';
import { stateOf } from './state.js';

/** Of the named run, else the newest. */
export async function forecast(session: EngineSession, options: { readonly run?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const found = await session.forecastNow();
  output.object(found);
  output.result(forecastLines(found, targetBranch(state)).join('\n'));
  return EXIT.done;
}
