/** A person who sends something on while the run is stopped wants the run to go on. */
import type { RunContext } from './context.js';

/** The event that ends a stop, if there is one: whatever a person asks for then goes on with the run. */
export function resumed(context: RunContext): { readonly type: 'run.resumed' }[] {
  if (!context.store.state.stopped) return [];
  context.rearmRun();
  return [{ type: 'run.resumed' }];
}
