/** An edge of the plan: solid for a dependency, dashed where an overlap puts two tasks in order, red for a conflict. */
import { EdgeLabelRenderer } from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import { useApp } from '../app.js';
import { Icon } from '../components/icon.js';
import { smoothPath, type Flow, type Route } from './layout.js';

export const TaskEdge = memo(function TaskEdge({ data }: { readonly data?: { readonly route: Route; readonly flow: Flow } }): ReactNode {
  const route = data?.route;
  const done = useApp((state) => state.snapshot?.run?.tasks.some((task) => task.id === route?.from && task.state === 'landed') === true);
  const touched = useApp((state) => state.selected !== undefined && (state.selected === route?.from || state.selected === route?.to));
  if (route === undefined) return null;
  const first = route.points[0];
  const last = route.points.at(-1);
  return (
    <>
      <path className={`edge e-${route.why} ${done ? 'is-done' : ''} ${touched ? 'is-touched' : ''}`} d={smoothPath(route.points, data?.flow)} />
      {route.why === 'conflict' && first !== undefined && last !== undefined ? (
        <EdgeLabelRenderer>
          <span className="edge-tag" style={{ transform: `translate(-50%, -50%) translate(${(first.x + last.x) / 2}px, ${(first.y + last.y) / 2}px)` }}>
            <Icon name="warning" /> conflict{route.paths[0] === undefined ? '' : ` in ${route.paths[0]}`}
          </span>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});
