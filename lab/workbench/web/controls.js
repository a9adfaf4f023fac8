// The controls of a part: what is staged for the next run, and what the last one asked for and got.

import { h } from '/kit/dom.js';
import { doseAmount } from '/kit/dose.js';
import { isNumber } from './figures.js';
import { plain, slider, staged } from './parts.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} context @param {any} part @param {string} id */
const controlKey = (context, part, id) => `control:${context.track}:${part.number}:${id}`;

/** What a run is asked for now, by the ids of its controls. @param {Context} context @param {any} part @param {any} run */
export const stagedFor = (context, part, run) => Object.fromEntries(part.controls
  .filter((/** @type {any} */ control) => run.controls.includes(control.id))
  .map((/** @type {any} */ control) => [control.id, staged(controlKey(context, part, control.id), control)]));

/** Asked for and achieved, two numbers, of the newest run that took the control. @param {any} part @param {any} control */
function achievedOf(part, control) {
  const last = part.results.filter((/** @type {any} */ result) => control.id in result.controls).at(-1);
  if (!last) return false;
  const dose = last.doses.find((/** @type {any} */ each) => each.knob === control.flag);
  if (dose) {
    return h('p', { class: 'small achieved' }, `${last.label}: ${doseAmount(dose.unit, dose.requested)} requested, `
      + `${isNumber(dose.achieved) ? `${doseAmount(dose.unit, dose.achieved)} achieved` : `achieved not available: ${dose.reason ?? 'no reason given'}`}`,
    dose.delivered === false && h('strong', { class: 'state warn' }, ` ! not delivered${dose.reason ? `: ${dose.reason}` : ''}`));
  }
  const asked = last.controls[control.id];
  const done = last.raw.queries_per_s?.point;
  if (control.flag !== 'rate') return h('p', { class: 'small achieved' }, `${last.label}: none requested`);
  return h('p', { class: 'small achieved' }, `${last.label}: ${plain(asked)} ${control.unit} requested, ${isNumber(done) ? `${Number(done.toPrecision(4))} ${control.unit} achieved` : 'achieved not available'}`);
}

/**
 * Sliders with the sentence of what is staged. Moving one changes that sentence and nothing else.
 * @param {Context} context @param {any} part @param {any[]} controls @param {boolean} isBusy @returns {Node[]}
 */
export function controlPanel(context, part, controls, isBusy) {
  if (controls.length === 0) return [];
  const sliders = (/** @type {() => void} */ show) => h('div', { class: 'sliders' }, ...controls.map((control) => h('div', { class: 'control' },
    slider(controlKey(context, part, control.id), control, isBusy, show), achievedOf(part, control))));
  // A rate alone says what is staged by its own number.
  if (controls.every(({ flag }) => flag === 'rate')) return [sliders(() => {})];
  const said = h('p', { class: 'small staged' });
  const show = () => {
    const moved = controls.map((control) => [control, staged(controlKey(context, part, control.id), control)])
      .filter(([control, value]) => value !== control.start);
    said.textContent = moved.length === 0 ? 'Nothing is staged: a run goes without injected load.'
      : `Staged for the next run: ${moved.map(([control, value]) => `${control.title} ${plain(value)} ${control.unit}`).join(', ')}`;
  };
  show();
  return [sliders(show), said];
}
