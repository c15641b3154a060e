/**
 * The runner's control socket. A connection lives as long as the runner, so its end is an event that tells of the
 * runner's end, however it came; `stop` is asked for through it, and `watch` says that somebody looks at the attempt for as
 * long as the connection lasts.
 */
import { mkdtemp, rmdir, unlink } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const STOP = 'stop\n';
const WATCH = 'watch\n';
/** A unix socket's path has room for 104 bytes on macOS; `sy-XXXXXX/c` needs 12. */
const LONGEST_FOLDER = 80;

export interface Control {
  /** What others connect to. */
  readonly path: string;
  /** Whether somebody looks at what this process does. */
  watched(): boolean;
  /** Ends every connection and removes the socket. */
  close(): Promise<void>;
}

/**
 * Opens the socket in a fresh folder that only this person can enter. `nonce` names the pipe on Windows. `idle`: it does
 * not keep this process alive. `looked`: somebody begins to look at what this process does.
 */
export async function openControl(nonce: string, stop: () => void, options: { readonly idle?: true; readonly looked?: () => void } = {}): Promise<Control> {
  const windows = process.platform === 'win32';
  const base = tmpdir();
  const folder = windows ? '' : await makeFolder(join(base.length > LONGEST_FOLDER ? '/tmp' : base, 'sy-'));
  const path = windows ? `\\\\.\\pipe\\switchyard-${nonce}-${process.pid}` : join(folder, 'c');
  const sockets = new Set<Socket>();
  const watchers = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    if (options.idle === true) socket.unref();
    let heard = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      heard = (heard + text).slice(-WATCH.length);
      if (heard.endsWith(STOP)) stop();
      if (heard !== WATCH || watchers.has(socket)) return;
      watchers.add(socket);
      options.looked?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      watchers.delete(socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.on('error', () => undefined);
  if (options.idle === true) server.unref();
  return {
    path,
    watched: () => watchers.size > 0,
    close: async () => {
      // This takes the socket away; connected hosts learn that we are done.
      server.close();
      for (const socket of sockets) socket.destroy();
      if (folder !== '') await removeFolder(folder);
    },
  };
}

/** What a runner that was killed left behind. */
export async function removeControl(path: string): Promise<void> {
  const folder = dirname(path);
  // The path comes from a file; nothing but a socket of ours is removed.
  if (basename(path) !== 'c' || !/[\\/]sy-[A-Za-z0-9]{6}$/.test(folder)) return;
  await new Promise<void>((resolve) => unlink(path, () => resolve()));
  await removeFolder(folder);
}

function makeFolder(prefix: string): Promise<string> {
  return new Promise((resolve, reject) => mkdtemp(prefix, (error, folder) => (error === null ? resolve(folder) : reject(error))));
}

/** It is empty; whatever else is wrong with it, a system's cleaner will find it. */
function removeFolder(folder: string): Promise<void> {
  return new Promise((resolve) => rmdir(folder, () => resolve()));
}

export interface Connection {
  /** Resolves when the runner is gone. */
  readonly closed: Promise<void>;
  stop(): void;
  /** Holds for as long as the connection, which no longer keeps this process alive. */
  watch(): void;
  close(): void;
}

/** `undefined` when nobody listens any more. */
export function connectControl(path: string): Promise<Connection | undefined> {
  if (path === '') return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect(path);
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.on('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.resume();
      resolve({ closed, stop: () => void socket.write(STOP), watch: () => void socket.unref().write(WATCH), close: () => socket.destroy() });
    });
  });
}
