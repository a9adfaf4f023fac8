// Elements by function calls. Texts become text nodes, never markup, so that nothing in a run file can become code.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {Element} element @param {Object<string, any>} attributes
 * @param {Array<Node|string|null|undefined|false>} children
 */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child || child === '') element.append(child);
  return element;
}

/** An HTML element. @param {string} tag @param {Object<string, any>} [attributes] @param {...any} children */
export function h(tag, attributes = {}, ...children) {
  return /** @type {HTMLElement} */ (filled(document.createElement(tag), attributes, children));
}

/** An SVG element; numbers are cut to a tenth of a pixel. */
export function s(/** @type {string} */ tag, /** @type {Object<string, any>} */ attributes = {},
  /** @type {any[]} */ ...children) {
  const short = Object.fromEntries(Object.entries(attributes).map(
    ([name, value]) => [name, typeof value === 'number' ? Math.round(value * 10) / 10 : value]));
  return /** @type {SVGElement} */ (filled(document.createElementNS(SVG, tag), short, children));
}

/**
 * Buttons of which one is pressed. @param {string} name @param {string[]} values @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function choice(name, values, chosen, choose) {
  return h('span', { class: 'choice', role: 'group', 'aria-label': name }, h('span', { class: 'name' }, name),
    ...values.map((value) => h('button', {
      type: 'button', 'aria-pressed': String(value === chosen), 'data-key': `${name}:${value}`,
      click: () => choose(value),
    }, value)));
}

/**
 * Draws into `container` now and whenever its width changes; the button that had the focus keeps it.
 * @param {HTMLElement} container @param {(width: number) => Node[]} draw
 * @returns {() => void} draws again
 */
export function drawnToFit(container, draw) {
  let drawnWidth = 0;
  const redraw = () => {
    const focused = document.activeElement;
    const key = focused && container.contains(focused) ? focused.getAttribute('data-key') : null;
    drawnWidth = container.clientWidth;
    container.replaceChildren(...draw(drawnWidth));
    if (key) for (const b of container.querySelectorAll('button')) if (b.dataset.key === key) b.focus();
  };
  new ResizeObserver(() => { if (container.clientWidth !== drawnWidth) redraw(); }).observe(container);
  redraw();
  return redraw;
}
