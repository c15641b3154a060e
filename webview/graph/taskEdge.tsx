/** An edge of the plan: solid for a dependency, dashed where an overlap puts two tasks in order, red for a conflict. */
import { EdgeLabelRenderer } from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import { useApp } from '../app.js';
import { Icon } from '../components/icon.js';
import { isLanded } from '../states.js';
import { smoothPath, type Flow, type Route } from './layout.js';

export const TaskEdge = memo(function TaskEdge({ data }: { readonly data?: { readonly route: Route; readonly flow: Flow } }): ReactNode {
  const route = data?.route;
  const done = useApp((state) => state.snapshot?.run?.tasks.some((task) => task.id === route?.from && isLanded(task)) === true);
  const touched = useApp((state) => state.selected !== undefined && (state.selected === route?.from || state.selected === route?.to));
  if (route === undefined) return null;
  return (
    <>
      <path className={`edge e-${route.why} ${done ? 'is-done' : ''} ${touched ? 'is-touched' : ''}`} d={smoothPath(route.points, data?.flow)} />
      {route.label === undefined ? null : (
        <EdgeLabelRenderer>
          <span className="edge-tag" title={route.paths.join('\n')} style={{ transform: `translate(-50%, -50%) translate(${route.label.x}px, ${route.label.y}px)` }}>
            <Icon name="warning" /> conflict{where(route.paths)}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** The first path and how many more; all of them are in the tag's title. */
function where([first, ...more]: readonly string[]): string {
  return first === undefined ? '' : ` in ${first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}
