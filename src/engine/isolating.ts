/** Puts an attempt where its task (or the planner) belongs: into its worktree alone, a sandbox, or a container. */
import { PLANNER } from '../core/events.js';
import type { AttemptSpec } from '../core/ports.js';
import type { RunContext } from './context.js';

/** What the runner adds for each attempt. */
const MARKS: readonly string[] = ['SWITCHYARD_NONCE', 'SWITCHYARD_RUN', 'SWITCHYARD_TASK', 'SWITCHYARD_ATTEMPT', 'SWITCHYARD_SLOT'];

/** Rejects when there is no such place here: nothing is started then. */
export async function isolate(context: RunContext, spec: AttemptSpec): Promise<AttemptSpec> {
  const { isolation } = await context.isolated(spec.cwd, spec.folder, spec.task);
  if (isolation === undefined) return spec;
  const { command, nonce, passEnv } = spec;
  const fixed = [...Object.keys({ ...command.setEnv, ...spec.setEnv }), ...MARKS];
  const open = { file: command.file, args: command.args, nonce, variables: [...passEnv, ...command.passEnv], fixed, stdin: command.stdin !== undefined, ...(command.reads !== undefined && { reads: command.reads }) };
  // A planner has nothing to write.
  const { file, args, setEnv, before, passEnv: enginePassEnv, container } = await context.world.isolation.wrap(open, { ...isolation, agent: spec.agent, ...(spec.task === PLANNER && { readOnly: true }) });
  return {
    ...spec,
    command: { ...command, file, args, setEnv: { ...command.setEnv, ...setEnv } },
    setEnv: { ...spec.setEnv, ...setEnv },
    ...(before !== undefined && { before }),
    ...(enginePassEnv !== undefined && { enginePassEnv }),
    ...(container !== undefined && { container }),
  };
}
