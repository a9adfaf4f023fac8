// Pieces of forms. What a person has typed and not sent is a draft: it outlives each drawing of the page, since a change
// elsewhere draws the page anew.

import { h } from '/kit/dom.js';

/** @type {Map<string, string>} */
const drafts = new Map();
/** @param {string} key @param {string} [otherwise] */
export const draft = (key, otherwise = '') => drafts.get(key) ?? otherwise;
/** @param {string} key @param {string} value */
export const setDraft = (key, value) => { drafts.set(key, value); };
/** @param {string} prefix */
export const dropDrafts = (prefix) => { for (const key of [...drafts.keys()]) if (key.startsWith(prefix)) drafts.delete(key); };

/** Details that stay open when the page is drawn anew. @param {string} key @param {string} name @param {...any} children */
export function fold(key, name, ...children) {
  const details = /** @type {HTMLDetailsElement} */ (h('details', { class: 'peek', open: draft(`fold:${key}`) === 'open' ? '' : undefined },
    h('summary', { 'data-key': `fold:${key}` }, name), ...children));
  details.addEventListener('toggle', () => setDraft(`fold:${key}`, details.open ? 'open' : ''));
  return details;
}

/** @param {string} key @param {Array<{id: string, text: string}>} options @param {string} legend */
export function radios(key, options, legend) {
  return h('fieldset', {}, h('legend', {}, legend), ...options.map(({ id, text }) => h('label', { class: 'option' },
    h('input', { type: 'radio', name: key, value: id, 'data-key': `${key}:${id}`, checked: draft(key) === id ? '' : undefined,
      change: () => setDraft(key, id) }), h('span', {}, text))));
}

/** @param {string} key @param {string} label @param {Array<{id: string, text: string}>} options @param {string} empty */
export function select(key, label, options, empty, value = '') {
  const chosen = draft(key, value);
  return h('label', { class: 'field' }, h('span', {}, label), h('select', {
    'data-key': key, change: (/** @type {any} */ event) => setDraft(key, event.target.value),
  }, h('option', { value: '' }, empty),
  ...options.map(({ id, text }) => h('option', { value: id, selected: chosen === id ? '' : undefined }, text))));
}

/** @param {string} key @param {string} label @param {string} value what is saved @param {number} rows */
export function textArea(key, label, value, rows = 3) {
  return h('label', { class: 'field' }, h('span', {}, label), h('textarea', {
    rows, 'data-key': key, maxlength: 4000, input: (/** @type {any} */ event) => setDraft(key, event.target.value),
  }, draft(key, value)));
}

/** @param {string} key @param {string} label @param {string} unit @param {{lower: number, upper: number}} bounds */
export function numberEntry(key, label, unit, { lower, upper }) {
  return h('label', { class: 'field number' }, h('span', {}, label), h('span', { class: 'with-unit' }, h('input', {
    type: 'number', step: 'any', min: lower, max: upper, 'data-key': key, value: draft(key), inputmode: 'decimal',
    input: (/** @type {any} */ event) => setDraft(key, event.target.value),
  }), ` ${unit}`), h('span', { class: 'small' }, `between ${plain(lower)} and ${plain(upper)} ${unit}`));
}

/** A bound or a setting as it is typed. @param {number} value */
export const plain = (value) => String(Number(value.toPrecision(6)));

/** @typedef {{id: string, title: string, unit: string, lower: number, upper: number, start: number, logarithmic: boolean}} Control */

const STEPS = 200;

/** @param {Control} control @param {number} step 0 to STEPS */
export function valueOfStep({ lower, upper, logarithmic }, step) {
  const share = Math.min(Math.max(step / STEPS, 0), 1);
  if (share === 0) return lower;
  if (share === 1) return upper;
  // A logarithmic control may begin at 0, which stands left of the scale.
  const least = lower > 0 ? lower : upper / 1000;
  const value = logarithmic ? least * (upper / least) ** share : lower + share * (upper - lower);
  return Number(value.toPrecision(3));
}

/** @param {Control} control @param {number} value */
export function stepOfValue({ lower, upper, logarithmic }, value) {
  if (value <= lower) return 0;
  const least = lower > 0 ? lower : upper / 1000;
  const share = logarithmic ? Math.log(Math.max(value, least) / least) / Math.log(upper / least)
    : (value - lower) / (upper - lower);
  return Math.round(Math.min(Math.max(share, 0), 1) * STEPS);
}

/**
 * A slider and the same number to type. Moving it only stages a setting; a run takes it. Arrows: one step, PgUp and PgDn:
 * ten, Home and End: the ends.
 * @param {string} key @param {Control} control @param {boolean} disabled @param {() => void} onChange
 */
export function slider(key, control, disabled, onChange) {
  const value = () => Number(draft(key, String(control.start)));
  const entry = /** @type {HTMLInputElement} */ (h('input', { type: 'number', step: 'any', min: control.lower, max: control.upper,
    value: plain(value()), 'aria-label': `${control.title}, number`, 'data-key': `${key}:number`, disabled: disabled ? '' : undefined,
    inputmode: 'decimal' }));
  const range = /** @type {HTMLInputElement} */ (h('input', { type: 'range', min: 0, max: STEPS, step: 1,
    value: stepOfValue(control, value()), 'aria-label': control.title, 'data-key': key, disabled: disabled ? '' : undefined }));
  const show = () => range.setAttribute('aria-valuetext', `${plain(value())} ${control.unit}`);
  const stage = (/** @type {number} */ next) => { setDraft(key, String(next)); show(); onChange(); };
  const toStep = (/** @type {number} */ step) => {
    range.value = String(step);
    const next = valueOfStep(control, Number(range.value));
    entry.value = plain(next);
    stage(next);
  };
  range.addEventListener('input', () => toStep(Number(range.value)));
  range.addEventListener('keydown', (event) => {
    const jump = { PageUp: 10, PageDown: -10 }[event.key];
    if (jump === undefined) return;
    event.preventDefault();
    toStep(Math.min(Math.max(Number(range.value) + jump, 0), STEPS));
  });
  entry.addEventListener('change', () => {
    const typed = Math.min(Math.max(Number(entry.value) || 0, control.lower), control.upper);
    entry.value = plain(typed);
    range.value = String(stepOfValue(control, typed));
    stage(typed);
  });
  show();
  return h('div', { class: 'slider' }, h('span', { class: 'slider-name' }, control.title), range,
    h('span', { class: 'with-unit' }, entry, ` ${control.unit}`));
}

/** The value that is staged. @param {string} key @param {Control} control */
export const staged = (key, control) => Number(draft(key, String(control.start)));

/** Says it to a screen reader. @param {string} sentence */
export function speak(sentence) {
  const place = document.getElementById('spoken');
  if (place && place.textContent !== sentence) place.textContent = sentence;
}

/** Seconds as a person says them. @param {number} seconds */
export function spokenSeconds(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
