/** What a pull request says about itself: the contract, how it was checked, where it comes from. Pure. */
import type { Receipt, RunState, TaskRun } from './run.js';

/** Markdown. Ends with the same trailers that a landing commit carries. */
export function pullRequestBody(state: RunState, { task }: TaskRun, receipt: Receipt): string {
  const { contract } = task;
  const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
  return [
    ...(task.instructions.trim() === '' ? [] : [task.instructions.trim()]),
    `Part of: ${state.goal.split('\n')[0] ?? ''}`,
    ...(contract.acceptance.length === 0 ? [] : [`### It must hold\n\n${list(contract.acceptance)}`]),
    `### Contract\n\nMay change ${contract.owns.map((glob) => `\`${glob}\``).join(', ')}${contract.offLimits.length === 0 ? '' : `; must not touch ${contract.offLimits.map((glob) => `\`${glob}\``).join(', ')}`}.`,
    gateText(receipt),
    `Switchyard-Task: ${task.id}\nSwitchyard-Run: ${state.run}\nSwitchyard-Receipt: ${receipt.id}`,
  ].join('\n\n');
}

/** How it was checked. Markdown. */
export function gateText(receipt: Receipt): string {
  const gates = receipt.commands.map((each) => `- \`${each.command}\`: exit code ${String(each.exitCode)}, ${(each.ms / 1000).toFixed(1)} s`);
  return `### Gate\n\n${receipt.unproven === true ? 'Nothing was proven; a person looked at it and accepted it.' : gates.join('\n')}\n\nOn tree \`${receipt.tree}\`, this branch merged with \`${receipt.base}\`.`;
}
