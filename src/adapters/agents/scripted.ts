/** The embedded default agent: needs no account and no network, does exactly what the plan's script says. */
import { join } from 'node:path';
import type { Script, ScriptStep } from '../../core/plan.js';
import type { AgentAdapter, AgentCommand, StartRequest } from '../../core/ports.js';
import type { ScriptedInput } from './scripted/format.js';
import { scriptedParser } from './scripted/parser.js';

export interface ScriptedOptions {
  /** A Node executable, or the editor's own program, which becomes one by `ELECTRON_RUN_AS_NODE`. */
  readonly node: string;
  /** `dist/scripted.js`. */
  readonly program: string;
}

const INPUT = 'script.json';
const LONGEST_FEEDBACK = 8_000;

/** The steps for one attempt, counted from 1; the last list of a script repeats. */
export function stepsFor(script: Script | undefined, attempt: number): readonly ScriptStep[] | undefined {
  if (script === undefined || !('attempts' in script)) return script;
  return script.attempts[Math.min(attempt, script.attempts.length) - 1] ?? [];
}

function inputFor(request: StartRequest): ScriptedInput {
  const steps = stepsFor(request.script, request.attempt);
  const again = request.resume !== undefined || request.attempt > 1;
  return {
    v: 1,
    session: request.resume ?? request.newSession,
    role: request.role,
    ...(steps !== undefined && { steps }),
    ...(again && { feedback: request.prompt.slice(0, LONGEST_FEEDBACK) }),
    ...(request.goal !== undefined && { goal: request.goal }),
  };
}

/** The embedded agent, played by our own program under the given Node; it needs no account and is always found. */
export function scriptedAdapter(options: ScriptedOptions): AgentAdapter {
  // The certificates are left out because reading them takes longer than all the rest of a start.
  const setEnv = { ELECTRON_RUN_AS_NODE: '1', NODE_EXTRA_CA_CERTS: '' };
  return {
    id: 'scripted',
    name: 'Scripted agent',
    answersBySchema: true,
    resumes: true,
    detect: () =>
      Promise.resolve({
        id: 'scripted',
        name: 'Scripted agent',
        found: true,
        path: options.program,
        signedIn: 'yes',
        account: 'none-needed',
      }),
    command: (request): AgentCommand => ({
      // A container has a Node of its own.
      file: request.contained === true ? 'node' : options.node,
      args: [options.program, join(request.folder, INPUT)],
      setEnv: request.contained === true ? {} : setEnv,
      passEnv: [],
      reads: [options.program],
      files: { [INPUT]: JSON.stringify(inputFor(request)) },
    }),
    parser: scriptedParser,
    takeOver: () => undefined,
  };
}
