import type { ReactNode } from 'react';
import { Icon } from './icon.js';
import { IconButton } from './toolkit.js';

const LOOKS = {
  info: { icon: 'info', word: 'Information' },
  done: { icon: 'pass-filled', word: 'Done' },
  busy: { icon: 'loading', word: 'At work' },
  warning: { icon: 'warning', word: 'Warning' },
  error: { icon: 'error', word: 'Error' },
} as const;

interface BannerProps {
  readonly kind: keyof typeof LOOKS;
  readonly children: ReactNode;
  /** Buttons, at the end of the line. */
  readonly action?: ReactNode;
  readonly onDismiss?: () => void;
}

/** One line of news across the page; errors interrupt a screen reader, the rest waits. */
export function Banner({ kind, children, action, onDismiss }: BannerProps): ReactNode {
  return (
    <div className={`banner ${kind}`} role={kind === 'error' ? 'alert' : 'note'}>
      <Icon name={LOOKS[kind].icon} spin={kind === 'busy'} className="tone" label={LOOKS[kind].word} />
      <div className="banner-text">{children}</div>
      {action === undefined || action === null ? null : <div className="banner-action">{action}</div>}
      {onDismiss === undefined ? null : <IconButton icon="close" label="Dismiss" onClick={onDismiss} />}
    </div>
  );
}
