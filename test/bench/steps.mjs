// What Switchyard adds to a task beyond its agent and its gate, step by step: processes and milliseconds.

/** By the events that begin and end a step; `own` is what of its time is the agent's or the gate's. */
const STEPS = [
  { step: 'worktree', from: 'worktree.creating', to: 'worktree.created' },
  { step: 'look at the checkout, start of the runner, end of the agent seen', from: 'worktree.created', to: 'attempt.ended', own: (event) => event.agentMs ?? 0 },
  { step: 'commit', from: 'attempt.ended', to: 'work.committed' },
  { step: 'boundary', from: 'work.committed', to: 'boundary.checked' },
  { step: 'gate, receipt', from: 'boundary.checked', to: 'gate.finished', own: (event) => event.results.reduce((sum, { ms }) => sum + ms, 0) },
  { step: 'landing', from: 'gate.finished', to: 'merge.landed' },
  { step: 'clean up', from: 'merge.landed', to: 'worktree.removed' },
];

/**
 * One run's last task: everything that is asked once a run is behind it, and no other is at work.
 * @param events `run --json`, parsed @param spawned what `spawned.cjs` noted
 */
export function stepsOf(events, spawned, task) {
  const of = (type) => events.findLast((event) => event.task === task && event.type === type);
  // The worktree of the task before is still being removed.
  const before = [...new Set(events.flatMap((event) => (event.task !== undefined && event.task !== task ? [event.task] : [])))];
  const others = new RegExp(`/(?:${before.join('|')})(?=[-/]|$)`);
  return STEPS.map(({ step, from, to, own }) => {
    const [begin, end] = [Date.parse(of(from).at), Date.parse(of(to).at)];
    const processes = spawned.filter(({ at, words }) => at >= begin && at < end && !words.some((word) => others.test(word))).map(({ name }) => name);
    return { step, ms: end - begin - (own?.(of(to)) ?? 0), processes };
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Medians of several runs, as lines; and how many processes a task costs in all. */
export function stepsReport(rounds) {
  const lines = rounds[0].map(({ step }, at) => {
    const ms = median(rounds.map((round) => round[at].ms));
    // The round in the middle, by the number of its processes.
    const { processes } = [...rounds].sort((a, b) => a[at].processes.length - b[at].processes.length)[Math.floor(rounds.length / 2)][at];
    return { step, ms, processes };
  });
  return {
    lines: lines.map(({ step, ms, processes }) => `     ${step}: ${processes.length} processes, ${Math.round(ms)} ms${processes.length > 0 ? ` (${processes.join(', ')})` : ''}`),
    processes: lines.reduce((sum, { processes }) => sum + processes.length, 0),
    ms: lines.reduce((sum, { ms }) => sum + ms, 0),
  };
}
