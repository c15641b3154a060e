/** Questions about directed graphs of task ids, kept apart from what the edges mean. */

export type Adjacency = ReadonlyMap<string, ReadonlySet<string>>;

/** Each node with those that come after it; edges to what is no node are left out. */
export function adjacency(nodes: Iterable<string>, edges: Iterable<{ readonly from: string; readonly to: string }>): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  for (const node of nodes) next.set(node, new Set());
  for (const { from, to } of edges) {
    if (next.has(to)) next.get(from)?.add(to);
  }
  return next;
}

/** Strongly connected components of more than one node (Tarjan, without recursion), each sorted, in sorted order. */
export function cycles(next: Adjacency): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  let counter = 0;
  for (const root of next.keys()) {
    if (index.has(root)) continue;
    const work: { node: string; rest: Iterator<string> }[] = [];
    const enter = (node: string) => {
      index.set(node, counter);
      low.set(node, counter);
      counter += 1;
      stack.push(node);
      onStack.add(node);
      work.push({ node, rest: (next.get(node) ?? new Set<string>()).values() });
    };
    enter(root);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const { node, rest } = frame;
      const step = rest.next();
      if (step.done !== true) {
        const to = step.value;
        if (!index.has(to)) enter(to);
        else if (onStack.has(to)) low.set(node, Math.min(low.get(node) ?? 0, index.get(to) ?? 0));
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.node;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent) ?? 0, low.get(node) ?? 0));
      if (low.get(node) !== index.get(node)) continue;
      const component: string[] = [];
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack.delete(member);
        component.push(member);
        if (member === node) break;
      }
      if (component.length > 1) found.push(component.sort(compare));
    }
  }
  return found.sort((a, b) => compare(a[0] ?? '', b[0] ?? ''));
}

/** Longest distance from a root, by node. The graph must be acyclic. */
export function depths(next: Adjacency): Map<string, number> {
  const incoming = new Map<string, number>();
  for (const node of next.keys()) incoming.set(node, 0);
  for (const targets of next.values()) for (const to of targets) incoming.set(to, (incoming.get(to) ?? 0) + 1);
  const depth = new Map<string, number>();
  const queue = [...next.keys()].filter((node) => incoming.get(node) === 0);
  for (const node of queue) depth.set(node, 0);
  for (const node of queue) {
    for (const to of next.get(node) ?? []) {
      depth.set(to, Math.max(depth.get(to) ?? 0, (depth.get(node) ?? 0) + 1));
      const left = (incoming.get(to) ?? 0) - 1;
      incoming.set(to, left);
      if (left === 0) queue.push(to);
    }
  }
  return depth;
}

/** Everything that can be reached from a node, itself left out. */
export function reachable(next: Adjacency, from: string): Set<string> {
  const seen = new Set<string>();
  const queue = [...(next.get(from) ?? [])];
  for (const node of queue) {
    if (seen.has(node)) continue;
    seen.add(node);
    queue.push(...(next.get(node) ?? []));
  }
  return seen;
}

/** Nodes grouped by depth, each group sorted. */
export function levels(next: Adjacency): string[][] {
  const groups: string[][] = [];
  for (const [node, depth] of depths(next)) (groups[depth] ??= []).push(node);
  return groups.map((group) => group.sort(compare));
}

/** Code-unit order: the same on every machine, unlike a locale's. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
