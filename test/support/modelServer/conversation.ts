/** Counting in a conversation, the same for every wire format. */
import type { ModelRequest, Turn } from './types.js';

export type Bare = Omit<ModelRequest, 'prompt' | 'round' | 'step' | 'number'>;

/** Joins neighbours of the same role: some vendors send every part of one turn as an item of its own. */
export function joined(turns: readonly Turn[]): readonly Turn[] {
  const out: Turn[] = [];
  for (const turn of turns) {
    const last = out.at(-1);
    if (last?.role === 'user' && turn.role === 'user') out[out.length - 1] = { role: 'user', text: `${last.text}\n${turn.text}` };
    else if (last?.role === 'assistant' && turn.role === 'assistant')
      out[out.length - 1] = { role: 'assistant', text: `${last.text}${turn.text}`, calls: last.calls + turn.calls };
    else if (last?.role === 'tool' && turn.role === 'tool')
      out[out.length - 1] = { role: 'tool', results: [...last.results, ...turn.results] };
    else out.push(turn);
  }
  return out;
}

/** Claude Code puts this into the model's mouth after an interruption; the round goes on. */
const NO_TURN = 'No response requested.';

export function counted(bare: Bare, number: number): ModelRequest {
  const turns = joined(bare.turns);
  let round = 0;
  let step = 0;
  for (const turn of turns) {
    if (turn.role !== 'assistant' || turn.text.trim() === NO_TURN) continue;
    if (turn.calls > 0) step += 1;
    else {
      round += 1;
      step = 0;
    }
  }
  const prompt = turns.flatMap((turn) => (turn.role === 'user' ? [turn.text] : [])).join('\n');
  return { ...bare, turns, prompt, round, step, number };
}
