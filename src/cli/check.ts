/** `check`: everything that is wrong with a plan. A repository is only looked at to know whether its team file brings a gate. */
import { GitProblem } from '../adapters/git/errors.js';
import { openRepository } from '../adapters/git/repository.js';
import { readTeamFile } from '../compose.js';
import { checkPlanInput } from '../core/planCheck.js';
import { readTeamText } from '../core/teamFile.js';
import { readJson } from './files.js';
import type { ExitCode, Output } from './output.js';
import { reportCheck } from './planCommands.js';

/**
 * Checks a plan's file against the rules of plans, and with the gate of the repository's team file where there is one.
 * @param repo a folder in the repository; `asked`: the person named it, so that it must be one
 * @throws GitProblem when it was asked for and git cannot read it
 */
export async function check(file: string, repo: string, asked: boolean, output: Output): Promise<ExitCode> {
  const input = await readJson(file, 'the plan');
  const team = await teamGate(repo, asked);
  if (team.problems.length > 0) output.say(`warning (team file): ${team.file ?? ''} cannot be used, so its gate does not count here: ${team.problems.join('; ')}`);
  return reportCheck(file, checkPlanInput(input, { teamHasGate: team.gate }), output);
}

interface TeamGate {
  readonly gate: boolean;
  readonly problems: readonly string[];
  readonly file?: string;
}

async function teamGate(repo: string, asked: boolean): Promise<TeamGate> {
  try {
    const git = await openRepository(repo);
    await git.settled();
    const { file, text, parse } = await readTeamFile(git.root);
    const read = text === undefined ? undefined : readTeamText(text, parse);
    if (read === undefined) return { gate: false, problems: [] };
    return 'file' in read ? { gate: (read.file.gate ?? []).length > 0, problems: [] } : { gate: false, problems: read.problems, file };
  } catch (error) {
    // A plan can be checked anywhere; only who names a repository wants to hear that there is none.
    if (error instanceof GitProblem && !asked) return { gate: false, problems: [] };
    throw error;
  }
}
