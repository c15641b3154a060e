/** Attempts as the host sees them: start one, find one again, know its end, stop it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { AttemptEnd, AttemptSpec, Claim, RunningAttempt, Runners } from '../../core/ports.js';
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../disk.js';
import { watchFolder } from '../follow.js';
import { removeContainers } from '../isolation/containers.js';
import { isSame, stopTree, type ProcessRef } from '../process.js';
import { connectControl, removeControl, type Connection } from './control.js';
import { foreclose } from './foreclose.js';
import { runnerCommand, type Launched, type Launcher, type RunnerProgram } from './launch.js';
import { FILE, readAgent, readClaim, readExit, readSpec } from './records.js';

export type { Launcher } from './launch.js';

export interface RunnersOptions extends RunnerProgram {
  readonly launch: Launcher;
  /** A terminal may take long to come up; after this an attempt is given up and can never start. Milliseconds. */
  readonly claimMs?: number;
  /** How long the runner may take for a stop before its tree is ended over its head. Milliseconds. */
  readonly stopMs?: number;
}

export type RunnerProblem = 'already-claimed' | 'not-claimed' | 'bad-file';

export class RunnerError extends Error {
  constructor(readonly reason: RunnerProblem, message: string) {
    super(message);
  }
  static is(error: unknown, reason: RunnerProblem): error is RunnerError {
    return error instanceof RunnerError && error.reason === reason;
  }
}

type Environment = RunnerProgram['environment'];

const CLAIM_MS = 60_000;
const STOP_MS = 8_000;

async function writeInputs(spec: AttemptSpec, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(spec.folder, { recursive: true, mode: PRIVATE_FOLDER });
  const put = async (name: string, text: string): Promise<void> => {
    const relative = normalize(name);
    if (isAbsolute(relative) || relative.startsWith('..')) throw new RunnerError('bad-file', `"${name}" is outside the attempt's folder. Nothing was started.`);
    const path = join(spec.folder, relative);
    if (dirname(path) !== normalize(spec.folder)) await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
    await writeFile(path, text, { mode: PRIVATE_FILE });
  };
  const all = { ...files, [FILE.spec]: JSON.stringify(spec) };
  await Promise.all(Object.entries(all).map(([name, text]) => put(name, text)));
}

/** Resolves with the claim, or with why there will be none. */
function waitForClaim(folder: string, ms: number, launching: () => Promise<Launched>): Promise<Claim | string> {
  return new Promise((resolve, reject) => {
    const finish = (answer: Claim | string): void => {
      clearTimeout(timer);
      unwatch();
      resolve(answer);
    };
    const look = async (): Promise<boolean> => {
      const claim = await readClaim(folder);
      if (claim !== undefined) finish(claim);
      return claim !== undefined;
    };
    const timer = setTimeout(() => finish(`it did not come up within ${Math.round(ms / 1000)} s`), ms);
    const changed = (name: string | undefined): void => {
      if (name === undefined || name === FILE.claim) look().catch(reject);
    };
    const unwatch = watchFolder(folder, changed, { failed: (error) => finish(`${folder} cannot be watched (${String(error)})`) });
    launching()
      .then(async ({ gone }) => {
        if (gone === undefined) return;
        const why = await gone;
        // It may have done all of its work by now.
        if (!(await look())) finish(why);
      })
      .catch((error: unknown) => finish(error instanceof Error ? error.message : String(error)));
  });
}

/** The end of an attempt whose runner is gone: its record, or `lost` once nothing of its tree is left. */
async function endOf(folder: string, claim: Claim, environment: Environment): Promise<AttemptEnd> {
  const record = await readExit(folder);
  if (record !== undefined) return { kind: 'exit', record };
  await endLeftovers(folder, claim, environment);
  // A runner that was ended just now may have had the time to write it.
  const late = await readExit(folder);
  return late === undefined ? { kind: 'lost' } : { kind: 'exit', record: late };
}

/** Ends the runner, if it still is there, and everything of the attempt. */
async function endLeftovers(folder: string, claim: Claim, environment: Environment): Promise<void> {
  const runner: ProcessRef = { pid: claim.pid, startTime: claim.startTime };
  if (await isSame(runner.pid, runner.startTime)) await stopTree(runner, claim.nonce);
  await stopTree(await readAgent(folder), claim.nonce);
  if (claim.container !== undefined) await removeContainers(claim.container, environment);
  await removeControl(claim.socket);
}

function running(folder: string, claim: Claim, connection: Connection | undefined, { stopMs = STOP_MS, environment }: Pick<RunnersOptions, 'stopMs' | 'environment'>): RunningAttempt {
  const ended = (connection?.closed ?? Promise.resolve()).then(() => endOf(folder, claim, environment));
  // Whoever never asks must not be hit by an unhandled rejection; whoever asks gets it.
  ended.catch(() => undefined);
  return {
    folder,
    pid: claim.pid,
    ended,
    stop: async () => {
      connection?.stop();
      const timer = setTimeout(() => {
        // It does not listen (suspended, or hanging): its end closes the connection, and that is awaited below.
        endLeftovers(folder, claim, environment).catch(() => connection?.close());
      }, stopMs);
      try {
        await ended;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * Starts runners through `launch` and finds those again that an earlier window started. Rejects with `RunnerError`, each with a
 * reason.
 */
export function createRunners(options: RunnersOptions): Runners {
  const { launch, claimMs = CLAIM_MS } = options;
  const attach = async (folder: string, claim: Claim): Promise<RunningAttempt> =>
    running(folder, claim, await connectControl(claim.socket), options);

  return {
    start: async (spec, files) => {
      if ((await readClaim(spec.folder)) !== undefined) {
        throw new RunnerError('already-claimed', `The attempt in ${spec.folder} has been started before. Nothing was started; adopt it.`);
      }
      await writeInputs(spec, files);
      const claim = await waitForClaim(spec.folder, claimMs, () => launch(spec, runnerCommand(options, spec.folder)));
      if (typeof claim !== 'string') return attach(spec.folder, claim);
      const message = `The agent's runner could not be started: ${claim}. Nothing was changed; retry, or look into the terminal.`;
      if (await foreclose(spec, message, Date.now())) throw new RunnerError('not-claimed', message);
      const late = await readClaim(spec.folder);
      if (late === undefined) throw new RunnerError('not-claimed', message);
      return attach(spec.folder, late);
    },
    adopt: async (folder) => {
      let claim = await readClaim(folder);
      if (claim === undefined) {
        const spec = await readSpec(folder);
        // A runner that is on its way (a slow terminal) must not start after we have said that it never did.
        if (typeof spec === 'string' || (await foreclose(spec, 'It was never started.', Date.now()))) return undefined;
        claim = await readClaim(folder);
      }
      if (claim === undefined || claim.pid === 0) return undefined;
      return attach(folder, claim);
    },
  };
}
