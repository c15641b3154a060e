import type { ReactNode } from 'react';

/** A thin bar; decoration beside a number that says the same. `share` from 0 to 1. */
export function Bar({ share, tone }: { readonly share: number; readonly tone: 'blue' | 'green' | 'red' }): ReactNode {
  return (
    <span className="bar" aria-hidden="true">
      <span className={`fill ${tone}`} style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  );
}
