/** One attempt from the start of the CLI to its exit record. */
import { join } from 'node:path';
import { closingWords } from '../../core/closing.js';
import type { AgentEvent, AgentOutcome, FailureReason } from '../../core/activity.js';
import type { AttemptSpec, ExitRecord } from '../../core/ports.js';
import { masked, maskOf, secretValues } from '../../core/secrets.js';
import { writeWhole } from '../disk.js';
import { ContainerError, removeContainers } from '../isolation/containers.js';
import { agentEnvironment } from './agentEnvironment.js';
import { streamMask } from './masking.js';
import { startTime, stopTree, UnstoppableError, type ProcessRef } from '../process.js';
import { startChild, StartError, type Child, type ChildExit } from './child.js';
import { watchLimits, type OwnStop } from './limits.js';
import { loadParser } from './parsers.js';
import type { Printer } from './printer.js';
import { questionWatch } from './question.js';
import { openRecorder, type Recorder } from './recorder.js';
import { FILE, writeExit } from './records.js';
import { readStderr, readStdout, type Sink } from './streams.js';
import { head, paint, tail } from './transcript.js';

/** After everything of the tree is gone, its pipes can only be held open by somebody out of reach. */
const DRAIN_MS = 2000;
/** No machine gives out all of its pids (32,768 at least) within so short a time: see `ListOptions.newerThan`. */
const YOUNG_MS = 10_000;

/** See `remembering`. */
const REMEMBER_MS = 200;

const REASON: Readonly<Record<OwnStop, FailureReason>> = { stopped: 'stopped', idle: 'silent', 'time-limit': 'time-limit', budget: 'budget' };

const EMPTY: AgentOutcome = { ok: false, usage: [], usageIsCumulative: false, denied: [] };

export interface StopSwitch {
  /** Set by whoever supervises; called at most once. */
  onStop: (() => void) | undefined;
  requested: boolean;
}

interface Ending {
  readonly ended: ExitRecord['ended'];
  readonly exit: ChildExit;
  readonly outcome: AgentOutcome;
}

/**
 * Runs a claimed attempt. Resolves when nothing of the CLI's tree is left and `exit.json` is on the disk, which is
 * the last thing that happens in the folder.
 */
export async function runAttempt(spec: AttemptSpec, printer: Printer, stops: StopSwitch, watched: () => boolean): Promise<void> {
  const startedAt = Date.now();
  const environment = agentEnvironment(spec, process.env);
  const mask = maskOf(environment);
  const values = secretValues(environment);
  const starting = startChild(spec);
  starting.catch(() => undefined);
  const finish = async ({ ended, exit, outcome }: Ending, recorder?: Recorder): Promise<void> => {
    const message = [outcome.message, recorder?.trouble()].filter((part) => part !== undefined).join(' ');
    const record: ExitRecord = {
      v: 1,
      nonce: spec.nonce,
      role: spec.role,
      startedAt,
      endedAt: Date.now(),
      exitCode: exit.code,
      signal: exit.signal,
      ended,
      outcome: masked(message === '' ? outcome : { ...outcome, message }, mask),
    };
    await recorder?.note(tail(record));
    await recorder?.close();
    await writeExit(spec.folder, record);
    if (printer.shows()) printer.print(paint([{ tone: 'plain', text: '' }, { tone: 'dim', text: closingWords(record) }], printer.colour));
  };
  // Without a record, or without somebody who understands it, nothing may run.
  const giveUp = async (error: unknown): Promise<Ending> => {
    const child = await starting.catch(() => undefined);
    if (child !== undefined) await stopTree(child.pid, spec.nonce, { from: 'SIGKILL' });
    const left = await endContainers(spec);
    return notStarted(left === undefined ? error : new Error(`${messageOf(error)} ${left}`));
  };
  const opened = await Promise.all([openRecorder(spec.folder, printer, mask), loadParser(spec.agent, spec.cwd)]).catch(giveUp);
  if ('ended' in opened) return finish(opened);
  const [recorder, parser] = opened;
  void recorder.note(head(spec));
  return finish(await supervise(spec, starting, { recorder, parser, mask: () => streamMask(values), watched }, stops).catch(giveUp), recorder);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function notStarted(error: unknown): Ending {
  const reason = StartError.is(error) ? 'missing-cli' : 'crashed';
  return { ended: 'not-started', exit: { code: null, signal: null }, outcome: { ...EMPTY, reason, message: messageOf(error) } };
}

/**
 * Writes down the agent's process, for those who must end it should we be killed. Not at once: a short attempt is over
 * by then, and the first moments are covered by the nonce in the agent's environment (not readable on Windows).
 */
function remembering(spec: AttemptSpec, child: Child): { readonly ref: () => Promise<ProcessRef>; readonly last: () => Promise<ProcessRef> } {
  const { pid } = child;
  let known: Promise<ProcessRef> | undefined;
  const remember = async (): Promise<ProcessRef> => {
    const ref = { pid, startTime: (await startTime(pid)) ?? '' };
    await writeWhole(join(spec.folder, FILE.agent), JSON.stringify(ref)).catch(() => undefined);
    return ref;
  };
  const ref = (): Promise<ProcessRef> => (known ??= remember());
  const timer = setTimeout(() => void ref(), process.platform === 'win32' ? 0 : REMEMBER_MS);
  return {
    ref,
    // Once it is gone its start time cannot be read; its number alone still tells its session.
    last: () => {
      clearTimeout(timer);
      return known ?? Promise.resolve({ pid, startTime: '' });
    },
  };
}

async function supervise(spec: AttemptSpec, starting: Promise<Child>, { recorder, parser, mask, watched }: Pick<Sink, 'recorder' | 'parser' | 'mask' | 'watched'>, stops: StopSwitch): Promise<Ending> {
  const child = await starting;
  const agent = remembering(spec, child);
  const began = performance.now();
  let over = false;
  let own: { readonly why: OwnStop; readonly message: string } | undefined;
  let stopping: Promise<string | undefined> | undefined;

  const stop = (why: OwnStop, message: string): void => {
    if (over || own !== undefined) return;
    own = { why, message };
    stopping = agent.ref().then((root) => endTree(root, spec.nonce, {}));
  };
  // What others read in is thrown away with them.
  const kept = spec.role === 'executor' ? ' Its work so far is in the worktree.' : '';
  const limits = watchLimits(spec.limits, (why, message) => stop(why, `${message}${kept}`));
  stops.onStop = () => stop('stopped', `It was stopped on request.${kept}`);
  if (stops.requested) stops.onStop();

  const question = questionWatch();
  const sink = { parser, recorder, mask, watched, heard: (chunk: Buffer) => {
    limits.heard();
    question.heard(chunk);
  }, seen: (events: readonly AgentEvent[]) => limits.events(events) };
  const streams = Promise.all([readStdout(child.stdout, sink), readStderr(child.stderr, sink)]);
  const exit = await child.exited;
  over = true;
  limits.clear();
  // Whatever the CLI left running has no business after its end.
  const young = performance.now() - began < YOUNG_MS ? { newerThan: process.pid } : {};
  stopping ??= agent.last().then((root) => endTree(root, spec.nonce, { from: 'SIGTERM', ...young }));
  const left = [await stopping, await endContainers(spec)].filter((each) => each !== undefined).join(' ');
  await drained(streams, child);
  const outcome = notInImage(spec, exit) ?? parser.end(exit);
  return { exit, ...verdict(outcome, own, left === '' ? undefined : left, own?.why === 'idle' && question.asks()) };
}

async function endTree(root: ProcessRef, nonce: string, options: Parameters<typeof stopTree>[2]): Promise<string | undefined> {
  try {
    await stopTree(root, nonce, options);
    return undefined;
  } catch (error) {
    if (UnstoppableError.is(error)) return error.message;
    throw error;
  }
}

/** An engine's program that is killed leaves its container at work. Gives what went wrong. */
async function endContainers(spec: AttemptSpec): Promise<string | undefined> {
  if (spec.container === undefined) return undefined;
  try {
    await removeContainers(spec.container, process.env);
    return undefined;
  } catch (error) {
    if (ContainerError.is(error)) return error.message;
    throw error;
  }
}

/** Engines and shells end with 127 when what they should start is not there. */
function notInImage(spec: AttemptSpec, exit: ChildExit): AgentOutcome | undefined {
  if (spec.container === undefined || exit.code !== 127) return undefined;
  return { ...EMPTY, reason: 'missing-cli', message: 'The container has no program of this agent; its image needs one.' };
}

async function drained(streams: Promise<unknown>, child: Child): Promise<void> {
  const timer = setTimeout(() => {
    child.stdout.cut();
    child.stderr.cut();
  }, DRAIN_MS);
  await streams;
  clearTimeout(timer);
}

function verdict(
  outcome: AgentOutcome,
  own: { readonly why: OwnStop; readonly message: string } | undefined,
  left: string | undefined,
  asks: boolean,
): { readonly ended: ExitRecord['ended']; readonly outcome: AgentOutcome } {
  const more = left === undefined ? '' : ` ${left}`;
  if (own === undefined) return { ended: 'exited', outcome: left === undefined ? outcome : { ...outcome, message: `${outcome.message ?? ''}${more}`.trim() } };
  if (asks) return { ended: own.why, outcome: { ...outcome, ok: false, reason: 'permission', message: `It asked for a permission and waited. ${own.message}${more}` } };
  return { ended: own.why, outcome: { ...outcome, ok: false, reason: REASON[own.why], message: `${own.message}${more}` } };
}
