// What a run's tail means: what a formula would have made of it, and what it does to a fleet.

import { h } from '/kit/dom.js';
import { formatCount, formatDuration, formatPercent } from '/kit/format.js';
import { isNumber } from './figures.js';
import { draft, fold, setDraft } from './parts.js';

/** @typedef {import('/kit/marks.js').Run} Run */

/** @param {?number} value */
const percent = (value) => (isNumber(value) ? formatPercent(/** @type {number} */ (value)) : 'not available');
/** A probability that is 1 only where each device fails: closer to 1 than a number of this size can say is not 1. */
const oddsText = (/** @type {any} */ odds, /** @type {any} */ share) => (odds === 1 && share < 1 ? '>99.999999 %' : percent(odds));

/** @param {string[]} names @param {Node[]} rows */
const table = (names, rows) => h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name)))),
  h('tbody', {}, ...rows)));

/** @param {Run} run */
export function mathPeek({ document: { result } }) {
  const peek = result.math_peek;
  if (!peek) return fold('peek', 'Math peek: what a formula would have said', h('p', {}, 'Not available: this run has too few queries for it.'));
  return fold('peek', 'Math peek: what a formula would have said',
    h('p', {}, `Mean ${formatDuration(result.latency.mean_s)}, standard deviation ${formatDuration(result.latency.standard_deviation_s)}. ${peek.finding}`),
    table([`P${Number((100 * peek.percentile).toPrecision(6))} by`, 'Latency', 'Ratio to measured', 'Queries above it'], peek.rows.map((/** @type {any} */ row) => h('tr', {},
      h('th', { scope: 'row' }, row.name), h('td', {}, formatDuration(row.value_s)),
      h('td', {}, isNumber(row.ratio_to_measured) ? `${row.ratio_to_measured.toFixed(2)} ×` : 'not available'),
      h('td', {}, percent(row.share_above))))));
}

/** That some device of N misses, at a share. @param {?number} share @param {number} count */
export const fleetOdds = (share, count) => (isNumber(share) && count >= 1
  ? oddsText(-Math.expm1(count * Math.log1p(-Math.min(/** @type {number} */ (share), 1))), share) : 'not available');

/** @param {Run} run */
export function fleet({ document: { result } }) {
  if (!result.fleet) return false;
  const { share, share_upper: upper, autocorrelation, rows } = result.fleet;
  const entry = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: 1, max: 1e9, value: draft('fleet', '1000'), 'data-key': 'fleet', inputmode: 'numeric' }));
  const said = h('output', { 'aria-live': 'polite' });
  const say = () => {
    setDraft('fleet', entry.value);
    const count = Number(entry.value);
    said.textContent = `some device misses its window: ${fleetOdds(share, count)}; at the upper end of the share's interval: ${fleetOdds(upper, count)}`;
  };
  entry.addEventListener('input', say);
  say();
  return fold('fleet-details', 'A fleet of devices',
    h('p', {}, `Of the queries of this run ${percent(share)} missed the window, at most ${percent(upper)} (95 %). If each of N devices asks once, `
      + 'and they do not influence each other, at least one misses with ', h('span', { class: 'range' }, '1-(1-p)^N'), '. Misses that come in bursts make that '
      + `independence doubtful: the autocorrelation at one query's distance is ${isNumber(autocorrelation) ? autocorrelation.toFixed(2) : 'not available'}.`),
    h('p', { class: 'with-unit' }, h('label', {}, 'N = ', entry), ' ', said),
    table(['Devices', 'Some device misses', 'Upper end'], rows.map((/** @type {any} */ row) => h('tr', {}, h('th', { scope: 'row' }, formatCount(row.devices)),
      h('td', {}, oddsText(row.failure_probability, share)), h('td', {}, oddsText(row.failure_probability_upper, upper))))));
}
