/** What both engines are told about a container, in the words that they share. */
import { mountOptions, type Mounts } from './mounts.js';

/** Every container of ours carries it; nothing without it is ever touched. */
export const CONTAINER_LABEL = 'switchyard.nonce';

export interface ContainerRun {
  readonly image: string;
  readonly nonce: string;
  readonly mounts: Mounts;
  /** Names only: the engine takes the values from its own environment. */
  readonly variables: readonly string[];
  readonly network: boolean;
  readonly stdin: boolean;
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * No capability, no new privileges, no copy of the output in the engine's log, and the program itself instead of the
 * image's entry point. Images are never fetched: what would run must have been chosen.
 */
export const SECURITY: readonly string[] = ['--cap-drop=all', '--security-opt=no-new-privileges', '--security-opt=label=disable', '--log-driver=none'];

/** Options of `run` that podman and docker share. Variables go by name only, so that no value stands in the process table. */
export function containerOptions(run: ContainerRun): readonly string[] {
  return [
    '--pull=never',
    `--label=${CONTAINER_LABEL}=${run.nonce}`,
    ...SECURITY,
    ...(run.network ? [] : ['--network=none']),
    ...(run.stdin ? ['--interactive'] : []),
    ...mountOptions(run.mounts).map((value) => `--mount=${value}`),
    ...run.variables.map((name) => `--env=${name}`),
    `--env=HOME=${run.mounts.home}`,
    `--env=TMPDIR=${run.mounts.temporary}`,
    `--workdir=${run.mounts.cwd}`,
    `--entrypoint=${run.file}`,
    run.image,
    ...run.args,
  ];
}
