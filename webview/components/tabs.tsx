import { useRef, type ReactNode } from 'react';

export interface TabSpec<T extends string> {
  readonly id: T;
  readonly label: string;
  /** Beside the label: a count or a state. */
  readonly extra?: ReactNode;
}

/** A row of tabs; arrows move and choose. The panel carries `id={panelId}` and `aria-labelledby`. */
export function Tabs<T extends string>({
  tabs,
  chosen,
  onChoose,
  label,
  name,
}: {
  readonly tabs: readonly TabSpec<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
  readonly label: string;
  readonly name: string;
}): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const move = (event: React.KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const steps: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.id);
    ref.current?.querySelector<HTMLElement>(`#${tabId(name, next.id)}`)?.focus();
  };
  return (
    <div ref={ref} className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={tabId(name, tab.id)}
          type="button"
          role="tab"
          aria-selected={tab.id === chosen}
          aria-controls={tab.id === chosen ? panelId(name) : undefined}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => onChoose(tab.id)}
        >
          {tab.label}
          {tab.extra}
        </button>
      ))}
    </div>
  );
}

/** Id of a tab, for `aria-labelledby` of its panel. */
export const tabId = (name: string, tab: string): string => `${name}-tab-${tab}`;
/** Id of the one panel that all tabs of a bar share, for their `aria-controls`. */
export const panelId = (name: string): string => `${name}-panel`;
