import type { ReactNode } from 'react';
import { app, useRoom } from '../app.js';
import { IconButton } from '../components/toolkit.js';

/** Closes the inspector: back to the graph where it covers it. */
export function CloseInspector(): ReactNode {
  const room = useRoom();
  return (
    <IconButton
      icon={room === 'wide' ? 'close' : 'arrow-left'}
      label={room === 'wide' ? 'Close' : 'Back to the Plan'}
      onClick={() => {
        const id = app.store.getState().selected;
        app.set({ open: false });
        requestAnimationFrame(() => id !== undefined && document.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`)?.focus());
      }}
    />
  );
}
