// Figures that a ledger holds about a run, as texts with their units and intervals.

import { formatBandwidth, formatCount, formatDuration, formatDurationEstimate, formatPercent, formatQuantity, formatRateEstimate } from '/kit/format.js';
import { withoutZeros } from '/kit/scale.js';

/** @typedef {{point: number, lower: ?number, upper: ?number, reason?: ?string}} Estimate */

/** @param {any} value */
export const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** @param {any} estimate */
export function shareText({ point, lower, upper }) {
  const isInterval = isNumber(lower) && isNumber(upper);
  return `${formatPercent(point)}${isInterval ? ` [${formatPercent(lower)}, ${formatPercent(upper)}]` : ''}`;
}

/** An estimate of which each end is written by itself. @param {(value: number) => string} format */
const ends = (format) => (/** @type {any} */ { point, lower, upper }) => (
  `${format(point)}${isNumber(lower) && isNumber(upper) ? ` [${format(lower)}, ${format(upper)}]` : ''}`);

const perSecond = (/** @type {string} */ unit) => (/** @type {any} */ estimate) => formatRateEstimate(estimate, unit);
const operations = ends((value) => formatQuantity(value, 'op/s'));
const times = ends((value) => `${value.toPrecision(3)} ×`);

/** @type {Array<[string, string, (estimate: any) => string]>} */
const FIGURES = [
  ['queries', 'Queries', ({ point }) => formatCount(point)],
  ['samples_per_s', 'Throughput', perSecond('samples/s')],
  ['mean_s', 'Mean latency', formatDurationEstimate],
  ['sd_s', 'Standard deviation', formatDurationEstimate],
  ['p50_s', 'P50 latency', formatDurationEstimate],
  ['p90_s', 'P90 latency', formatDurationEstimate],
  ['p95_s', 'P95 latency', formatDurationEstimate],
  ['p99_s', 'P99 latency', formatDurationEstimate],
  ['p99.9_s', 'P99.9 latency', formatDurationEstimate],
  ['ttft_p99_s', 'P99 of the time to the first token', formatDurationEstimate],
  ['over_share', 'Queries over the window', shareText],
  ['missed_share', 'Frames that missed their deadline', shareText],
  ['first_30_s_fps', 'New frames in the first 30 s', perSecond('frames/s')],
  ['last_fps', 'New frames at the end', perSecond('frames/s')],
  ['peak', 'Peak of its roofs', operations],
  ['bandwidth', 'Bandwidth of its roofs', ends(formatBandwidth)],
  ['throughput', 'Throughput of the lighthouse', perSecond('samples/s')],
  ['clean_accuracy', 'Right answers on clean audio', shareText],
  ['field_accuracy', 'Right answers in the field', shareText],
];

/** @type {Object<string, [string, (estimate: any) => string]>} what an audit says of one system */
const OF_A_SYSTEM = { peak: ['Peak', operations], bandwidth: ['Bandwidth', ends(formatBandwidth)], throughput: ['Throughput', perSecond('samples/s')] };

/** A figure with its interval, or with why it has none. @param {any} estimate @param {(estimate: any) => string} format */
export function figureText(estimate, format) {
  const text = format(estimate);
  // A count is exact.
  return isNumber(estimate.lower) || isNumber(estimate.upper) || !estimate.reason || estimate.reason === 'a count' ? text : `${text} (no interval: ${estimate.reason})`;
}

/** The window of a track as a person says it: "10ms@p99" is "10 ms at the P99". @param {string} text */
export function windowText(text) {
  const [, amount, unit, percentile] = text.match(/^([\d.]+)(ns|us|ms|s)(?:@p([\d.]+))?$/) ?? [];
  if (!amount) return text;
  const seconds = Number(amount) * { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1 }[/** @type {'ns'|'us'|'ms'|'s'} */ (unit)];
  return `${withoutZeros(formatDuration(seconds))}${percentile ? ` at the P${percentile}` : ''}`;
}

/** A figure by its name, "not available" where the run has none. @param {any} figures @param {string} name */
export function figureOf(figures, name) {
  const known = FIGURES.find(([each]) => each === name);
  return known && isNumber(figures[name]?.point) ? figureText(figures[name], known[2]) : 'not available';
}

/** Those of an audit's pairs: "A over B" and where their roofs cross. @param {any} figures */
const pairFigures = (figures) => Object.entries(figures).flatMap(([name, estimate]) => {
  const [, kind, a, b] = name.match(/^(throughput_ratio|crossover)_([A-Z])([A-Z])$/) ?? [];
  if (!kind || !isNumber(estimate?.point)) return [];
  return [{ name: kind === 'crossover' ? `Intensity at which the roofs of ${a} and ${b} cross` : `Throughput of ${b} over that of ${a}`,
    text: figureText(estimate, kind === 'crossover' ? ends((value) => formatQuantity(value, 'op/byte')) : times) }];
});

/** @param {any} figures */
export const figuresOf = (figures) => [...FIGURES.filter(([name]) => isNumber(figures[name]?.point))
  .map(([name, title, format]) => ({ name: title, text: figureText(figures[name], format) })), ...pairFigures(figures)];

/** The systems of an audit as columns, their figures as rows; null if there are none. @param {any} figures */
export function systemsOf(figures) {
  const found = Object.keys(figures).map((name) => name.match(/^(peak|bandwidth|throughput)_([A-Z])$/)).filter((match) => match !== null);
  if (found.length === 0) return null;
  const letters = [...new Set(found.map(([, , letter]) => letter))].sort();
  return { letters, rows: Object.entries(OF_A_SYSTEM).map(([kind, [name, format]]) => ({ name, cells: letters.map((letter) => {
    const estimate = figures[`${kind}_${letter}`];
    return isNumber(estimate?.point) ? figureText(estimate, format) : 'not available';
  }) })) };
}
