// The four scenarios of Part 1 side by side: each with its own metric and what it costs to measure it.

import { h, s } from '/kit/dom.js';
import { shapePath } from '/kit/marks.js';
import { controlPanel } from './controls.js';
import { runStart } from './offers.js';
import { draft, setDraft } from './parts.js';
import { isMeasuring, isRunning } from './progress.js';

/** @typedef {import('./app.js').Context} Context */

const SCENARIOS = ['single', 'multi', 'server', 'offline'];

/** @param {Context} context @param {any} part @param {string} scenario */
const shownKey = (context, part, scenario) => `chart:${context.track}:${part.number}:${scenario}`;

/** Is the scenario's run part of the comparison? @param {Context} context @param {any} part @param {string} scenario */
export const isCompared = (context, part, scenario) => draft(shownKey(context, part, scenario), 'yes') === 'yes';

/** @param {Context} context @param {any} part @param {any} card */
function cardState(context, part, { offer, newest, metric }) {
  if (isRunning(context, part, offer.id)) return [h('p', { class: 'card-figure' }, 'running …')];
  if (!newest) return [h('p', { class: 'card-figure none' }, 'not run')];
  return [h('p', { class: 'card-figure' }, h('strong', {}, metric.text.split(' [')[0]),
    metric.text.includes(' [') && h('span', { class: 'small' }, `[${metric.text.split(' [')[1]}`)),
  h('p', { class: 'small' }, metric.name, !newest.honest || newest.interrupted
    ? h('strong', { class: 'state stop' }, newest.interrupted ? ' ✗ interrupted' : ' ✗ INVALID: it says nothing') : !newest.valid && h('span', { class: 'state warn' }, ' ! INVALID')),
  ...metric.notes.filter(Boolean).map((/** @type {string} */ note) => h('p', { class: `small ${note.startsWith('✓') ? 'good' : note.startsWith('✗') ? 'bad' : ''}` }, note))];
}

/** @param {Context} context @param {any} part @param {any} card @param {boolean} isBusy */
function scenarioCard(context, part, card, isBusy) {
  const { scenario, name, offer, newest } = card;
  const kind = SCENARIOS.indexOf(scenario);
  const key = shownKey(context, part, scenario);
  const isShown = isCompared(context, part, scenario);
  const controls = part.controls.filter((/** @type {any} */ control) => offer.controls.includes(control.id));
  const words = offer.title.replace(/^[^:]*: /, '');
  return h('li', { class: 'card scenario', 'data-scenario': scenario },
    h('h3', {}, s('svg', { class: 'sign', width: 22, height: 16, 'aria-hidden': 'true' }, s('path', { class: `solid k${kind}`, d: shapePath(kind, 9, 8, 6) })), name),
    h('p', { class: 'small words' }, words), ...cardState(context, part, card), ...controlPanel(context, part, controls, isBusy),
    h('div', { class: 'card-buttons' }, ...runStart(context, part, offer),
      newest && h('button', { type: 'button', 'aria-pressed': String(isShown), 'data-key': key,
        click: () => { setDraft(key, isShown ? 'no' : 'yes'); context.redraw(); } }, 'in the chart')));
}

/** @param {Context} context @param {any} part */
export function scenarioCards(context, part) {
  if (part.cards.length === 0) return false;
  const isBusy = isMeasuring(context);
  return h('ul', { class: 'cards scenarios' }, ...part.cards.map((/** @type {any} */ card) => scenarioCard(context, part, card, isBusy)));
}
