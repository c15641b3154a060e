/** What every real CLI must do through its adapter, against the model server. */
import { access } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import type { AgentEvent, Usage } from '../../../src/core/activity.js';
import type { CliName } from '../../support/agentClis.js';
import { TOKENS, type Brain, type Step } from '../../support/modelServer/index.js';
import type { Knobs } from '../../support/agentHome.js';
import { watchFor } from '../../support/watchFor.js';
import { openDesk } from './desk.js';

/** The responses of one round by step; the turn ends after the last. */
function rounds(...given: readonly (readonly (readonly Step[])[])[]): Brain {
  return (request) => given[request.round]?.[request.step] ?? [{ text: 'Nothing is left to do.' }];
}

function edits(events: readonly AgentEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'edit' ? [`${event.change} ${event.path}`] : []));
}

function titles(events: readonly AgentEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'tool' ? [event.title] : []));
}

/** A machine that does much else makes a CLI's start slow; what hangs is ended by the desk long before. */
vi.setConfig({ testTimeout: 180_000 });

interface Expected {
  readonly titles: readonly string[];
  /** Whether the wire reports tokens written to the cache. */
  readonly cacheWrites: boolean;
}

/** Tokens of so many responses of the model server. */
function used(responses: number, cacheWrites: boolean): Usage {
  const write = cacheWrites ? TOKENS.cacheWrite : 0;
  return {
    inputTokens: responses * (TOKENS.fresh + TOKENS.cacheRead + write),
    cachedInputTokens: responses * TOKENS.cacheRead,
    cacheWriteTokens: responses * write,
    outputTokens: responses * TOKENS.output,
  };
}

export function worksAndResumes(cli: CliName, expected: Expected): void {
  test('reads, edits, runs a command, and is resumed with feedback in the same session', async () => {
    const desk = await openDesk(
      cli,
      rounds(
        [[{ text: 'I change it.' }, { read: { path: 'notes.txt' } }], [{ edit: { path: 'notes.txt', find: 'two', replace: 'three' } }], [{ run: 'git status --short' }], [{ text: 'The first is done.' }]],
        [[{ write: { path: 'src/new.txt', text: 'new\n' } }], [{ text: 'The feedback is in.' }]],
      ),
    );
    const first = await desk.run({ prompt: 'Change notes.txt.' });
    expect(first.outcome, first.stderr).toMatchObject({ ok: true, text: 'The first is done.', denied: [] });
    expect(await desk.read('notes.txt')).toBe('one\nthree\n');
    expect(titles(first.events)).toEqual(expected.titles);
    expect(edits(first.events)).toEqual(['modified notes.txt']);
    expect(first.events.find((event) => event.type === 'message')).toEqual({ type: 'message', text: 'I change it.' });
    expect(first.outcome.usage).toHaveLength(1);
    expect(first.outcome.usage[0]).toMatchObject(used(4, expected.cacheWrites));

    const session = first.outcome.session;
    expect(session).toBeDefined();
    const second = await desk.run({ prompt: 'Add src/new.txt as well.', ...(session === undefined ? {} : { resume: session }) });
    expect(second.outcome, second.stderr).toMatchObject({ ok: true, session, text: 'The feedback is in.' });
    expect(await desk.read('src/new.txt')).toBe('new\n');
    expect(edits(second.events)).toEqual(['added src/new.txt']);
    // Codex tells the thread's running total, the others this run's.
    expect(second.outcome.usage[0]).toMatchObject(used(second.outcome.usageIsCumulative ? 6 : 2, expected.cacheWrites));
    expect(second.outcome.usageIsCumulative).toBe(cli === 'codex');
    const last = desk.server.requests.at(-1);
    expect(last?.prompt).toContain('Change notes.txt.');
    expect(last?.prompt).toContain('Add src/new.txt as well.');
  });
}

/** An object with an optional key: what OpenAI's strict mode does not know. */
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['tasks'],
  properties: { tasks: { type: 'array', items: { type: 'string' } }, note: { type: 'string' } },
};

/** @param denied what the CLI itself says was refused, in order; not every CLI says all of it. */
export function plansReadOnly(cli: CliName, denied: readonly string[]): void {
  test('a planner reads, cannot write or run what writes, and answers', async () => {
    const answer = { tasks: ['a', 'b'], ...(cli === 'codex' ? { note: null } : {}) };
    const desk = await openDesk(
      cli,
      rounds([[{ write: { path: 'x.txt', text: 'x\n' } }], [{ run: 'touch y.txt' }], [{ edit: { path: 'notes.txt', find: 'one', replace: 'zero' } }], [{ read: { path: 'notes.txt' } }], [{ answer }]]),
    );
    const schema = desk.adapter.answersBySchema ? { schema: SCHEMA } : {};
    const planned = await desk.run({ role: 'planner', permissions: 'read-only', prompt: 'Plan it.', ...schema });
    expect(planned.outcome, planned.stderr).toMatchObject({ ok: true });
    expect(planned.outcome.answer ?? JSON.parse(planned.outcome.text ?? '')).toEqual({ tasks: ['a', 'b'] });
    expect(planned.outcome.answer !== undefined).toBe(desk.adapter.answersBySchema);
    expect((await execa('git', ['status', '--porcelain'], { cwd: desk.repo, env: desk.environment, extendEnv: false })).stdout).toBe('');
    expect(edits(planned.events)).toEqual([]);
    expect(planned.outcome.denied.map((each) => each.tool)).toEqual(denied);
    const read = planned.events.find((event) => event.type === 'tool' && event.title.includes('notes.txt') && !event.title.startsWith('Edit'));
    expect(planned.events).toContainEqual(expect.objectContaining({ type: 'tool-result', id: read?.type === 'tool' ? read.id : '', ok: true }));
  });
}

/** Only edits: what would change the worktree by a command is refused. */
export function editsOnly(cli: CliName): void {
  test('with the permission to edit, commands that change something are refused', async () => {
    const desk = await openDesk(cli, rounds([[{ write: { path: 'x.txt', text: 'x\n' } }], [{ run: 'node -e "require(\'fs\').writeFileSync(\'y.txt\',\'\')"' }], [{ text: 'Done.' }]]));
    const ran = await desk.run({ permissions: 'edit' });
    expect(ran.outcome, ran.stderr).toMatchObject({ ok: true });
    expect(await desk.read('x.txt')).toBe('x\n');
    expect(await desk.read('y.txt')).toBeUndefined();
    expect(ran.outcome.denied).toHaveLength(1);
  });
}

export interface FailureCase {
  readonly name: string;
  readonly step: Step;
  readonly knobs: Knobs;
  readonly reason: string;
}

export function fails(cli: CliName, cases: readonly FailureCase[]): void {
  for (const { name, step, knobs, reason } of cases) {
    test(`${name} ends as ${reason}`, async () => {
      const desk = await openDesk(cli, () => [step], knobs);
      const ran = await desk.run({});
      expect(ran.outcome, ran.stderr).toMatchObject({ ok: false, reason });
      expect(ran.outcome.message).toBeTruthy();
      expect(ran.outcome.message).not.toMatch(/dummy/);
      expect(ran.code).not.toBe(0);
    });
  }
}

/** Nothing at all from the model: no CLI ends by itself, the runner's idle watchdog does it. */
export function isWatched(cli: CliName, idleMs: number): void {
  test('a model that says nothing at all is ended by the watchdog', async () => {
    const desk = await openDesk(cli, () => [{ silent: 'before' }]);
    const attempt = await desk.start({}, { idleMs });
    const end = await attempt.ended;
    expect(end).toMatchObject({ kind: 'exit', record: { ended: 'idle', outcome: { ok: false, reason: 'silent' } } });
    expect(await processes(join(desk.repo, '..'))).toEqual([]);
  });
}

async function processes(marker: string): Promise<readonly string[]> {
  const { stdout } = await execa('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  // The runner itself ends a moment after it has reported the end.
  return stdout.split('\n').filter((line) => line.includes(marker) && !line.includes('ps -A') && !line.includes('runner.js'));
}

const GO_ON = 'Go on where you stopped.';

/** Sleeps until it is stopped. What an interrupted turn leaves in a session differs, so the prompt decides what is next. */
function sleepsThenGoesOn(seconds: string): Brain {
  return (request) => {
    const asked = request.turns.findLastIndex((turn) => turn.role === 'user' && turn.text.includes(GO_ON));
    if (asked < 0) return [{ run: `sleep ${seconds} & echo started > started.txt; wait` }];
    const written = request.turns.slice(asked).some((turn) => turn.role === 'tool');
    return written ? [{ text: 'Went on.' }] : [{ write: { path: 'after.txt', text: 'after\n' } }];
  };
}

export function stopsWholeTree(cli: CliName): void {
  test.skipIf(process.platform === 'win32')('stopped in the middle of a tool nothing is left alive, and the session goes on', async () => {
    const length = `3000.${randomInt(1_000_000, 9_999_999)}`;
    const desk = await openDesk(cli, sleepsThenGoesOn(length));
    const attempt = await desk.start({});
    await watchFor(desk.repo, 'started.txt');
    expect(await processes(`sleep ${length}`)).not.toEqual([]);
    await attempt.stop();
    expect(await processes(length)).toEqual([]);
    expect(await processes(join(desk.repo, '..'))).toEqual([]);
    const end = await attempt.ended;
    expect(end).toMatchObject({ kind: 'exit', record: { ended: 'stopped', outcome: { ok: false, reason: 'stopped' } } });
    await access(join(desk.repo, 'started.txt'));

    const session = end.kind === 'exit' ? end.record.outcome.session : undefined;
    expect(session).toBeDefined();
    const again = await desk.run({ prompt: GO_ON, ...(session === undefined ? {} : { resume: session }) });
    expect(again.outcome, again.stderr).toMatchObject({ ok: true, session, text: 'Went on.' });
    expect(await desk.read('after.txt')).toBe('after\n');
  });
}

/** @param trouble what the first request meets, with as few tries of the CLI's own as it can be told. */
export function goesOnAfterTrouble(cli: CliName, trouble: Omit<FailureCase, 'name'>): void {
  test('a retry after a first request that failed does the work, in the session that is told or in a fresh one', async () => {
    let down = true;
    const desk = await openDesk(cli, (request) => (down ? [trouble.step] : request.step === 0 ? [{ write: { path: 'src/new.txt', text: 'new\n' } }] : [{ text: 'It is there.' }]), trouble.knobs);
    const failed = await desk.run({ prompt: 'Add src/new.txt.' });
    expect(failed.outcome, failed.stderr).toMatchObject({ ok: false, reason: trouble.reason });
    down = false;
    const { session } = failed.outcome;
    const again = await desk.run({ prompt: 'Add src/new.txt.', ...(session === undefined ? {} : { resume: session }) });
    expect(again.outcome, again.stderr).toMatchObject({ ok: true, text: 'It is there.' });
    expect(await desk.read('src/new.txt')).toBe('new\n');
  });
}
