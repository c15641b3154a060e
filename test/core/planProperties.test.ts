/** What must hold for any plan: random DAGs over a small tree of files, by seed. */
import { describe, expect, it } from 'vitest';
import { globsOverlap } from '../../src/core/globs.js';
import { adjacency, cycles, reachable } from '../../src/core/graph.js';
import type { Edge, Plan } from '../../src/core/plan.js';
import { checkPlan, sharedGlobs } from '../../src/core/planCheck.js';
import type { Random } from '../support/random.js';
import { random } from '../support/random.js';
import { plan, task } from './build.js';

const GLOBS = ['src/**', 'src/a/**', 'src/b/**', 'src/a/x.ts', 'src/a/*.ts', 'src/{a,b}/y.ts', '**/*.md', 'docs/**', 'docs/[ab].md', 'test/?.ts', 'test/a.ts', 'package.json', 'src/*/index.ts', 'lib/**', '**'];

function someDag(seed: Random): Plan {
  const count = 1 + seed.below(14);
  const ids = seed.shuffled(Array.from({ length: count }, (_, at) => `t${at}`));
  return plan(
    ...seed.shuffled(
      ids.map((id, at) =>
        task(id, {
          dependsOn: ids.slice(0, at).filter(() => seed.chance(0.2)),
          owns: Array.from({ length: 1 + seed.below(3) }, () => seed.pick(GLOBS)),
        }),
      ),
    ),
  );
}

/** Any graph at all, cycles and self-dependencies included. */
function someGraph(seed: Random): Plan {
  const ids = Array.from({ length: 2 + seed.below(9) }, (_, at) => `t${at}`);
  return plan(...seed.shuffled(ids).map((id) => task(id, { dependsOn: ids.filter(() => seed.chance(0.18)), owns: [seed.pick(GLOBS)] })));
}

const graphOf = (of: Plan, edges: readonly Edge[]) => adjacency(of.tasks.map((each) => each.id), edges);
const SEEDS = Array.from({ length: 400 }, (_, at) => at + 1);

describe('400 random DAGs', () => {
  it('edges are acyclic, and levels respect every edge', () => {
    for (const seed of SEEDS) {
      const made = someDag(random(seed));
      const { edges, levels, ok } = checkPlan(made);
      expect(ok, `seed ${seed}`).toBe(true);
      expect(cycles(graphOf(made, edges)), `seed ${seed}`).toEqual([]);
      const level = new Map(levels.flatMap((ids, at) => ids.map((id) => [id, at] as const)));
      expect(level.size, `seed ${seed}`).toBe(made.tasks.length);
      expect(edges.filter(({ from, to }) => level.get(from)! >= level.get(to)!), `seed ${seed}`).toEqual([]);
    }
  });

  it('every overlapping pair is ordered, one way', () => {
    let pairs = 0;
    for (const seed of SEEDS) {
      const made = someDag(random(seed));
      const next = graphOf(made, checkPlan(made).edges);
      made.tasks.forEach((a, at) => {
        for (const b of made.tasks.slice(at + 1)) {
          if (!a.contract.owns.some((one) => b.contract.owns.some((other) => globsOverlap(one, other)))) continue;
          pairs += 1;
          expect(Number(reachable(next, a.id).has(b.id)) + Number(reachable(next, b.id).has(a.id)), `seed ${seed}: ${a.id} and ${b.id}`).toBe(1);
        }
      });
    }
    expect(pairs).toBeGreaterThan(1_000);
  });

  it('an overlap edge is never one too many: it joins two that share files, and without it they have no order', () => {
    for (const seed of SEEDS) {
      const made = someDag(random(seed));
      const { edges } = checkPlan(made);
      for (const edge of edges) {
        if (edge.why !== 'overlap') continue;
        const [from, to] = [edge.from, edge.to].map((id) => made.tasks.find((each) => each.id === id)!);
        expect(sharedGlobs(from!, to!), `seed ${seed}`).not.toEqual([]);
        const without = graphOf(made, edges.filter((each) => each !== edge));
        expect(reachable(without, edge.from).has(edge.to), `seed ${seed}: ${edge.from}>${edge.to}`).toBe(false);
      }
    }
  });

  it('the order of tasks, dependencies and globs in the file changes nothing', () => {
    for (const seed of SEEDS) {
      const rnd = random(seed);
      const made = someDag(rnd);
      const { edges, levels } = checkPlan(made);
      for (let again = 0; again < 3; again += 1) {
        const other = plan(
          ...rnd.shuffled(made.tasks).map((each) => ({ ...each, dependsOn: rnd.shuffled(each.dependsOn), contract: { ...each.contract, owns: rnd.shuffled(each.contract.owns) } })),
        );
        const check = checkPlan(other);
        expect(check.edges, `seed ${seed}`).toEqual(edges);
        expect(check.levels, `seed ${seed}`).toEqual(levels);
      }
    }
  });

  it('every permutation of four tasks that all overlap gives the same chain', () => {
    const tasks = ['d', 'b', 'c', 'a'].map((id) => task(id, { owns: ['src/**'] }));
    const seen = new Set(permutations(tasks).map((order) => JSON.stringify(checkPlan(plan(...order)).edges)));
    expect([...seen]).toEqual([JSON.stringify([{ from: 'a', to: 'b', why: 'overlap' }, { from: 'b', to: 'c', why: 'overlap' }, { from: 'c', to: 'd', why: 'overlap' }])]);
  });
});

describe('400 random graphs with cycles', () => {
  it('a cycle names exactly those that can reach themselves through others, each once', () => {
    let found = 0;
    for (const seed of SEEDS) {
      const made = someGraph(random(seed));
      const check = checkPlan(made);
      const next = graphOf(made, made.tasks.flatMap((each) => each.dependsOn.filter((on) => on !== each.id).map((from): Edge => ({ from, to: each.id, why: 'depends' }))));
      const looping = made.tasks.map((each) => each.id).filter((id) => reachable(next, id).has(id)).sort();
      const named = check.problems.filter((problem) => problem.code === 'cycle').map((problem) => problem.tasks);
      expect(named.flat().sort(), `seed ${seed}`).toEqual(looping);
      for (const members of named) {
        for (const a of members) for (const b of members) expect(a === b || reachable(next, a).has(b), `seed ${seed}: ${a} ${b}`).toBe(true);
      }
      expect(check.ok, `seed ${seed}`).toBe(!check.problems.some((problem) => problem.severity !== 'warning'));
      found += named.length;
    }
    expect(found).toBeGreaterThan(100);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) => permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]));
}
