import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { app, useApp } from '../app.js';
import { Icon } from '../components/icon.js';
import { countGroups, GROUP_ICONS, GROUP_WORDS } from '../states.js';

/** How many tasks are in each state; each is a filter of the graph. */
export function Chips({ run }: { readonly run: RunView }): ReactNode {
  const filter = useApp((state) => state.filter);
  const groups = countGroups(run.tasks);
  return (
    <div className="chips" role="group" aria-label="Tasks by state; choose one to highlight it">
      {groups.map(({ group, count }) => (
        <button key={group} type="button" aria-pressed={filter === group} onClick={() => app.set({ filter: filter === group ? undefined : group })}>
          <Icon name={GROUP_ICONS[group]} className={`state-color s-${group}`} />
          <span className="num">{count}</span> {GROUP_WORDS[group]}
        </button>
      ))}
    </div>
  );
}

/** What a proposed revision changes. */
export function DifferenceChips({ run }: { readonly run: RunView }): ReactNode {
  const kinds = (['added', 'changed', 'removed'] as const).map((kind) => ({ kind, count: run.tasks.filter((task) => task.difference === kind).length }));
  const icons = { added: 'diff-added', changed: 'diff-modified', removed: 'diff-removed' };
  return (
    <p className="chips still">
      {kinds
        .filter(({ count }) => count > 0)
        .map(({ kind, count }) => (
          <span key={kind} className={`difference d-${kind}`}>
            <Icon name={icons[kind]} /> <span className="num">{count}</span> {kind}
          </span>
        ))}
    </p>
  );
}
