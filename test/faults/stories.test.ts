/**
 * Thousands of random steps of a person, agents and Switchyard on one repository with real git, with crashes in between.
 * After each: no tree on the base without a receipt but the person's own, every byte reachable, the person's checkout
 * untouched, histories only grow, nothing is said to be at work or landed that is not.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { forgetTemplate } from '../support/faults/repository.js';
import { play } from '../support/stories/story.js';

afterAll(forgetTemplate);

const STORIES = 16;
const STEPS = 125;

const sum = { steps: 0, landed: 0, undone: 0, crashes: 0 };

describe.concurrent('a story', () => {
  test.each(Array.from({ length: STORIES }, (_, seed) => ({ seed })))('of seed $seed', async ({ seed }) => {
    const report = await play(seed, STEPS);
    expect(report.wrong, report.told.join('\n')).toEqual([]);
    sum.steps += report.steps;
    sum.landed += report.landed;
    sum.undone += report.undone;
    sum.crashes += report.crashes;
  });
});

test('2,000 steps in all, with landings and crashes among them', () => {
  expect(sum.steps).toBe(STORIES * STEPS);
  expect(sum.landed).toBeGreaterThan(30);
  expect(sum.undone).toBeGreaterThan(3);
  expect(sum.crashes).toBeGreaterThan(5);
});
