/** What a person is told or left with where they are: after comments, in terminals, in the bill. */
import { describe, expect, it } from 'vitest';
import { isEarlier } from '../../src/ui/terminals/attemptFolders.js';
import { sentWords } from '../../src/ui/review/sentWords.js';
import { attempt, run, task } from '../support/webviewHarness/make.js';
import { approved, atWork, ended, ready, runOf, snapshotOf, task as planned } from './runs.js';

describe('after comments were sent', () => {
  const sent = { task: 'a', comments: 3, attempts: 1 };
  const now = (over: Parameters<typeof task>[2]) => run([task('a', 'Slugs', { attempts: [attempt(1)], ...over })]);
  it('says that the next attempt works, what it waits for, or why it did not begin', () => {
    expect(sentWords(now({ state: 'working', attempts: [attempt(1), attempt(2)] }), sent)).toBe('3 comments sent; attempt 2 of “Slugs” is working.');
    expect(sentWords(now({ state: 'waiting', why: { kind: 'agent-slots', text: 'All 2 agents are at work' } }), { ...sent, comments: 1 })).toBe('1 comment sent; attempt 2 of “Slugs” waits: All 2 agents are at work.');
    expect(sentWords(now({ state: 'needs-you', why: { kind: 'agent-failed', text: 'Codex was not found.' } }), sent)).toBe('3 comments sent, but attempt 2 of “Slugs” did not begin: Codex was not found.');
  });
  it('says it at once where another window runs the agents, and else only once it is known', () => {
    expect(sentWords({ ...now({ state: 'ready' }), heldBy: 'a VS Code window' }, sent)).toBe('3 comments sent: a VS Code window passes them on to the agent of “Slugs”.');
    expect(sentWords(now({ state: 'waiting' }), sent)).toBeUndefined();
    expect(sentWords(now({ state: 'setting-up' }), sent)).toBeUndefined();
  });
});

describe('folders of attempts', () => {
  it('tell an earlier attempt of the same task from others', () => {
    expect(isEarlier('/r/attempts/a/2', '/r/attempts/a/10')).toBe(true);
    expect(isEarlier('/r/attempts/a/10', '/r/attempts/a/2')).toBe(false);
    expect(isEarlier('/r/attempts/a/1', '/r/attempts/b/2')).toBe(false);
    expect(isEarlier('C:\\r\\a\\1', 'C:\\r\\a\\2')).toBe(true);
  });
});

describe('the bill and the cards', () => {
  const stopped = { type: 'attempt.ended', task: 'api', attempt: 1, outcome: { ok: false, reason: 'stopped', usage: [], usageIsCumulative: false, denied: [] }, usage: [] } as const;
  const asScripted = (events: readonly Parameters<typeof runOf>[0][number][]) => events.map((event) => (event.type === 'attempt.starting' ? { ...event, agent: 'scripted' as const } : event));
  it('have a line for an attempt that was stopped before it used anything', () => {
    const view = snapshotOf(runOf([...approved(planned('db'), planned('api')), ...ready('db'), ...asScripted(atWork('api')), stopped])).run;
    expect(view?.bill.lines.map(({ task: id, empty }) => [id, empty])).toEqual([['db', undefined], ['api', true]]);
    // Where nobody has used anything there is no bill at all.
    expect(snapshotOf(runOf([...approved(planned('api')), ...asScripted(atWork('api')), stopped])).run?.bill.lines).toEqual([]);
  });
  it('say the same to the cent', () => {
    const third = { ...ended('db'), usage: [{ model: 'm', inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1, usd: 0.335 }] };
    const view = snapshotOf(runOf([...approved(planned('db'), planned('api')), ...atWork('db'), third, ...atWork('api'), { ...third, task: 'api' } as typeof third])).run;
    expect(view?.tasks.map((each) => each.amount.printed)).toEqual(view?.bill.byTask.map((row) => row.amount.printed));
    expect(view?.bill.byTask.map((row) => row.amount.printed)).toEqual(['$0.34', '$0.33']);
  });
});
