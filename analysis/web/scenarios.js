// ScenarioComparisonChart: throughput against latency, every scenario in one picture, both axes logarithmic.
// Offline answers one query that holds everything: its completion time is no latency of a request, so it has a place
// on the throughput axis only.

import { drawnToFit, h, s } from './dom.js';
import { formatDuration, formatDurationEstimate, formatRate } from './format.js';
import { axis, estimateCell, estimateOf, flagsOf, isPositive, kindOf, legendTable, picture, rowHead, shapePath, sloLabel, whisker } from './marks.js';
import { fitted, paddedScale, position, spread, textWidth, ticks } from './scale.js';

/** @typedef {import('./marks.js').Run} Run */

const STRIP_HEIGHT = 40;
const LABEL_HEIGHT = 16;

/** @param {Run} run */
const isBatch = (run) => run.document.scenario.kind === 'offline';

/** @param {Run[]} runs */
function latencyValues(runs) {
  return runs.filter((run) => !isBatch(run)).flatMap((run) => [
    ...['p50', 'p99'].flatMap((key) => [estimateOf(run, key).point_s, estimateOf(run, key).lower_s,
      estimateOf(run, key).upper_s]),
    run.document.scenario.slo_s]).filter(isPositive);
}

/** What a person would say of the chart. @param {Run[]} runs */
export function scenarioSentence(runs) {
  return runs.map((run) => {
    const rate = formatRate(run.document.result.samples_per_s, 'samples/s');
    const latency = isBatch(run) ? 'no latency per request'
      : `P50 ${formatDuration(estimateOf(run, 'p50').point_s ?? null)}, P99 ${formatDuration(estimateOf(run, 'p99').point_s ?? null)}`;
    return `${run.label}${flagsOf(run)}: ${rate}, ${latency}.`;
  }).join(' ');
}

/**
 * Everything of the chart in pixels; null if no run completed anything. Runs without a point are in `missing`.
 * @param {Run[]} runs @param {{width: number}} view
 */
export function scenarioModel(runs, { width }) {
  const measured = runs.filter((run) => isPositive(run.document.result.samples_per_s));
  const requests = measured.filter((run) => !isBatch(run) && isPositive(estimateOf(run, 'p50').point_s));
  const batches = measured.filter(isBatch);
  if (requests.length + batches.length === 0) return null;
  const plot = { left: 58, right: width - 14, top: 12, bottom: requests.length > 0 ? (width < 480 ? 252 : 300) : 20 };
  const x = paddedScale([...requests, ...batches].map((run) => run.document.result.samples_per_s), 1.6, plot.left,
    plot.right);
  const y = requests.length > 0 ? paddedScale(latencyValues(requests), 1.35, plot.bottom, plot.top) : null;
  const points = y === null ? [] : requests.map((run) => {
    const p50 = estimateOf(run, 'p50');
    const p99 = estimateOf(run, 'p99');
    const place = (/** @type {any} */ value) => (isPositive(value) ? position(y, value) : null);
    return { run, x: position(x, run.document.result.samples_per_s), p50: place(p50.point_s),
      p50Range: [place(p50.lower_s), place(p50.upper_s)], p99: place(p99.point_s),
      p99Range: [place(p99.lower_s), place(p99.upper_s)],
      // Without a point or an upper limit the truth may lie anywhere above.
      isOpen: !isPositive(p99.point_s) || (isPositive(p99.lower_s) && !isPositive(p99.upper_s)) };
  });
  const byHeight = [...points].sort((a, b) => (a.p99 ?? plot.top) - (b.p99 ?? plot.top));
  const middles = spread(byHeight.map((point) => point.p99 ?? plot.top), LABEL_HEIGHT, plot.top, plot.bottom);
  const spans = points.map((point) => ({ point, from: point.x - 9, to: point.x + 9, top: (point.p99 ?? plot.top) - 9,
    bottom: (point.p50 ?? plot.bottom) + 9 }));
  const labels = byHeight.map((point, i) => {
    const text = fitted(point.run.label, width - 8 - textWidth(flagsOf(point.run))) + flagsOf(point.run);
    const length = textWidth(text);
    const isClear = (/** @type {number} */ from) => from > 0 && from + length < width && spans.every((span) => span.point === point
      || span.to < from || span.from > from + length || span.bottom < middles[i] - 8 || span.top > middles[i] + 8);
    const rightFits = point.x + 12 + length < width;
    if (!rightFits && point.x - 12 - length < 0) {
      const above = middles[i] - 10;
      return { text, x: Math.max(2, width - length - 2), y: above > 14 ? above : middles[i] + 22, anchor: 'start' };
    }
    const isRight = rightFits && (isClear(point.x + 12) || !isClear(point.x - 12 - length));
    return { text, x: isRight ? point.x + 12 : point.x - 12, y: middles[i] + 4, anchor: isRight ? 'start' : 'end' };
  });
  const boxes = [...spans, ...labels.map(({ text, x: at, y: middle, anchor }) => {
    const from = anchor === 'start' ? at : at - textWidth(text);
    return { from, to: from + textWidth(text), top: middle - 12, bottom: middle + 4 };
  })];
  const slos = y === null ? [] : [...new Set(requests.map((run) => run.document.scenario.slo_s).filter(isPositive))]
    .map((slo) => sloLabel(slo, position(y, slo), plot, boxes));
  const stripTop = plot.bottom + (requests.length > 0 ? 6 : 0);
  const axisBottom = batches.length > 0 ? stripTop + STRIP_HEIGHT : plot.bottom;
  return { plot, x, y, points, labels, slos, stripTop, axisBottom, height: axisBottom + 44,
    batches: batches.map((run) => ({ run, x: position(x, run.document.result.samples_per_s) })),
    missing: runs.filter((run) => !requests.includes(run) && !batches.includes(run)) };
}

/** @param {NonNullable<ReturnType<typeof scenarioModel>>} model */
function pointParts({ points, plot }) {
  return points.flatMap(({ run, x, p50, p99, p50Range, p99Range, isOpen }) => {
    const kind = `k${kindOf(run)}`;
    const parts = [s('line', { class: `span ${kind}`, x1: x, x2: x, y1: p50, y2: p99 ?? plot.top,
      'stroke-dasharray': run.document.result.valid ? undefined : '4 3' }),
    ...whisker(x, p50Range, kind), ...whisker(x, p99Range, kind)];
    if (isOpen) {
      const from = p99Range[0] ?? p99 ?? p50;
      parts.push(s('path', { class: `whisker ${kind}`, d: `M${x},${from}V${plot.top + 2}m-5,7l5,-7l5,7` }));
    }
    if (p50 !== null) parts.push(s('path', { class: `hollow ${kind}`, d: shapePath(kindOf(run), x, p50, 5.5) }));
    if (p99 !== null) parts.push(s('path', { class: `solid ${kind}`, d: shapePath(kindOf(run), x, p99, 5.5) }));
    return parts;
  });
}

/** @param {NonNullable<ReturnType<typeof scenarioModel>>} model @param {number} width */
function stripParts({ batches, plot, stripTop, axisBottom }, width) {
  if (batches.length === 0) return [];
  const middle = (stripTop + axisBottom) / 2;
  return [s('rect', { class: 'strip', x: plot.left, y: stripTop, width: plot.right - plot.left, height: axisBottom - stripTop }),
    ...batches.flatMap(({ run, x }) => {
      const text = `${run.label}${flagsOf(run)}: throughput only`;
      const fits = x + 12 + textWidth(text) < width;
      return [s('path', { class: `solid k${kindOf(run)}`, d: shapePath(kindOf(run), x, middle, 6) }),
        s('text', { class: 'label', x: fits ? x + 12 : x - 12, y: middle + 4, 'text-anchor': fits ? 'start' : 'end' }, text)];
    })];
}

/** @param {Run[]} runs @param {NonNullable<ReturnType<typeof scenarioModel>>} model @param {number} width */
function scenarioDrawing(runs, model, width) {
  const { plot, x, y } = model;
  const parts = [
    ...axis('x', x, ticks(x, Math.max(3, Math.floor((plot.right - plot.left) / 40))), (v) => formatRate(v, '').trim(),
      { ...plot, bottom: model.axisBottom }, model.axisBottom + 17),
    ...(y === null ? [] : axis('y', y, ticks(y, 7), formatDuration, plot, plot.left - 6)),
    ...stripParts(model, width)];
  for (const { text, y: at, textY, x: textX } of model.slos) {
    parts.push(s('line', { class: 'mark slo', x1: plot.left, x2: plot.right, y1: at, y2: at }),
      s('text', { class: 'mark slo', x: textX, y: textY }, text));
  }
  parts.push(...pointParts(model),
    ...model.labels.map(({ text, x: at, y: height, anchor }) => s('text', { class: 'label', x: at, y: height, 'text-anchor': anchor }, text)),
    s('line', { class: 'axis', x1: plot.left, x2: plot.right, y1: model.axisBottom, y2: model.axisBottom }),
    s('text', { class: 'axis-name', x: (plot.left + plot.right) / 2, y: model.height - 8, 'text-anchor': 'middle' },
      'samples completed per second'));
  return picture('Throughput and latency of the scenarios', scenarioSentence(runs), width, model.height, parts);
}

/** @param {Run[]} runs */
function scenarioLegend(runs) {
  const seconds = (/** @type {any} */ e) => formatDurationEstimate(
    { point: e.point_s ?? null, lower: e.lower_s ?? null, upper: e.upper_s ?? null });
  return legendTable(['Run', 'Samples/s', 'P50', 'P99'], runs.map((run) => {
    const sign = s('path', { class: `solid k${kindOf(run)}`, d: shapePath(kindOf(run), 13, 7, 5) });
    const latencies = isBatch(run) ? [h('td', { colspan: 2 }, 'none per request')]
      : ['p50', 'p99'].map((key) => estimateCell(seconds(estimateOf(run, key))));
    return h('tr', {}, rowHead(run, sign, 'row'), h('td', {}, formatRate(run.document.result.samples_per_s, '').trim()), ...latencies);
  }));
}

/**
 * Puts the chart into `container`; false, and nothing drawn, if no run completed anything.
 * @param {HTMLElement} container @param {Run[]} runs
 */
export function scenarioComparison(container, runs) {
  if (scenarioModel(runs, { width: 600 }) === null) return false;
  drawnToFit(container, (width) => {
    const pictureWidth = width > 900 ? width - 430 : Math.max(280, width);
    const model = /** @type {NonNullable<ReturnType<typeof scenarioModel>>} */ (scenarioModel(runs, { width: pictureWidth }));
    const words = ['Up: slower. Right: more work done. Hollow sign: P50, filled: P99, bars across: 95 % interval, arrow: '
      + 'no upper limit. A dashed line joins the two of an INVALID run. Both axes are logarithmic.'];
    if (model.batches.length > 0) {
      words.push('Offline hands over everything at once. When the last sample is done says nothing about the wait of a '
        + 'request, so Offline has a place on the throughput axis only.');
    }
    const windows = [...new Set(runs.map((run) => run.document.scenario.slo_s).filter(isPositive))];
    if (windows.length > 0) words.push(`Dash-dotted: the latency window, ${windows.map((w) => formatDuration(w)).join(', ')}.`);
    for (const run of model.missing) words.push(`${run.label}: nothing to draw, no P50 or no throughput.`);
    return [h('div', { class: 'beside' }, scenarioDrawing(runs, model, pictureWidth),
      h('div', { class: 'words' }, scenarioLegend(runs), ...words.map((text) => h('p', { class: 'aside' }, text))))];
  });
  return true;
}
