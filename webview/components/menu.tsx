/** A context menu: opened at a point or below a button, by keyboard or mouse. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { Icon } from './icon.js';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: string;
  readonly title?: string;
  readonly run: () => void;
  /** A line above this item. */
  readonly separated?: boolean;
}

export interface Anchor {
  readonly x: number;
  readonly y: number;
  /** Gets the focus back when the menu closes without an act. */
  readonly from: HTMLElement;
}

/** The workbench gives the focus back 50 ms after it has taken it (`_focusDelayer` of its webview element). */
const AWAY_MS = 200;

/** Below a button, left-aligned. */
export function below(button: HTMLElement): Anchor {
  const box = button.getBoundingClientRect();
  return { x: box.left, y: box.bottom + 2, from: button };
}

/** A menu at a point of the page, moved so that it fits; Escape and a click elsewhere close it. */
export function Menu({ items, anchor, label, onClose }: { readonly items: readonly MenuItem[]; readonly anchor: Anchor; readonly label: string; readonly onClose: () => void }): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: anchor.x, top: anchor.y });

  useLayoutEffect(() => {
    const menu = ref.current;
    if (menu === null) return;
    const box = menu.getBoundingClientRect();
    setPlace({
      left: Math.max(4, Math.min(anchor.x, window.innerWidth - box.width - 4)),
      top: Math.max(4, Math.min(anchor.y, window.innerHeight - box.height - 4)),
    });
    menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [anchor]);

  useEffect(() => {
    const outside = (event: Event): void => {
      if (!(event.target instanceof Node) || !ref.current?.contains(event.target)) onClose();
    };
    // The workbench focuses a page that it reveals more than once: the frame around it for a moment, then the page again.
    let away: ReturnType<typeof setTimeout> | undefined;
    const left = (): void => {
      clearTimeout(away);
      away = setTimeout(() => {
        if (!document.hasFocus()) onClose();
      }, AWAY_MS);
    };
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('blur', left);
    return () => {
      clearTimeout(away);
      document.removeEventListener('pointerdown', outside, true);
      window.removeEventListener('blur', left);
    };
  }, [onClose]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const entries = [...(ref.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = entries.findIndex((entry) => entry === document.activeElement);
    const focus = (index: number): void => entries[(index + entries.length) % entries.length]?.focus();
    event.stopPropagation();
    if (event.key === 'ArrowDown') focus(at + 1);
    else if (event.key === 'ArrowUp') focus(at - 1);
    else if (event.key === 'Home') focus(0);
    else if (event.key === 'End') focus(-1);
    else if (event.key === 'Escape' || event.key === 'Tab') {
      onClose();
      anchor.from.focus();
    } else return;
    event.preventDefault();
  };

  return (
    <div ref={ref} className="menu" role="menu" aria-label={label} tabIndex={-1} style={place} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <div key={item.id} role="none" className={item.separated === true ? 'separated' : undefined}>
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            title={item.title}
            onClick={() => {
              onClose();
              anchor.from.focus();
              item.run();
            }}
          >
            <Icon name={item.icon ?? 'blank'} />
            {item.label}
          </button>
        </div>
      ))}
    </div>
  );
}

/** A button that opens a menu below itself. */
export function MenuButton({ items, label, icon = 'ellipsis' }: { readonly items: readonly MenuItem[]; readonly label: string; readonly icon?: string }): ReactNode {
  const [anchor, setAnchor] = useState<Anchor>();
  return (
    <>
      <button
        type="button"
        className="icon-button"
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={anchor !== undefined}
        onClick={(event) => setAnchor(below(event.currentTarget))}
      >
        <Icon name={icon} />
      </button>
      {anchor === undefined ? null : <Menu items={items} anchor={anchor} label={label} onClose={() => setAnchor(undefined)} />}
    </>
  );
}
