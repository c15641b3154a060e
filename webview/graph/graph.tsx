/** The plan as a graph. The layout changes only with the plan's structure; the first view is right before it is drawn. */
import { Background, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type Edge, type Node, type NodeMouseHandler, type OnMoveStart, type Viewport } from '@xyflow/react';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { count } from '../format.js';
import { app, useApp } from '../app.js';
import { Menu, type Anchor } from '../components/menu.js';
import { IconButton } from '../components/toolkit.js';
import { taskMenu } from '../task/acting.js';
import { layoutPlan, NODE_HEIGHT, NODE_WIDTH, structureKey, type Flow, type Layout, type Route } from './layout.js';
import { Legend } from './legend.js';
import { TaskEdge } from './taskEdge.js';
import { TaskNode } from './taskNode.js';
import { fit, LARGEST_ZOOM, reveal, SMALLEST_ZOOM, type Size } from './viewport.js';
import { directionOf, step } from './walk.js';

const NODE_TYPES = { task: TaskNode };
const EDGE_TYPES = { task: TaskEdge };
const PRO_OPTIONS = { hideAttribution: true };
type RouteEdge = Edge<{ route: Route; flow: Flow }>;

function flowNodes(layout: Layout): Node[] {
  return layout.boxes.map((box) => ({ id: box.id, type: 'task', position: { x: box.x, y: box.y }, width: NODE_WIDTH, height: NODE_HEIGHT, data: {} }));
}
function flowEdges(layout: Layout): RouteEdge[] {
  return layout.routes.map((route) => ({ id: `${route.from}>${route.to}:${route.why}`, source: route.from, target: route.to, type: 'task', data: { route, flow: layout.flow } }));
}

/** The direction that shows the plan larger; to the right where both show it whole. */
function useLayout(run: RunView, size: Size | undefined): Layout {
  const ids = run.tasks.map((task) => task.id);
  const key = structureKey(ids, run.edges);
  // Only the structure moves tasks: the key stands for both arguments.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const right = useMemo(() => layoutPlan(ids, run.edges, 'right'), [key]);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const down = useMemo(() => layoutPlan(ids, run.edges, 'down'), [key]);
  if (size === undefined) return right;
  return fit(down, size, false).zoom > fit(right, size, false).zoom * 1.05 ? down : right;
}

/** Near zoom steps at which a node shows less, so that what it shows stays readable. */
function useDetail(): 'full' | 'title' | 'far' {
  return useStore((state) => (state.transform[2] >= 0.72 ? 'full' : state.transform[2] >= 0.42 ? 'title' : 'far'));
}

function buttonIn(box: HTMLElement | null, id: string): HTMLElement | null {
  return box?.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`) ?? null;
}

const openTask: NodeMouseHandler = (_event, node) => app.set({ selected: node.id, open: true });

/** Nodes read their tasks themselves: nothing here changes with what agents do, and each changed property would draw them all again. */
const Drawing = memo(function Drawing({
  layout,
  first,
  movedRef,
  onMenu,
}: {
  readonly layout: Layout;
  readonly first: Viewport;
  readonly movedRef: RefObject<boolean>;
  readonly onMenu: (task: string, x: number, y: number) => void;
}): ReactNode {
  const nodes = useMemo(() => flowNodes(layout), [layout]);
  const edges = useMemo(() => flowEdges(layout), [layout]);
  const onNodeContextMenu = useCallback<NodeMouseHandler>(
    (event, node) => {
      event.preventDefault();
      onMenu(node.id, event.clientX, event.clientY);
    },
    [onMenu],
  );
  const onMoveStart = useCallback<OnMoveStart>(
    (event) => {
      if (event !== null) movedRef.current = true;
    },
    [movedRef],
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      defaultViewport={first}
      minZoom={SMALLEST_ZOOM}
      maxZoom={LARGEST_ZOOM}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      disableKeyboardA11y
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      panActivationKeyCode={null}
      panOnScroll
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      proOptions={PRO_OPTIONS}
      onNodeClick={openTask}
      onNodeContextMenu={onNodeContextMenu}
      onMoveStart={onMoveStart}
    >
      <Background gap={20} size={1} />
    </ReactFlow>
  );
});

function Canvas({ run, layout, size }: { readonly run: RunView; readonly layout: Layout; readonly size: Size }): ReactNode {
  const flow = useReactFlow();
  const selected = useApp((state) => state.selected);
  const detail = useDetail();
  const moved = useRef(false);
  const box = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ readonly task: string; readonly anchor: Anchor }>();
  const [first] = useState(() => fit(layout, size, true, layout.boxes.find((item) => item.id === selected)));

  useLayoutEffect(() => {
    // Until the person moves the view it follows the plan and the page.
    if (moved.current) return;
    const focus = app.store.getState().selected;
    void flow.setViewport(fit(layout, size, true, layout.boxes.find((item) => item.id === focus)));
  }, [flow, layout, size]);

  useEffect(() => {
    const target = layout.boxes.find((item) => item.id === selected);
    if (target === undefined) return;
    const now = flow.getViewport();
    const next = reveal(now, size, target);
    if (next !== now) void flow.setViewport(next);
  }, [flow, layout, selected, size]);

  const button = (id: string): HTMLElement | null => buttonIn(box.current, id);
  const idOf = (target: EventTarget): string | undefined =>
    target instanceof Element ? target.closest<HTMLElement>('[data-task]')?.dataset['task'] : undefined;
  const onMenu = useCallback((id: string, x: number, y: number): void => {
    const from = buttonIn(box.current, id);
    app.set({ selected: id });
    if (from !== null) setMenu({ task: id, anchor: { x, y, from } });
  }, []);
  const openMenu = (id: string): void => {
    const from = button(id);
    if (from === null) return;
    const at = from.getBoundingClientRect();
    app.set({ selected: id });
    setMenu({ task: id, anchor: { x: at.left + 24, y: at.bottom + 2, from } });
  };

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const id = idOf(event.target);
    if (id === undefined) return;
    const direction = directionOf(event.key);
    if (direction !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const next = step(layout, id, direction);
      if (next !== undefined) {
        app.set({ selected: next });
        button(next)?.focus({ preventScroll: true });
      }
    } else if (event.key === 'Enter') {
      app.set({ selected: id, open: true });
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-inspector-title]')?.focus());
    } else if (event.key === '.' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      openMenu(id);
    } else return;
    event.preventDefault();
  };

  const task = run.tasks.find((other) => other.id === menu?.task);
  return (
    <div
      ref={box}
      className="graph"
      data-detail={detail}
      role="group"
      aria-label={`Plan with ${count(run.tasks.length, 'task')}. Arrow keys move between tasks, Enter opens one, full stop shows its actions.`}
      onKeyDown={onKeyDown}
    >
      <Drawing layout={layout} first={first} movedRef={moved} onMenu={onMenu} />
      <Legend edges={run.edges} />
      <div className="zoom" role="toolbar" aria-label="Zoom">
        <IconButton icon="zoom-out" label="Zoom Out" onClick={() => void ((moved.current = true), flow.zoomOut())} />
        <IconButton icon="zoom-in" label="Zoom In" onClick={() => void ((moved.current = true), flow.zoomIn())} />
        <IconButton
          icon="screen-full"
          label="Fit Plan"
          onClick={() => {
            moved.current = false;
            void flow.setViewport(fit(layout, size, false));
          }}
        />
      </div>
      {menu === undefined || task === undefined ? null : (
        <Menu items={taskMenu(run, task)} anchor={menu.anchor} label={`Actions for ${task.title}`} onClose={() => setMenu(undefined)} />
      )}
    </div>
  );
}

/** Measures its place first, so that the first picture is the final one. */
export function Graph({ run }: { readonly run: RunView }): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>();
  const layout = useLayout(run, size);
  useLayoutEffect(() => {
    const place = ref.current;
    if (place === null) return;
    const measure = (): void =>
      setSize((before) => {
        const { clientWidth: width, clientHeight: height } = place;
        return before?.width === width && before.height === height ? before : { width, height };
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={ref} className="graph-place">
      {size === undefined || size.width === 0 ? null : (
        <ReactFlowProvider key={run.id}>
          <Canvas run={run} layout={layout} size={size} />
        </ReactFlowProvider>
      )}
    </div>
  );
}
