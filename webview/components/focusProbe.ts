/**
 * The toolkit's base library finds out at load time whether the browser knows `:focus-visible` by adding an inline
 * style element, which our content security policy refuses (and logs). Every editor that runs us knows it, so the probe
 * gets an element that says yes. Import this before the toolkit, and call `endFocusProbe` after it is loaded.
 */
// Only one of its overloads is deprecated, not the one that is used.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const create = document.createElement.bind(document);

function answering(tag: string, options?: ElementCreationOptions): HTMLElement {
  if (tag !== 'style') return create(tag, options);
  return Object.assign(create('meta'), { sheet: { insertRule: () => 0 } });
}

Object.defineProperty(document, 'createElement', { value: answering, configurable: true });

/** Gives `document.createElement` back. */
export function endFocusProbe(): void {
  Reflect.deleteProperty(document, 'createElement');
}
