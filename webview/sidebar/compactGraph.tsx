import { useMemo, useRef, useState, type ReactNode } from 'react';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { app, inSidebar, useApp } from '../app.js';
import { TaskIcon } from '../components/icon.js';
import { Menu, type Anchor } from '../components/menu.js';
import { useWidth } from '../components/width.js';
import { count } from '../format.js';
import { structureKey } from '../graph/layout.js';
import { spokenTask } from '../graph/taskNode.js';
import { directionOf } from '../graph/walk.js';
import { groupOf, isLanded, isUndone } from '../states.js';
import type { AppState } from '../store.js';
import { taskMenu } from '../task/acting.js';
import { useNow } from '../time.js';
import { CELL_HEIGHT, compactLayout, type Cell, type CompactLayout } from './compactLayout.js';

/** With more, only the selected task's edges are drawn: the gutters are too narrow to tell many apart. */
const MOST_EDGES = 20;

function nextCell(cells: readonly Cell[], id: string, direction: 'left' | 'right' | 'up' | 'down'): string | undefined {
  const here = cells.find((cell) => cell.id === id);
  if (here === undefined) return cells[0]?.id;
  const sideways = direction === 'left' || direction === 'right';
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  const ahead = cells.filter((cell) => (sideways ? cell.y === here.y && (cell.x - here.x) * sign > 0 : (cell.y - here.y) * sign > 0));
  const far = (cell: Cell): number => (sideways ? Math.abs(cell.x - here.x) : Math.abs(cell.y - here.y) * 10 + Math.abs(cell.x - here.x));
  return [...ahead].sort((a, b) => far(a) - far(b))[0]?.id;
}

/** The sidebar marks what the dashboard shows: where its own arrow keys stand is nobody's choice. */
function marks(state: AppState): string | undefined {
  return inSidebar() ? state.shown : state.selected;
}

function CellButton({ task, run, cell, width, onOpen }: { readonly task: TaskView; readonly run: RunView; readonly cell: Cell; readonly width: number; readonly onOpen: () => void }): ReactNode {
  const selected = useApp((state) => state.selected === task.id);
  const marked = useApp((state) => marks(state) === task.id);
  const dimmed = useApp((state) => state.filter !== undefined && groupOf(task) !== state.filter);
  const now = useNow(false);
  const spoken = spokenTask(task, run, now);
  return (
    <button
      type="button"
      data-task={task.id}
      className={`cell s-${task.state} ${isUndone(task) ? 's-undone' : ''} ${task.difference === 'removed' ? 'is-removed' : ''} ${dimmed ? 'is-dimmed' : ''} ${task.difference === undefined ? '' : `d-${task.difference}`}`}
      style={{ left: cell.x, top: cell.y, width, height: CELL_HEIGHT }}
      title={spoken.replaceAll('. ', '\n')}
      aria-label={spoken}
      aria-pressed={marked}
      tabIndex={selected ? 0 : -1}
      onClick={() => {
        app.set({ selected: task.id });
        onOpen();
      }}
    >
      <TaskIcon task={task} />
      <span className="cut">{task.title}</span>
    </button>
  );
}

function Picture({ run, layout, onOpen }: { readonly run: RunView; readonly layout: CompactLayout; readonly onOpen: (task: string) => void }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ readonly task: string; readonly anchor: Anchor }>();
  const selected = useApp(marks);
  const landed = new Set(run.tasks.filter(isLanded).map((task) => task.id));
  const shown = layout.edges.length <= MOST_EDGES ? layout.edges : layout.edges.filter((edge) => edge.from === selected || edge.to === selected);
  const tasks = new Map(run.tasks.map((task) => [task.id, task]));
  const find = (id: string): HTMLElement | null => box.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`) ?? null;
  const idOf = (target: EventTarget): string | undefined => (target instanceof Element ? target.closest<HTMLElement>('[data-task]')?.dataset['task'] : undefined);
  const openMenu = (id: string): void => {
    const from = find(id);
    if (from === null) return;
    const at = from.getBoundingClientRect();
    app.set({ selected: id });
    setMenu({ task: id, anchor: { x: at.left + 12, y: at.bottom + 2, from } });
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const id = idOf(event.target);
    if (id === undefined) return;
    const direction = directionOf(event.key);
    if (direction !== undefined) {
      const next = nextCell(layout.cells, id, direction);
      if (next !== undefined) {
        app.set({ selected: next });
        find(next)?.focus();
      }
    } else if (event.key === '.' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenu(id);
    else return;
    event.preventDefault();
  };
  const chosen = menu === undefined ? undefined : tasks.get(menu.task);
  return (
    <div
      ref={box}
      className="compact"
      role="group"
      aria-label={`Plan with ${count(run.tasks.length, 'task')}. Arrow keys move, Enter opens, full stop shows actions.`}
      style={{ height: layout.height }}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => {
        const id = idOf(event.target);
        if (id === undefined) return;
        event.preventDefault();
        openMenu(id);
      }}
    >
      <svg width="100%" height={layout.height} aria-hidden="true">
        {shown.map((edge) => (
          <path key={edge.key} className={`edge e-${edge.why} ${landed.has(edge.from) ? 'is-done' : ''} ${edge.from === selected || edge.to === selected ? 'is-touched' : ''}`} d={edge.path} />
        ))}
      </svg>
      {layout.cells.map((cell) => {
        const task = tasks.get(cell.id);
        return task === undefined ? null : <CellButton key={cell.id} task={task} run={run} cell={cell} width={layout.cellWidth} onOpen={() => onOpen(cell.id)} />;
      })}
      {menu === undefined || chosen === undefined ? null : (
        <Menu items={taskMenu(run, chosen)} anchor={menu.anchor} label={`Actions for ${chosen.title}`} onClose={() => setMenu(undefined)} />
      )}
    </div>
  );
}

/** The live plan where there is little width. */
export function CompactGraph({ run, onOpen }: { readonly run: RunView; readonly onOpen: (task: string) => void }): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  const ids = run.tasks.map((task) => task.id);
  const key = structureKey(ids, run.edges);
  // Only the structure and the width move tasks.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const layout = useMemo(() => (width === 0 ? undefined : compactLayout(ids, run.edges, width)), [key, width]);
  return (
    <div ref={ref} className="compact-place">
      {layout === undefined ? null : <Picture run={run} layout={layout} onOpen={onOpen} />}
    </div>
  );
}
