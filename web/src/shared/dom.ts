/** Elements: found where the page promises them, or made. */

export function byId<E extends HTMLElement>(id: string, type: abstract new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/** A new element with its class and its text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export type Child = Node | string | undefined | false;
/** `class`, `aria-label`, …; true writes an empty attribute, false and undefined none; a function listens: `onclick`. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** A new element with attributes and children. Texts are texts: nothing is read as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...present(children));
  return element;
}

/** A line drawing on a field of 24 by 24. */
export function icon(path: string): SVGSVGElement {
  const [svg, line] = (['svg', 'path'] as const).map((name) => document.createElementNS(SVG, name));
  line!.setAttribute('d', path);
  svg!.setAttribute('viewBox', '0 0 24 24');
  svg!.setAttribute('aria-hidden', 'true');
  svg!.append(line!);
  return svg as SVGSVGElement;
}

/** Writes only what changed: screen readers and selections stay undisturbed. */
export function setText(element: Element, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

/**
 * Shows values in `element`, and builds its content anew only when a value differs from the one before. Whoever had the
 * focus keeps it, if the new content has an element with the same `data-key`.
 */
export function showing<T>(element: HTMLElement, build: (value: T) => readonly Child[]): (value: T) => void {
  let shown: string | undefined;
  return (value) => {
    const signature = JSON.stringify(value) ?? 'undefined';
    if (signature === shown) return;
    shown = signature;
    const focused = element.contains(document.activeElement) ? document.activeElement : undefined;
    const key = focused instanceof HTMLElement ? focused.dataset['key'] : undefined;
    element.replaceChildren(...present(build(value)));
    if (key !== undefined) element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  };
}

const SVG = 'http://www.w3.org/2000/svg';
const present = (children: readonly Child[]): (Node | string)[] =>
  children.filter((child): child is Node | string => child !== undefined && child !== false);
