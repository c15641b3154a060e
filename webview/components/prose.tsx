import type { ReactNode } from 'react';
import { firstSentence } from '../../src/core/text.js';

/** Sentences as the engine writes them: what stands between back quotes is code. Plain text, never markup. */
export function Words({ text }: { readonly text: string }): ReactNode {
  return text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>));
}

/** What happened first, then what stands between (paths, tasks), then quieter what is safe and what to do next. */
export function Said({ text, children }: { readonly text: string; readonly children?: ReactNode }): ReactNode {
  const { first, rest } = firstSentence(text);
  return (
    <>
      <p className="prose">
        <Words text={first} />
      </p>
      {children}
      {rest === '' ? null : (
        <p className="prose muted">
          <Words text={rest} />
        </p>
      )}
    </>
  );
}
