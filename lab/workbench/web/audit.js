// An audit of two systems: what it found, whether it may be reported, and the charts that the server draws of it.

import { h } from '/kit/dom.js';
import { formatBandwidth, formatDurationEstimate, formatQuantity, formatRateEstimate } from '/kit/format.js';
import { Refused } from './client.js';
import { chartOf } from './documents.js';
import { figureText, isNumber } from './figures.js';
import { pictureOf } from './picture.js';

/** @typedef {import('./app.js').Context} Context */

/** An estimate of an audit, whose members end in their unit. @param {any} figure @param {string} suffix */
const plainEstimate = (figure, suffix) => ({ point: figure?.[`point${suffix}`] ?? null, lower: figure?.[`lower${suffix}`] ?? null,
  upper: figure?.[`upper${suffix}`] ?? null, reason: figure?.reason ?? null });

/** @param {(value: number) => string} format */
const ends = (format) => (/** @type {any} */ { point, lower, upper }) => (
  `${format(point)}${isNumber(lower) && isNumber(upper) ? ` [${format(lower)}, ${format(upper)}]` : ''}`);

/** @param {any} figure @param {string} suffix @param {(estimate: any) => string} format @param {string} [kind] */
function figureCell(figure, suffix, format, kind) {
  const estimate = plainEstimate(figure, suffix);
  if (!isNumber(estimate.point)) return h('td', {}, 'not available', estimate.reason && h('span', { class: 'small' }, estimate.reason));
  const [point, rest] = figureText(estimate, format).split(/ (?=[[(])/, 2);
  return h('td', {}, point, rest && h('span', { class: 'small' }, rest), kind && h('span', { class: 'small' }, kind.replaceAll('_', ' ')));
}

/** @type {Array<[string, (system: any) => Node]>} */
const ROWS = [
  ['Peak', ({ roofs }) => figureCell(roofs?.peak ?? roofs, '_per_s', ends((value) => formatQuantity(value, `${roofs?.work_unit ?? 'op'}/s`)), roofs?.kind)],
  ['Bandwidth', ({ roofs }) => figureCell(roofs?.bandwidth ?? roofs, '_bytes_per_s', ends(formatBandwidth), roofs?.kind)],
  ['Ridge', ({ roofs }) => figureCell(roofs?.ridge ?? roofs, '_per_byte', ends((value) => formatQuantity(value, `${roofs?.work_unit ?? 'op'}/byte`)))],
  ['Bound by', ({ bound_by: bound }) => h('td', {}, bound ?? 'not available')],
  ['Predicted throughput', ({ predicted }) => figureCell(predicted, '_samples_per_s', (estimate) => formatRateEstimate(estimate, 'samples/s'), predicted?.kind)],
  ['Throughput', ({ throughput }) => figureCell(throughput, '_samples_per_s', (estimate) => formatRateEstimate(estimate, 'samples/s'), throughput?.kind)],
  ['P99 latency', ({ p99 }) => figureCell(p99, '_s', formatDurationEstimate, p99?.kind)],
  ['Power', ({ power }) => figureCell(power, '_w', ends((value) => formatQuantity(value, 'W')), power?.kind)],
];

/** @param {string} name @param {string[]} heads @param {Node[]} rows @param {string} css */
const table = (name, heads, rows, css) => h('div', { class: 'scroll' }, h('table', { class: css }, h('caption', {}, name),
  h('thead', {}, h('tr', {}, ...heads.map((head) => (head === '' ? h('td', {}, '') : h('th', { scope: 'col' }, head))))), h('tbody', {}, ...rows)));

/** @param {any} result @param {any} document */
function systemTable(result, document) {
  const systems = document?.systems ?? [];
  if (systems.length > 0) {
    return table('The two systems', ['', ...systems.map((/** @type {any} */ system) => `${system.letter} ${system.name}`)],
      ROWS.map(([name, cellOf]) => h('tr', {}, h('th', { scope: 'row' }, name), ...systems.map(cellOf))), 'left systems');
  }
  if (!result.systems) return null;
  return table('The two systems', ['', ...result.systems.letters], result.systems.rows.map((/** @type {any} */ row) => h('tr', {}, h('th', { scope: 'row' }, row.name),
    ...row.cells.map((/** @type {string} */ cell) => h('td', {}, cell)))), 'left systems');
}

const STATES = { holds: ['✓', 'ok'], fails: ['✗', 'stop'], not_known: ['?', 'warn'] };

/** @param {any} document */
function fairnessTable(document) {
  const controls = document?.fairness?.controls ?? [];
  if (controls.length === 0) return null;
  return table(`Fairness: ${document.fairness.reportable ? 'all controls hold, the comparison may be reported' : 'not every control holds'}`,
    ['Control', 'State', 'Finding'], controls.map((/** @type {any} */ control) => {
      const [sign, css] = /** @type {any} */ (STATES)[control.state] ?? ['?', 'warn'];
      return h('tr', {}, h('th', { scope: 'row' }, control.name), h('td', {}, h('span', { class: `state ${css}` }, `${sign} ${control.state.replaceAll('_', ' ')}`)),
        h('td', {}, control.finding ?? 'as it must be', control.remedy && h('span', { class: 'small' }, control.remedy)));
    }), 'left');
}

/** What an audit says: its verdict, or why it has none, and its memo. @param {any} result @returns {Node[]} */
export function auditWords({ sentences: [verdict, ...memo], valid }) {
  return /** @type {Node[]} */ ([
    verdict && h('p', { class: `verdict-line${valid ? '' : ' withheld'}` }, verdict.replace(/^(The verdict is withheld): withheld, /, '$1, ')),
    memo.length > 0 && h('div', { class: 'memo' }, h('h3', {}, 'Memo to the stakeholder'), ...memo.map((/** @type {string} */ text) => h('p', {}, text)))].filter(Boolean));
}

/** What it says that from. @param {any} result @param {any} document the audit's own file, null if it cannot be read @returns {Node[]} */
export function auditTables(result, document) {
  const pareto = (document?.pareto?.points ?? []).filter((/** @type {any} */ point) => point.sentence)
    .map((/** @type {any} */ point) => `${point.system ?? ''} ${point.sentence}.`.trim());
  const crossings = (document?.pairs ?? []).map((/** @type {any} */ pair) => pair.sentence).filter(Boolean).map((/** @type {string} */ text) => `Roofs: ${text}.`);
  return /** @type {Node[]} */ ([systemTable(result, document), ...[...crossings, ...pareto].map((text) => h('p', {}, text.replace(/\.\.$/, '.'))),
    fairnessTable(document)].filter(Boolean));
}

const TITLES = { roofline: 'Comparative roofline', pareto: 'Pareto: throughput against the tail' };

/** Puts the charts of a run into `place`, each when it has come. @param {Context} context @param {HTMLElement} place @param {any} result */
export async function serverCharts(context, place, result) {
  for (const name of result.charts) {
    const container = h('div', { class: 'chart server-chart', 'data-chart': name }, h('h3', {}, /** @type {any} */ (TITLES)[name] ?? name));
    place.append(container);
    try {
      const picture = pictureOf(await chartOf(context, result, name));
      container.append(picture ? h('div', { class: 'scroll' }, /** @type {any} */ (picture)) : h('p', { class: 'aside' }, 'Not available: the server sent no picture.'));
    } catch (error) {
      container.append(h('p', { class: 'aside' }, `Not available: ${error instanceof Refused ? error.message : 'the server does not answer'}.`));
    }
  }
}
