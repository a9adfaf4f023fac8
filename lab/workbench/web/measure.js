// Measuring: controls that are staged and taken by a run, the cost of it in seconds before it starts, and where it is.

import { h } from '/kit/dom.js';
import { scenarioCards } from './cards.js';
import { controlPanel } from './controls.js';
import { offerList } from './offers.js';
import { spokenSeconds } from './parts.js';
import { isMeasuring, progressPlace } from './progress.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} context @param {any} lab @param {any} part */
export function measureStep(context, lab, part) {
  const onCards = part.cards.map((/** @type {any} */ card) => card.offer);
  const others = part.runs.filter((/** @type {any} */ run) => !onCards.includes(run));
  // A control that only a card's run takes stands on that card.
  const controls = part.controls.filter((/** @type {any} */ control) => onCards.length === 0
    || others.some((/** @type {any} */ run) => run.controls.includes(control.id)));
  return h('section', { class: 'step' }, h('h2', {}, '3 Measure'), ...progressPlace(context),
    scenarioCards(context, part), ...controlPanel(context, part, controls, isMeasuring(context)), offerList(context, part, others),
    lab.size === null && lab.parts.every((/** @type {any} */ each) => each.results.length === 0)
      && h('p', { class: 'small' }, 'The first run may have to find the size of the work that suits this machine before it: some seconds more.'),
    h('p', { class: 'small' }, `Each run of this part once or as often as it may: about ${spokenSeconds(part.expected_s)}. The whole lab: about ${spokenSeconds(lab.expected_s)}.`));
}
