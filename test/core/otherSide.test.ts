import { describe, expect, it } from 'vitest';
import { otherSideOf, otherSideWords, plainPath } from '../../src/core/otherSide.js';
import { conflictFeedback } from '../../src/core/prompts.js';
import { dag, Run, SHA, task, plan } from './build.js';

const commit = (message: string, author = 'Ada') => ({ commit: SHA('5'), author, message });
const landed = new Run().approve(plan(task('a', { instructions: 'Store tags.', contract: { acceptance: ['tags are kept'] } }), task('b', { instructions: 'Rename the store.' }))).land('b');
const work = commit('Title of b\n\nSwitchyard-Task: b\nSwitchyard-Run: r1', 'Agent');

describe('the other side of a conflict', () => {
  it('is the landed tasks that touched the paths, and people’s commits', () => {
    const others = otherSideOf(landed.state, ['x'], [work, commit('Tidy up\n\nbecause')]);
    expect(others.tasks.map((each) => each.task.id)).toEqual(['b']);
    expect(others.commits).toEqual([commit('Tidy up\n\nbecause')]);
    expect(otherSideWords(others)).toBe('Title of b (landed), Ada in “Tidy up”');
  });
  it('is a person’s when another run made it', () => {
    const other = commit('Old task\n\nSwitchyard-Task: b\nSwitchyard-Run: r0');
    expect(otherSideOf(new Run().approve(dag({ a: '', b: '' })).state, ['x'], [other])).toEqual({ tasks: [], commits: [other] });
  });
  it('knows a path without the mark of its side', () => {
    expect([`thing~${SHA('a')}`, `thing~${SHA('a')}/in.txt`, 'a~b', `x~${SHA('a')}z`].map(plainPath)).toEqual(['thing', 'thing/in.txt', 'a~b', `x~${SHA('a')}z`]);
  });
  it('is told to the agent with both sides’ intent, git’s words and the person’s', () => {
    const others = otherSideOf(landed.state, ['x'], [work, commit('Tidy up\n\nbecause')]);
    const text = conflictFeedback(landed.state, landed.task('a'), { paths: ['x'], notes: [`CONFLICT (modify/delete): x deleted in ${SHA('7')}`], others }, 'keep both');
    for (const part of ['conflict with it in: x.', '- CONFLICT (modify/delete): x deleted in main', 'Your side: Title of a.', '> Store tags.', 'It must hold: tags are kept', 'The other side, landed: Title of b.', '> Rename the store.', 'It owns src/b/**', 'a commit by Ada:\n> Tidy up', 'The person adds: keep both']) {
      expect(text).toContain(part);
    }
  });
});
