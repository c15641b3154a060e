/** Words for the Dev Containers CLI (`devcontainer up --help`, `devcontainer exec --help`; tried with 0.89.0). */
import type { CommandLine } from '../../core/ports.js';
import { CONTAINER_LABEL, type ContainerRun } from './containerRun.js';
import { mountOptions, mountWords } from './mounts.js';

/**
 * Of a repository's `devcontainer.json` these stay out: what runs on this machine, what reaches into it, what names or
 * ports only one container at a time can have.
 */
const LEFT_OUT = ['initializeCommand', 'mounts', 'workspaceMount', 'workspaceFolder', 'runArgs', 'privileged', 'capAdd', 'securityOpt', 'appPort', 'forwardPorts', 'portsAttributes', 'shutdownAction'];

export type DevcontainerConfig = Readonly<Record<string, unknown>>;

/** Why a configuration cannot be used; `undefined` when it can. */
export function devcontainerProblem(config: unknown): string | undefined {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return 'it is no JSON object';
  if ('dockerComposeFile' in config) return 'it is made by Docker Compose, whose services are more than one container';
  return 'image' in config || 'dockerFile' in config || 'build' in config ? undefined : 'it names neither an image nor a Dockerfile';
}

/** A user of their own in a rootless podman would own what it writes; the image's root is the person there. */
function keepsId(config: DevcontainerConfig, rootless: boolean): boolean {
  const user = config['remoteUser'] ?? config['containerUser'];
  return rootless && typeof user === 'string' && user !== 'root';
}

/** The configuration that takes the repository's place. Variables are named, not told: the CLI looks their values up. */
export function devcontainerConfig(config: DevcontainerConfig, run: Omit<ContainerRun, 'image' | 'file' | 'args' | 'stdin'>, rootless: boolean): DevcontainerConfig {
  const { mounts, network, variables } = run;
  const { home, temporary, worktree } = mounts;
  const kept = Object.fromEntries(Object.entries(config).filter(([name]) => !LEFT_OUT.includes(name)));
  const own = mounts.mounts.find((mount) => mount.target === worktree);
  const others = { ...mounts, mounts: mounts.mounts.filter((mount) => mount !== own) };
  const given = typeof config['remoteEnv'] === 'object' ? config['remoteEnv'] : {};
  return {
    ...kept,
    workspaceMount: mountWords(['type=bind', `source=${worktree}`, `target=${worktree}`, ...(own?.readOnly === true ? ['readonly'] : [])]),
    workspaceFolder: worktree,
    overrideCommand: true,
    runArgs: ['--pull=never', '--security-opt=label=disable', '--log-driver=none', ...(keepsId(config, rootless) ? ['--userns=keep-id'] : []), ...(network ? [] : ['--network=none']), ...mountOptions(others).map((value) => `--mount=${value}`)],
    remoteEnv: { ...given, ...Object.fromEntries(variables.map((name) => [name, `\${localEnv:${name}}`])), HOME: home, TMPDIR: temporary },
  };
}

export interface DevcontainerPlace {
  /** The CLI's program, and the engine's. */
  readonly file: string;
  readonly engine: string;
  readonly worktree: string;
  readonly nonce: string;
  /** Where the configuration was written to. */
  readonly config: string;
}

function place({ engine, worktree, nonce, config }: DevcontainerPlace): readonly string[] {
  return ['--docker-path', engine, '--workspace-folder', worktree, '--override-config', config, '--id-label', `${CONTAINER_LABEL}=${nonce}`, '--mount-workspace-git-root', 'false'];
}

/** Makes the container, or finds the one of the same nonce; ends when it is ready. */
export function devcontainerUp(at: DevcontainerPlace): CommandLine {
  return { file: at.file, args: ['up', ...place(at), '--no-lockfile'] };
}

/** In another folder of the worktree than its root, a shell of the image goes there first. */
export function devcontainerExec(at: DevcontainerPlace, cwd: string, { file, args }: CommandLine): CommandLine {
  const there = cwd === at.worktree ? [file, ...args] : ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', cwd, file, ...args];
  return { file: at.file, args: ['exec', ...place(at), ...there] };
}
