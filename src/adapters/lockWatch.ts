/**
 * Tells when a lock may have become free, without looking again and again: a release is a change in the lock's folder, and
 * a holder that dies, by SIGKILL too, takes its end of our connection with it.
 */
import { watchFolder } from './follow.js';
import { lockHolder, type LockHolder } from './lock.js';
import { whenGone } from './process.js';
import { connectControl, type Connection } from './runner/control.js';

/** A process whose connections are closed is on its way out; the system may take so long to be done with it. Milliseconds. */
const DYING_MS = 10_000;

interface Watched {
  readonly holder: LockHolder;
  readonly connection: Connection | undefined;
}

/**
 * Calls back with who holds the lock in `folder` now (`undefined`: nobody that lives), each time that this may have
 * changed. Returns a stop function.
 */
export function watchLock(folder: string, looked: (holder: LockHolder | undefined) => void, failed: (error: unknown) => void): () => void {
  let stopped = false;
  let watched: Watched | undefined;
  let looking = Promise.resolve();

  const attach = async (holder: LockHolder): Promise<void> => {
    const connection = await connectControl(holder.socket);
    if (isStopped()) {
      connection?.close();
      return;
    }
    const mine: Watched = { holder, connection };
    watched = mine;
    const ended = async (): Promise<void> => {
      await connection?.closed;
      if (isStopped() || watched !== mine) return;
      await whenGone(holder, DYING_MS);
      look();
    };
    // Nobody listens where the record says: it is dying, or its record is of an earlier version, which has no socket.
    if (connection !== undefined || holder.socket !== '') ended().catch(failed);
  };
  const lookOnce = async (): Promise<void> => {
    const holder = await lockHolder(folder);
    if (isStopped()) return;
    const same = watched?.holder.pid === holder?.pid && watched?.holder.since === holder?.since;
    if (!same) {
      const old = watched;
      watched = undefined;
      old?.connection?.close();
      if (holder !== undefined) await attach(holder);
    }
    if (!isStopped()) looked(holder);
  };
  const look = (): void => {
    if (!stopped) looking = looking.then(lookOnce).catch(failed);
  };
  const isStopped = (): boolean => stopped;
  const unwatch = watchFolder(folder, look, { failed });
  return () => {
    stopped = true;
    unwatch();
    watched?.connection?.close();
  };
}
