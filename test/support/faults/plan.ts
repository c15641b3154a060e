/** Six tasks: a chain, a join, a gate that is red once, a boundary that is broken once. */
import type { Plan } from '../../../src/core/plan.js';
import { planOf, scriptedTask } from '../switchyard.js';

const none = [{ say: 'nothing' }];

export const TASKS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** How many attempts each task takes when nothing goes wrong. */
export const ATTEMPTS: Readonly<Record<string, number>> = { a: 1, b: 2, c: 2, d: 1, e: 1, f: 1 };

export const sixTasks: Plan = planOf(
  scriptedTask('a', none, { gate: ['has a/x.txt'] }),
  scriptedTask('b', none, { gate: ['holds b/x.txt right'], dependsOn: ['a'] }),
  scriptedTask('c', none, { gate: ['has c/x.txt', 'has README.md'] }),
  scriptedTask('d', none, { gate: ['has c/x.txt', 'has d/x.txt'], dependsOn: ['c'] }),
  scriptedTask('e', none, { gate: ['has e/x.txt'] }),
  scriptedTask('f', none, { gate: ['has f/x.txt', 'has e/x.txt'], dependsOn: ['a', 'e'] }),
);

export const TEAM = '{ "version": 1, "tiers": { "standard": { "agent": "scripted" } }, "setup": ["true"], "limits": { "maxParallel": 3, "gateParallel": 2 } }';
