/** Words for podman (`podman-run(1)`; tried with 4.3.1). */
import { CONTAINER_LABEL, containerOptions, type ContainerRun } from './containerRun.js';

export interface Person {
  readonly uid: number;
  readonly gid: number;
}

/** Files are the person's: rootless, podman maps their id to itself; as root, root is root. */
export function podmanRun(run: ContainerRun, person: Person | undefined): readonly string[] {
  const user = person === undefined ? [] : [...(person.uid === 0 ? [] : ['--userns=keep-id']), `--user=${String(person.uid)}:${String(person.gid)}`];
  return ['run', '--rm', ...user, ...containerOptions(run)];
}

/** Asks whether an image is there; nothing is ever pulled. */
export const podmanImage = (image: string): readonly string[] => ['image', 'inspect', '--format', '{{.Id}}', image];
/** Asks for the full ids of an attempt's containers, stopped ones too, by the label that they carry. */
export const podmanList = (nonce: string): readonly string[] => ['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${CONTAINER_LABEL}=${nonce}`];
/** Without a time it would wait for the container to end politely. */
export const podmanRemove = (id: string): readonly string[] => ['rm', '--force', '--time', '0', id];
