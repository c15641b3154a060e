/**
 * Tells which attempt's terminal the person has before them. The editor works through what is printed to every terminal, seen
 * or not; so runners print at once only to that one.
 */
import * as vscode from 'vscode';
import type { RunState } from '../../core/run.js';
import type { Session } from '../../engine/api.js';
import type { Base } from '../app.js';
import { Disposables, type Disposable } from '../disposables.js';
import { attemptsOf } from './handover.js';
import { claimedPid } from './reconnect.js';

interface Claimed {
  readonly task: string;
  readonly attempt: number;
  readonly pid: number | undefined;
}

function atWork(run: RunState): ReturnType<typeof attemptsOf> {
  return attemptsOf(run).filter(({ endedAt }) => endedAt === undefined);
}

function claimsOf(working: ReturnType<typeof attemptsOf>): Promise<readonly Claimed[]> {
  return Promise.all(working.map(async ({ task, attempt, folder }) => ({ task, attempt, pid: await claimedPid(folder) })));
}

/** Asks again whenever another terminal comes to the front, or other agents are at work. */
export function followTerminalInFront(base: Base): Disposable {
  const own = new Disposables();
  let known = '';
  /** An attempt whose process is not known yet may be the one in front; so may it be while this is being asked. */
  let unclaimed = false;
  let asking = false;
  let again = false;
  const tell = async (): Promise<void> => {
    const terminal = vscode.window.activeTerminal;
    const run = base.model.run();
    // By its process: after a reload nothing else tells what a terminal is.
    const [pid, claims] = await Promise.all([terminal?.processId, run === undefined ? [] : claimsOf(atWork(run))]);
    if (own.disposed || terminal !== vscode.window.activeTerminal || run?.run !== base.model.run()?.run) return;
    unclaimed = claims.some((each) => each.pid === undefined);
    base.repository.session()?.terminalInFront(pid === undefined ? undefined : claims.find((each) => each.pid === pid));
  };
  const look = async (): Promise<void> => {
    again = asking;
    if (asking) return;
    asking = true;
    try {
      do {
        again = false;
        await tell();
      } while (isWantedAgain());
    } catch (error) {
      base.log.error('The terminal in front could not be told', error);
    } finally {
      asking = false;
    }
  };
  const isWantedAgain = (): boolean => again && !own.disposed;
  own.add(vscode.window.onDidChangeActiveTerminal(() => void look()));
  own.add(
    base.repository.onDidChange(() => {
      const run = base.model.run();
      const working = run === undefined ? '' : atWork(run).map(({ folder }) => folder).join('\n');
      if (working === known && !unclaimed && !asking) return;
      known = working;
      void look();
    }),
  );
  const ofSession = own.add(new Disposables());
  const enter = (session: Session | undefined): void => {
    ofSession.clear();
    // An agent that says something has been claimed.
    if (session !== undefined) ofSession.add(session.onActivity(() => void ((unclaimed || asking) && look())));
    void look();
  };
  own.add(base.repository.onDidOpen(enter));
  enter(base.repository.session());
  return own;
}
