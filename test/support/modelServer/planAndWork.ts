/** A brain for whole stories: it plans when asked to plan, and works when asked to work. */
import type { Brain, ModelRequest, Step } from './types.js';

/** The responses of one round: each inner list is one model response; the last one should hold no tool call. */
export type Round = readonly (readonly Step[])[];

/**
 * @param plan the answer to a planner's request: the plan itself, or a function of the request.
 * @param work what an executor does, by the prompt it was given: one entry per round (0 is the start, 1 the first
 *   resume …; the last one repeats). After a round's last response every further request ends the turn.
 * @param isPlanner default: the request carries a schema, or the prompt shows the shape `"tasks":[`.
 */
export function planAndWork(
  plan: unknown,
  work: (prompt: string, request: ModelRequest) => readonly Round[],
  isPlanner: (request: ModelRequest) => boolean = (request) => request.schema !== undefined || /"tasks": ?\[/.test(request.prompt),
): Brain {
  return (request) => {
    if (isPlanner(request)) {
      // Claude's schema tool ends the turn by itself; others come back with its result once more.
      if (request.turns.at(-1)?.role === 'tool') return [{ text: 'The plan is given.' }];
      const answer: unknown = typeof plan === 'function' ? (plan as (request: ModelRequest) => unknown)(request) : plan;
      return [{ answer }];
    }
    const rounds = work(request.prompt, request);
    const round = rounds[Math.min(request.round, rounds.length - 1)] ?? [];
    return round[request.step] ?? [{ text: 'Done.' }];
  };
}
