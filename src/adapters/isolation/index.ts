/** Puts a command into the sandbox of this system or into a container, or says why there is none. Never silently weaker. */
import type { Isolation } from '../../core/ports.js';
import { findExecutable } from '../agents/detect.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from '../environment.js';
import { bubblewrapArgs } from './bubblewrap.js';
import type { Containers } from './container.js';
import { placesOf, type Environment } from './places.js';
import { seatbeltProfile } from './seatbelt.js';

type Tool = { readonly kind: 'bubblewrap' | 'seatbelt'; readonly file: string } | { readonly problem: string };

const PROBE_MS = 10_000;
const SAFE = 'Nothing was started. Or set the isolation of the tier to "worktree" in the team file.';

async function find(environment: Environment, platform: NodeJS.Platform): Promise<Tool> {
  if (platform === 'darwin') {
    const file = await findExecutable('/usr/bin/sandbox-exec', environment, platform);
    return file === undefined ? { problem: `A sandbox was asked for, and this macOS has no sandbox-exec. ${SAFE}` } : { kind: 'seatbelt', file };
  }
  if (platform !== 'linux') return { problem: `A sandbox was asked for, and there is none for this system (${platform}). ${SAFE}` };
  const file = await findExecutable('bwrap', environment, platform);
  if (file === undefined) return { problem: `A sandbox was asked for, and bubblewrap was not found on PATH. Install it (apt install bubblewrap, dnf install bubblewrap), then retry. ${SAFE}` };
  // It may be there and not be allowed to make namespaces.
  const args = [...bubblewrapArgs({ writable: [], readOnly: [], ownTmp: true, network: false }, '/'), 'true'];
  const { execa } = await import('../execa.js');
  const probe = await execa(file, args, { env: pickEnvironment(environment, COMMON_ENVIRONMENT), extendEnv: false, stdin: 'ignore', timeout: PROBE_MS, reject: false, maxBuffer: 100_000 });
  if (!probe.failed) return { kind: 'bubblewrap', file };
  return { problem: `A sandbox was asked for, and bubblewrap cannot make one here: ${probe.stderr.trim().split('\n').at(-1) ?? 'it said nothing'}. Allow user namespaces, then retry. ${SAFE}` };
}

/** @param platform for tests; the system's own otherwise. */
export function createIsolation(options: { readonly environment: Environment; readonly platform?: NodeJS.Platform }): Isolation {
  const { environment, platform = process.platform } = options;
  let tool: Promise<Tool> | undefined;
  /** What was missing is looked for again: somebody may have installed it. */
  const found = async (): Promise<Tool> => {
    const answer = await (tool ??= find(environment, platform));
    if ('problem' in answer) tool = undefined;
    return answer;
  };
  let containers: Promise<Containers> | undefined;
  const inContainers = () => (containers ??= import('./container.js').then(({ createContainers }) => createContainers(environment, platform)));
  return {
    problem: async ({ level, container }) => {
      if (level === 'container') return (await inContainers()).problem(container);
      const answer = await found();
      return 'problem' in answer ? answer.problem : undefined;
    },
    image: async ({ level, container }) => (level === 'container' ? (await inContainers()).imageId(container) : undefined),
    wrap: async (command, request) => {
      if (request.level === 'container') return (await inContainers()).wrap(command, request);
      const answer = await found();
      if ('problem' in answer) throw new Error(answer.problem);
      const places = await placesOf(request, environment);
      const setEnv = { TMPDIR: places.temporary };
      if (answer.kind === 'seatbelt') return { file: answer.file, args: ['-p', seatbeltProfile(places), command.file, ...command.args], setEnv };
      return { file: answer.file, args: [...bubblewrapArgs(places, request.cwd), command.file, ...command.args], setEnv };
    },
  };
}
