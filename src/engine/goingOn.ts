/** A person who sends something on while the run is stopped wants the run to go on. */
import type { RunContext } from './context.js';

export function resumed(context: RunContext): { readonly type: 'run.resumed' }[] {
  if (!context.store.state.stopped) return [];
  context.rearmRun();
  return [{ type: 'run.resumed' }];
}
