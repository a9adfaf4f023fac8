// Evidence: the runs of a part as they were recorded. Nothing of it is asked for before the lock.

import { h } from '/kit/dom.js';
import { doseResponse } from '/kit/dose.js';
import { formatCount, formatDuration, formatPercent } from '/kit/format.js';
import { latencyHistogram } from '/kit/histogram.js';
import { scenarioComparison } from '/kit/scenarios.js';
import { ask } from './client.js';
import { draft, setDraft } from './parts.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('/kit/marks.js').Run} Run */

/** Result files never change, so each is asked for once. @type {Map<string, any>} */
const documents = new Map();

/** @param {Context} context @param {any} result @returns {Promise<?Run>} */
async function runOf(context, result) {
  const key = result.id;
  if (!documents.has(key)) {
    documents.set(key, await ask('GET', `/api/runs/${result.id}?track=${context.track}`).catch(() => null));
  }
  const document = documents.get(key);
  if (document === null) documents.delete(key);
  return document && { label: result.label, document };
}

/** @param {Run} run */
function mathPeek({ document: { result } }) {
  const peek = result.math_peek;
  if (!peek) return false;
  return h('details', { class: 'peek', 'data-key': 'peek' }, h('summary', {}, 'Math peek: what a formula would have said'),
    h('p', {}, `Mean ${formatDuration(result.latency.mean_s)}, standard deviation ${formatDuration(result.latency.standard_deviation_s)}. ${peek.finding}`),
    h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ...[`P${100 * peek.percentile} by`, 'Latency', 'Ratio to measured', 'Queries above it'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, ...peek.rows.map((/** @type {any} */ row) => h('tr', {}, h('th', { scope: 'row' }, row.name), h('td', {}, formatDuration(row.value_s)),
        h('td', {}, row.ratio_to_measured === null ? 'not available' : `${row.ratio_to_measured.toFixed(2)} ×`),
        h('td', {}, row.share_above === null ? 'not available' : formatPercent(row.share_above))))))));
}

/** @param {?number} value */
const percent = (value) => (typeof value === 'number' ? formatPercent(value) : 'not available');

/** @param {Run} run */
function fleet({ document: { result } }) {
  if (!result.fleet) return false;
  const { share, share_upper: upper, autocorrelation, rows } = result.fleet;
  const entry = /** @type {HTMLInputElement} */ (h('input', { type: 'number', min: 1, max: 1e9, value: draft('fleet', '1000'), 'data-key': 'fleet', inputmode: 'numeric' }));
  const said = h('output', {});
  const say = () => {
    setDraft('fleet', entry.value);
    const count = Number(entry.value);
    const odds = (/** @type {any} */ p) => (typeof p === 'number' && count >= 1 ? formatPercent(-Math.expm1(count * Math.log1p(-p))) : 'not available');
    said.textContent = `some device misses its window: ${odds(share)}; at the upper end of the share's interval: ${odds(upper)}`;
  };
  entry.addEventListener('input', say);
  say();
  return h('details', { class: 'peek', 'data-key': 'fleet-details' }, h('summary', {}, 'A fleet of devices'),
    h('p', {}, `Of the queries of this run ${percent(share)} missed the window, at most ${percent(upper)} (95 %). If each of N devices asks once, `
      + 'and they do not influence each other, at least one misses with 1-(1-p)^N. Misses that come in bursts make that independence doubtful: '
      + `the autocorrelation at one query's distance is ${typeof autocorrelation === 'number' ? autocorrelation.toFixed(2) : 'not available'}.`),
    h('p', { class: 'with-unit' }, h('label', {}, 'N = ', entry), ' ', said),
    h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ...['Devices', 'Some device misses', 'Upper end'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, ...rows.map((/** @type {any} */ row) => h('tr', {}, h('th', { scope: 'row' }, formatCount(row.devices)), h('td', {}, percent(row.failure_probability)),
        h('td', {}, percent(row.failure_probability_upper))))))));
}

/** @param {Context} context @param {any} part @param {any[]} results @param {string} key @param {any} chosen */
function chips(context, part, results, key, chosen) {
  return h('div', { class: 'choice', role: 'group', 'aria-label': 'Run' }, ...results.map((result) => h('button', {
    type: 'button', 'aria-pressed': String(result === chosen), 'data-key': `${key}:${result.id}`,
    click: () => { setDraft(key, result.id); context.redraw(); },
  }, `${result.label}${result.valid ? '' : ' ✗'}`)));
}

/** @param {any} result */
function facts(result) {
  return h('div', {}, h('p', {}, h('span', { class: `chip ${result.valid ? 'valid' : 'invalid'}` }, result.valid ? '✓ valid' : '✗ INVALID'),
    result.mark && h('span', { class: 'chip synthetic' }, result.mark), result.interrupted && h('span', { class: 'chip load' }, 'interrupted'),
    ` ${result.what}`),
  result.sentences.length > 0 && h('ul', { class: 'evidence' }, ...result.sentences.map((/** @type {string} */ text) => h('li', {}, text))),
  h('div', { class: 'scroll' }, h('table', { class: 'left' }, h('caption', {}, `Figures of ${result.label}; ${result.file}, SHA-256 ${result.sha256.slice(0, 8)}…`),
    h('tbody', {}, ...result.figures.map((/** @type {any} */ figure) => h('tr', {}, h('th', { scope: 'row' }, figure.name), h('td', {}, figure.text)))))));
}

/** @param {HTMLElement} place @param {(place: HTMLElement) => boolean} put */
function chart(place, put) {
  const container = h('div', { class: 'chart' });
  place.append(container);
  if (!put(container)) container.remove();
}

/**
 * The section, and what draws its charts once it is in the page.
 * @param {Context} context @param {any} lab @param {any} part
 */
export function evidence(context, lab, part) {
  const { results } = part;
  const charts = h('div', {}, results.length > 0 && h('p', { class: 'aside' }, 'Reading the runs …'));
  const key = `evidence:${context.track}:${part.number}`;
  const chosen = results.find((/** @type {any} */ result) => result.id === draft(key)) ?? results.at(-1);
  const section = h('section', { class: 'step' }, h('h2', {}, '4 Evidence'),
    ...(results.length === 0 ? [h('p', { class: 'aside' }, 'Nothing was measured in this part yet.')]
      : [chips(context, part, results, key, chosen), facts(chosen), charts]));
  const draw = async () => {
    if (results.length === 0) return;
    const runs = /** @type {Run[]} */ ((await Promise.all(results.filter((/** @type {any} */ result) => result.kind === 'run')
      .map((/** @type {any} */ result) => runOf(context, result)))).filter(Boolean));
    if (!charts.isConnected) return;  // the page was drawn anew meanwhile
    charts.replaceChildren();
    const run = runs.find(({ label }) => label === chosen.label);
    if (run) {
      chart(charts, (place) => latencyHistogram(place, run, runs));
      charts.append(...(/** @type {any[]} */ ([mathPeek(run), fleet(run)]).filter(Boolean)));
    }
    if (new Set(runs.map(({ document }) => document.scenario.kind)).size > 1) chart(charts, (place) => scenarioComparison(place, runs));
    chart(charts, (place) => doseResponse(place, runs));
  };
  return { section, after: [draw] };
}

/** @param {any} part */
export function constraintCheck(part) {
  return h('section', { class: 'step' }, h('h2', {}, '5 Constraint check'), part.check.length === 0
    ? h('p', { class: 'aside' }, 'Waits for a run of this part.')
    : h('ul', { class: 'verdicts' }, ...part.check.map((/** @type {any} */ each) => h('li', {}, h('p', {},
      each.holds !== null && h('strong', { class: `state ${each.holds ? 'ok' : 'stop'}` }, each.holds ? '✓ ' : '✗ '), each.sentence)))));
}
