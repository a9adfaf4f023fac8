// Evidence: the runs of a part as they were recorded. Nothing of it is asked for before the lock.

import { h } from '/kit/dom.js';
import { doseResponse } from '/kit/dose.js';
import { latencyHistogram } from '/kit/histogram.js';
import { scenarioComparison } from '/kit/scenarios.js';
import { soakChart } from '/kit/soak.js';
import { auditTables, auditWords, serverCharts } from './audit.js';
import { isCompared } from './cards.js';
import { crisisVerdict } from './crisis.js';
import { documentOf, runOf } from './documents.js';
import { predictionOn } from './model.js';
import { draft, fold, setDraft } from './parts.js';
import { fleet, mathPeek } from './peek.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('/kit/marks.js').Run} Run */

/** Axes and overlays of a part's histogram, which outlive each drawing. @type {Map<string, any>} */
const views = new Map();
/** @param {string} key */
const viewOf = (key) => {
  if (!views.has(key)) views.set(key, { logLatency: true, logCount: false, over: [] });
  return views.get(key);
};

/** @param {Context} context @param {any[]} results @param {string} key @param {any} chosen */
function chips(context, results, key, chosen) {
  return h('div', { class: 'choice', role: 'group', 'aria-label': 'Run' }, ...results.map((result) => h('button', {
    type: 'button', 'aria-pressed': String(result === chosen), 'data-key': `${key}:${result.id}`,
    click: () => { setDraft(key, result.id); context.redraw(); },
  }, `${result.label}${result.valid ? '' : ' ✗'}`)));
}

/** What the run may be trusted for. @param {any} result */
function trust(result) {
  const isAudit = result.kind === 'audit';
  const chip = isAudit ? (result.valid ? 'verdict given' : 'verdict withheld') : result.valid ? '✓ valid' : '✗ INVALID';
  return h('div', { class: 'run-facts' }, h('p', {}, h('span', { class: `chip ${result.valid ? 'valid' : isAudit ? 'load' : 'invalid'}` }, chip),
    result.mark && h('span', { class: 'chip synthetic' }, result.mark), result.interrupted && h('span', { class: 'chip load' }, 'interrupted'),
    ` ${result.what}`),
  h('div', { class: 'why' }),
  !isAudit && result.sentences.length > 0 && h('ul', { class: 'evidence' }, ...result.sentences.map((/** @type {string} */ text) => h('li', {}, text))));
}

/** @param {any} result */
const figureTable = (result) => result.figures.length > 0 && h('div', { class: 'scroll' }, h('table', { class: 'left figures' },
  h('caption', {}, `Figures of ${result.label}; ${result.file}, SHA-256 ${result.sha256.slice(0, 8)}…`),
  h('tbody', {}, ...result.figures.map((/** @type {any} */ figure) => h('tr', {}, h('th', { scope: 'row' }, figure.name), h('td', {}, figure.text))))));

/** A run's hints are those of `assay run`; the lab sets its flags itself. @param {any} reason @param {any} result */
function hintOf(reason, result) {
  if (!reason.remedy.includes('--')) return reason.remedy;
  return result.honest && !result.interrupted
    ? 'Nothing to do: the lab sets the length and the flags of a run, and this one counts as evidence, with the interval that it has.'
    : 'Make the run again; it answers nothing as it is.';
}

/** Why a run is INVALID, and what to do. @param {HTMLElement} place @param {any} document @param {any} result */
function reasons(place, document, result) {
  const found = document?.result?.invalid_reasons ?? [];
  if (found.length === 0 && result.invalid_codes.length > 0) {
    place.append(h('p', { class: 'small' }, `Its runs are INVALID for: ${result.invalid_codes.map((/** @type {string} */ code) => code.replaceAll('_', ' ')).join(', ')}.`));
  }
  if (found.length === 0) return;
  place.append(h('ul', { class: 'reasons' }, ...found.map((/** @type {any} */ reason) => h('li', {}, h('strong', {}, reason.message),
    reason.remedy && h('span', { class: 'small' }, hintOf(reason, result))))));
}

/** @param {HTMLElement} place @param {(place: HTMLElement) => boolean} put */
function chart(place, put) {
  const container = h('div', { class: 'chart' });
  place.append(container);
  if (!put(container)) container.remove();
}

/** @param {any} part */
function iterationTable({ iterations }) {
  if (!iterations || iterations.rows.length === 0) return false;
  const { offer, controls, rows } = iterations;
  return h('div', { class: 'scroll' }, h('table', { class: 'iterations' }, h('caption', {}, `${rows.length} of ${offer.most} iterations: requested, and achieved below it`),
    h('thead', {}, h('tr', {}, ...['#', ...controls.map((/** @type {any} */ { title }) => title.split(':')[0]), 'Mean', 'P99', 'Over the window'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...rows.map((/** @type {any} */ row) => h('tr', {}, h('th', { scope: 'row' }, row.result.label),
      ...row.doses.map((/** @type {any} */ dose) => h('td', {}, dose.asked, dose.achieved && h('span', { class: `small ${dose.delivered ? '' : 'bad'}` }, `${dose.delivered ? '' : '! '}${dose.achieved}`))),
      h('td', {}, row.mean), h('td', {}, row.p99.split(/ [[(]/)[0], h('span', { class: 'small' }, row.p99.includes(' [') ? `[${row.p99.split(' [')[1]}` : 'no interval yet'),
        row.verdict !== null && h('span', { class: `small ${row.verdict ? 'good' : 'bad'}` }, row.verdict ? '✓ holds' : '✗ breaks')), h('td', {}, row.over))))));
}

/** What all runs of the part say together. @param {Context} context @param {any} part @param {HTMLElement} place @param {Run[]} runs @param {(run: Run) => void} choose */
function overview(context, part, place, runs, choose) {
  place.replaceChildren();
  if (new Set(runs.map(({ document: { scenario } }) => scenario.kind)).size > 1) {
    const compared = runs.filter(({ document: { scenario } }) => part.cards.length === 0 || isCompared(context, part, scenario.kind));
    chart(place, (container) => {
      const inside = h('div', {});
      container.append(h('h3', {}, 'Throughput and latency of the scenarios'), inside);
      return scenarioComparison(inside, compared);
    });
  }
  chart(place, (container) => doseResponse(container, runs));
  // In a report these lead to the run's section; here they choose the run.
  place.addEventListener('click', (event) => {
    const number = /** @type {Element} */ (event.target).closest('a[href^="#run-"]')?.getAttribute('href')?.slice(5);
    if (number === undefined) return;
    event.preventDefault();
    choose(runs[Number(number) - 1]);
  });
}

/**
 * The section, and what draws its charts once it is in the page.
 * @param {Context} context @param {any} lab @param {any} part
 */
export function evidence(context, lab, part) {
  const { results } = part;
  const together = h('div', {}, results.length > 0 && h('p', { class: 'aside' }, 'Reading the runs …'));
  const charts = h('div', { class: 'charts' });
  const key = `evidence:${context.track}:${part.number}`;
  const chosen = results.find((/** @type {any} */ result) => result.id === draft(key)) ?? results.at(-1);
  const told = chosen && trust(chosen);
  const section = h('section', { class: 'step' }, h('h2', {}, '4 Evidence'),
    ...(results.length === 0 ? [h('p', { class: 'aside' }, 'Nothing was measured in this part yet.')]
      : [iterationTable(part), together, h('h3', {}, 'Run by run'), chips(context, results, key, chosen), told, charts, figureTable(chosen),
        fold('command', 'How to measure it again', h('p', {}, h('code', {}, chosen.command)))].filter(Boolean)));
  const choose = (/** @type {Run} */ run) => {
    setDraft(key, results.find((/** @type {any} */ { label }) => label === run.label).id);
    context.redraw();
  };
  const draw = async () => {
    if (!chosen) return;
    const [document, ...found] = await Promise.all([documentOf(context, chosen), ...results.map((/** @type {any} */ result) => runOf(context, result))]);
    if (!charts.isConnected) return;  // the page was drawn anew meanwhile
    const runs = /** @type {Run[]} */ (found.filter(Boolean));
    overview(context, part, together, runs, choose);
    reasons(/** @type {HTMLElement} */ (told.querySelector('.why')), document, chosen);
    const run = runs.find(({ label }) => label === chosen.label);
    if (run) {
      chart(charts, (place) => soakChart(place, run));
      chart(charts, (place) => latencyHistogram(place, run, runs, { prediction: predictionOn(part, chosen), view: viewOf(key) }));
      if (run.document.scenario.kind !== 'offline') charts.append(...(/** @type {any[]} */ ([mathPeek(run), fleet(run)]).filter(Boolean)));
    }
    if (chosen.kind === 'audit') charts.append(...auditWords(chosen));
    await serverCharts(context, charts, chosen);
    if (chosen.kind === 'audit') charts.append(...auditTables(chosen, document));
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

/** The track's crisis, in the two figures that this machine gave for it. @param {?ReturnType<typeof import('./crisis.js').crisisOf>} crisis */
export function crisisStep(crisis) {
  if (!crisis) return false;
  const { title, waits, finding, otherwise } = crisis;
  const rest = waits.length > 0 ? [h('p', { class: 'aside' }, `Waits for: ${waits.join('; ')}.`)]
    : finding === null ? [h('p', { class: 'aside' }, `Nothing to say yet: ${otherwise}.`)]
      : [h('dl', { class: 'pair' }, ...finding.figures.map(({ text, name }) => h('div', {}, h('dt', {}, name), h('dd', {}, h('strong', {}, text.split(/ [[(]/)[0]),
        /^[^[(]+ [[(]/.test(text) && h('span', { class: 'small' }, text.slice(text.search(/ [[(]/) + 1)))))),
      h('p', { class: 'sentence' }, finding.sentence, ' ', h('strong', {}, crisisVerdict(finding.shown)))];
  return h('section', { class: 'step crisis' }, h('h2', {}, title), ...rest);
}
