/**
 * VS Code's web controls; the only module that knows where they come from. Button, text field, text area and checkbox
 * are the webview UI toolkit's; its badge and progress ring set inline styles, which our content security policy
 * refuses, and its dropdown cannot be labelled, so those are native elements with VS Code's colours.
 */
import { endFocusProbe } from './focusProbe.js';
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox, vsCodeTextArea, vsCodeTextField } from '@vscode/webview-ui-toolkit';
import { useEffect, useRef, type ReactNode } from 'react';
import { Icon } from './icon.js';

endFocusProbe();
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeTextArea(), vsCodeTextField());

interface Toolkit {
  readonly className?: string;
  readonly ref?: React.Ref<HTMLElement>;
  readonly children?: ReactNode;
  readonly 'aria-label'?: string | undefined;
}
interface ToolkitButton extends Toolkit {
  readonly appearance: 'primary' | 'secondary' | 'icon';
  readonly disabled?: boolean | undefined;
  readonly title?: string | undefined;
  readonly onClick?: (event: React.MouseEvent<HTMLElement>) => void;
  readonly 'data-testid'?: string | undefined;
}
interface ToolkitText extends Toolkit {
  readonly value: string;
  readonly rows?: number;
  readonly resize?: 'vertical';
  readonly spellCheck?: boolean;
  readonly onInput?: (event: React.SyntheticEvent<HTMLElement>) => void;
}
interface ToolkitCheckbox extends Toolkit {
  readonly checked: boolean;
  readonly onChange?: (event: React.SyntheticEvent<HTMLElement>) => void;
}

declare module 'react' {
  // The tags of the toolkit's custom elements.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': ToolkitButton;
      'vscode-text-field': ToolkitText;
      'vscode-text-area': ToolkitText;
      'vscode-checkbox': ToolkitCheckbox;
    }
  }
}

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick: () => void;
  readonly primary?: boolean;
  readonly icon?: string;
  readonly disabled?: boolean;
  /** Shows that the answer is awaited; a second click does nothing. */
  readonly busy?: boolean;
  readonly title?: string | undefined;
  readonly testId?: string;
}

/** A text button; title case, verb first. */
export function Button({ children, onClick, primary = false, icon, disabled = false, busy = false, title, testId }: ButtonProps): ReactNode {
  return (
    <vscode-button
      appearance={primary ? 'primary' : 'secondary'}
      className="sy-button"
      disabled={disabled}
      title={title}
      data-testid={testId}
      onClick={() => {
        if (!busy && !disabled) onClick();
      }}
    >
      {/* Not a span: the toolkit makes slotted spans 16 pixels wide. */}
      <div className="sy-button-inside">
        {busy ? <Icon name="loading" spin /> : icon === undefined ? null : <Icon name={icon} />}
        {children}
      </div>
    </vscode-button>
  );
}

/** A button that shows only an icon; `label` is its name for screen readers and its tooltip. */
export function IconButton({
  icon,
  label,
  onClick,
  disabled = false,
  expanded,
  pressed,
  ref,
}: {
  readonly icon: string;
  readonly label: string;
  readonly onClick: (button: HTMLButtonElement) => void;
  readonly disabled?: boolean;
  readonly expanded?: boolean | undefined;
  readonly pressed?: boolean | undefined;
  readonly ref?: React.Ref<HTMLButtonElement>;
}): ReactNode {
  return (
    <button
      ref={ref}
      type="button"
      className="icon-button"
      title={label}
      aria-label={label}
      aria-haspopup={expanded === undefined ? undefined : 'menu'}
      aria-expanded={expanded}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={(event) => onClick(event.currentTarget)}
    >
      <Icon name={icon} />
    </button>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
}

const valueOf = (event: React.SyntheticEvent<HTMLElement>): string => (event.currentTarget as HTMLElement & { value: string }).value;

/** One line of text. The toolkit takes a field's name from the visible label inside it. */
export function TextField({ label, value, onChange }: FieldProps): ReactNode {
  return (
    <vscode-text-field className="field" value={value} onInput={(event) => onChange(valueOf(event))}>
      {label}
    </vscode-text-field>
  );
}

/** Several lines of text; grows with its content up to `maxRows`. */
export function TextArea({ label, value, onChange, mono = false, minRows = 2, maxRows = 8 }: FieldProps & { readonly minRows?: number; readonly maxRows?: number }): ReactNode {
  const rows = Math.min(maxRows, Math.max(minRows, value.split('\n').length));
  return (
    <vscode-text-area className={mono ? 'field mono' : 'field'} value={value} rows={rows} resize="vertical" spellCheck={!mono} onInput={(event) => onChange(valueOf(event))}>
      {label}
    </vscode-text-area>
  );
}

/** A labelled checkbox. */
export function Checkbox({ label, checked, onChange }: { readonly label: string; readonly checked: boolean; readonly onChange: (checked: boolean) => void }): ReactNode {
  const ref = useRef<HTMLElement>(null);
  // The element keeps its own checked state after the first click; ours is the one that counts.
  useEffect(() => {
    if (ref.current !== null) (ref.current as HTMLElement & { checked: boolean }).checked = checked;
  }, [checked]);
  return (
    <vscode-checkbox
      ref={ref}
      checked={checked}
      aria-label={label}
      onChange={(event) => onChange((event.currentTarget as HTMLElement & { checked: boolean }).checked)}
    >
      {label}
    </vscode-checkbox>
  );
}

/** A choice of one. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}): ReactNode {
  return (
    <span className="select">
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </span>
  );
}

/** A small number beside a word. */
export function Badge({ children, label }: { readonly children: ReactNode; readonly label?: string }): ReactNode {
  return (
    <span className="badge num" aria-label={label} role={label === undefined ? undefined : 'img'}>
      {children}
    </span>
  );
}
