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
  const opened = await openSession({
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

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : JSON.stringify(cause);
}
