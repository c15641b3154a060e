import type { ReactNode } from 'react';
import type { EdgeView } from '../../src/shared/protocol.js';

const KINDS: readonly { readonly why: EdgeView['why']; readonly text: string }[] = [
  { why: 'depends', text: 'depends on' },
  { why: 'overlap', text: 'in order: same files' },
  { why: 'conflict', text: 'forecast conflict' },
];

/** Explains the kinds of edges that are there. */
export function Legend({ edges }: { readonly edges: readonly EdgeView[] }): ReactNode {
  const shown = KINDS.filter((kind) => edges.some((edge) => edge.why === kind.why));
  if (shown.length === 0) return null;
  return (
    <ul className="legend" aria-label="Kinds of edges">
      {shown.map((kind) => (
        <li key={kind.why}>
          <svg width="28" height="6" aria-hidden="true">
            <path className={`edge e-${kind.why}`} d="M1 3H27" />
          </svg>
          {kind.text}
        </li>
      ))}
    </ul>
  );
}
