/** Ends containers of ours: found by their label, removed by their id. Nothing else is ever touched. */
import { basename } from 'node:path';
import type { ContainerRef } from '../../core/ports.js';
import { askProgram } from '../askProgram.js';
import { dockerList, dockerRemove } from './docker.js';
import { podmanList, podmanRemove } from './podman.js';

const ENGINE_MS = 30_000;

/** What an engine's program needs of this machine. */
export const ENGINE_ENVIRONMENT: readonly string[] = ['DOCKER_*', 'CONTAINER_*', 'CONTAINERS_*', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'STORAGE_*', 'BUILDAH_*'];

export class ContainerError extends Error {
  readonly reason = 'not-removed';
  static is(error: unknown): error is ContainerError {
    return error instanceof ContainerError;
  }
}

/** Asks a container engine something that it answers at once; one that is silent for 30 seconds counts as failed. */
export const askEngine = (file: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>) => askProgram(file, args, { env, timeoutMs: ENGINE_MS });

/** Told by the file's name; docker's command may be podman in disguise, which takes docker's options as well. */
export const isPodman = (engine: string): boolean => basename(engine).startsWith('podman');

/** Resolves when no container of the nonce is left. Throws `ContainerError` with what a person can do. */
export async function removeContainers(ref: ContainerRef, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const podman = isPodman(ref.engine);
  const list = podman ? podmanList(ref.nonce) : dockerList(ref.nonce);
  const listed = async (): Promise<readonly string[]> => {
    const said = await askEngine(ref.engine, list, env);
    if (said.failed) throw new ContainerError(`Whether its container is gone could not be found out (${said.lastLine}). Nothing else was touched; look with: ${[ref.engine, ...list].join(' ')}`);
    return said.out.split('\n').filter((id) => /^[0-9a-f]{12,64}$/.test(id));
  };
  for (const id of await listed()) await askEngine(ref.engine, podman ? podmanRemove(id) : dockerRemove(id), env);
  const [left] = await listed();
  if (left !== undefined) throw new ContainerError(`Its container could not be removed. Nothing else was touched; remove it with: ${[ref.engine, ...(podman ? podmanRemove(left) : dockerRemove(left))].join(' ')}`);
}
