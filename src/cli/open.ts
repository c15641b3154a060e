/** Opens the repository's engine for a command. */
import { join } from 'node:path';
import { headlessLauncher } from '../adapters/runner/launch.js';
import { openSession } from '../compose.js';
import type { EngineSession, SessionOptions } from '../engine/session.js';
import type { Output } from './output.js';
import { UsageError } from './output.js';

export interface Repository {
  readonly repo: string;
  readonly mode: SessionOptions['mode'];
  readonly yes?: boolean;
  readonly label?: string;
}

/** Programs lie beside the bundle of this command. */
export async function openHere(where: Repository, output: Output): Promise<EngineSession> {
  const opened = await opening({
    directory: where.repo,
    environment: process.env,
    launch: headlessLauncher(),
    programs: { node: process.execPath, runner: join(__dirname, 'runner.js'), scripted: join(__dirname, 'scripted.js') },
    label: where.label ?? 'switchyard command',
    mode: where.mode,
    autoApprove: where.yes ?? false,
    log: {
      info: (message) => {
        if (process.env['SWITCHYARD_VERBOSE'] !== undefined) output.say(message);
      },
      warn: (message) => output.say(message),
      error: (message, cause) => output.say(`${message}${cause === undefined ? '' : `: ${describe(cause)}`}`),
    },
  });
  if (!opened.ok) throw new UsageError(opened.message);
  if (where.mode === 'writer' && opened.session.heldBy !== undefined) {
    const holder = (await opened.session.holderNow()) ?? opened.session.heldBy;
    await opened.session.close({ stopAgents: false });
    throw new UsageError(`This repository is held by ${holder}, which runs its agents. Nothing was changed. Act there, or wait until it has finished; approve, retry, replan and drop reach it from here.`);
  }
  return opened.session;
}

/** What the system refuses here is about the repository's folder, never about this program. */
const CANNOT_WRITE: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota is used up',
  ENOTDIR: 'something that is no folder is in its place',
  EEXIST: 'something that is no folder is in its place',
};

async function opening(options: Parameters<typeof openSession>[0]): ReturnType<typeof openSession> {
  try {
    return await openSession(options);
  } catch (error) {
    const { code = '', path } = error as NodeJS.ErrnoException;
    const why = CANNOT_WRITE[code];
    if (why === undefined || path === undefined) throw error;
    throw new UsageError(`Switchyard keeps its records in the repository's git directory, and ${path} could not be written: ${why}. Nothing was started.`);
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : JSON.stringify(cause);
}
