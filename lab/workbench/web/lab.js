// One lab: its head, the tabs of its parts, and the steps of the part that is open.

import { h } from '/kit/dom.js';
import { crisisOf } from './crisis.js';
import { constraintCheck, crisisStep, evidence } from './evidence.js';
import { windowText } from './figures.js';
import { ledgerView } from './ledger.js';
import { measureStep } from './measure.js';
import { isOpen, predictStep, reveals } from './predict.js';
import { decisionStep, reflectStep } from './reflect.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {string} href @param {boolean} isHere @param {string} text @param {string} state */
const tab = (href, isHere, text, state) => h('a', { href, 'aria-current': isHere ? 'page' : undefined }, text,
  state && h('span', { class: 'tab-state' }, ` ${state}`));

/** @param {any} part */
const stateOf = (part) => (part.complete ? '✓ done' : isOpen(part) ? '● open' : '○');

/** @param {Context} context @param {any} lab */
function head({ track, view, state }, lab) {
  return [h('p', { class: 'brand' }, h('a', { href: '#/' }, 'Assay lab'), ` / ${state.machine.label}`),
    h('h1', {}, lab.title), h('p', { class: 'sub' }, `${lab.persona} · ${lab.north_star} · window ${windowText(lab.window)}`),
    lab.duration && h('p', { class: 'aside' }, `SHORT: each run lasts ${lab.duration}, to try the lab out; most of them are too short for a percentile. What you hand in will say so.`),
    h('nav', { class: 'tabs', 'aria-label': 'Parts of the lab' },
      ...lab.parts.map((/** @type {any} */ part) => tab(`#/${track}/${part.number}`, view === String(part.number),
        `Part ${part.number}`, stateOf(part))),
      tab(`#/${track}/ledger`, view === 'ledger', 'Ledger', lab.missing.length === 0 ? '✓ complete' : `${lab.missing.length} open`))];
}

/** A step that waits for the lock says so and holds nothing else. @param {number} number @param {string} title */
const closedStep = (number, title) => h('section', { class: 'step closed' }, h('h2', {}, `${number} ${title}`),
  h('p', { class: 'aside' }, 'Opens once your prediction is locked.'));

/** @param {Context} context @param {any} lab @param {any} part */
function partView(context, lab, part) {
  const open = isOpen(part);
  const shown = evidence(context, lab, part);
  const main = [
    h('section', { class: 'step' }, h('h2', {}, `1 ${part.title}`), h('p', { class: 'finding' }, part.objective),
      ...part.situation.map((/** @type {string} */ text) => h('p', {}, text))),
    predictStep(context, part),
    ...(open ? [measureStep(context, lab, part), shown.section, constraintCheck(part), crisisStep(crisisOf(lab, part)), reveals(part)]
      : [closedStep(3, 'Measure'), closedStep(4, 'Evidence'), closedStep(5, 'Constraint check')]),
    ...(open ? [reflectStep(context, part)] : []),
    ...(open && part.number === lab.parts.length ? [decisionStep(context, lab)] : [])];
  return { main, after: open ? shown.after : [] };
}

/** @param {Context} context */
export function labPage(context) {
  const { lab, tracks } = context.state;
  if (!lab) {
    const known = tracks.find((/** @type {any} */ each) => each.track === context.track);
    return { title: 'Assay lab', top: [h('p', { class: 'brand' }, h('a', { href: '#/' }, 'Assay lab'))],
      main: [h('section', {}, h('h1', {}, known ? `${known.title} was not begun` : 'There is no such track'),
        h('p', {}, h('a', { href: '#/' }, 'To the tracks')))] };
  }
  const top = head(context, lab);
  const title = `${lab.title}, Assay lab`;
  if (context.view === 'ledger') return { title, top, ...ledgerView(context, lab) };
  const part = lab.parts.find((/** @type {any} */ each) => String(each.number) === context.view) ?? lab.parts[0];
  return { title, top, ...partView(context, lab, part) };
}
