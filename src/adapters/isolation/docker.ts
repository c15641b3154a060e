/** Words for Docker (`docker run --help`; **not run**: no daemon where the tests run). */
import { CONTAINER_LABEL, containerOptions, type ContainerRun } from './containerRun.js';
import type { Person } from './podman.js';

/** `rootless`: of a daemon without root, in which the container's root is the person. */
export function dockerRun(run: ContainerRun, person: Person | undefined, rootless: boolean): readonly string[] {
  const user = person === undefined ? [] : [rootless ? '--user=0:0' : `--user=${String(person.uid)}:${String(person.gid)}`];
  // Docker brings the small first process that ends what an agent leaves behind.
  return ['run', '--rm', '--init', ...user, ...containerOptions(run)];
}

/** Also tells whether the daemon can be reached. */
export const dockerInfo: readonly string[] = ['info', '--format', '{{json .SecurityOptions}}'];
/** Asks whether an image is there; nothing is ever pulled. */
export const dockerImage = (image: string): readonly string[] => ['image', 'inspect', '--format', '{{.Id}}', image];
/** Asks for the full ids of an attempt's containers, stopped ones too, by the label that they carry. */
export const dockerList = (nonce: string): readonly string[] => ['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${CONTAINER_LABEL}=${nonce}`];
/** Ends and removes a container by its id. */
export const dockerRemove = (id: string): readonly string[] => ['rm', '--force', id];
