import type { ReactNode } from 'react';
import type { TaskView } from '../../src/shared/protocol.js';
import { gateSegments } from './taskLine.js';

const MOST = 8;

/** One small segment per gate command; the words are elsewhere (`gateText`). */
export function GateStrip({ task }: { readonly task: TaskView }): ReactNode {
  const segments = gateSegments(task);
  if (segments.length === 0) return null;
  return (
    <span className="gate-strip" aria-hidden="true">
      {segments.slice(0, MOST).map((segment, index) => (
        <span key={index} className={`segment ${segment}`} />
      ))}
    </span>
  );
}
