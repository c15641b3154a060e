import type { ReactNode } from 'react';
import { Icon } from './icon.js';
import { IconButton } from './toolkit.js';

const ICONS = { info: 'info', warning: 'warning', error: 'error' } as const;

/** One line of news across the page; errors interrupt a screen reader, the rest waits. */
export function Banner({ kind, children, onDismiss }: { readonly kind: keyof typeof ICONS; readonly children: ReactNode; readonly onDismiss?: () => void }): ReactNode {
  return (
    <div className={`banner ${kind}`} role={kind === 'error' ? 'alert' : 'note'}>
      <Icon name={ICONS[kind]} className={`tone-${kind}`} label={kind === 'info' ? 'Information' : kind === 'warning' ? 'Warning' : 'Error'} />
      <div className="banner-text">{children}</div>
      {onDismiss === undefined ? null : <IconButton icon="close" label="Dismiss" onClick={onDismiss} />}
    </div>
  );
}
