// LatencyHistogram: how often each latency occurred, with mean, P95 and P99 marked. Both axes linear or logarithmic.

import { choice, drawnToFit, h, s } from './dom.js';
import { formatCount, formatDuration, formatDurationEstimate, formatPercent } from './format.js';
import { DASHES, axis, estimateCell, flagsOf, kindOf, markOf, picture, rowHead, shapePath } from './marks.js';
import { binBounds, fitted, placeLabels, position, rebin, ticks } from './scale.js';

/** @typedef {import('./marks.js').Run} Run */
/** @typedef {{value: number, text: string}} Prediction what a student locked, seconds */
/** @typedef {{width: number, logLatency: boolean, logCount: boolean, prediction?: ?Prediction}} View */

const MARK_HEIGHT = 16;
const MOST_OVERLAID = 3;

/** @param {Run} run */
const latencyOf = (run) => run.document.result.latency;
/** @param {Run} run */
const isDrawable = (run) => run.document.scenario.kind !== 'offline' && latencyOf(run).hist.counts.length > 0;
/** @param {?number} value */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** Seconds. @param {Run[]} runs @param {boolean} log @param {?Prediction} prediction */
function latencyRange(runs, log, prediction) {
  let [lower, upper] = [Infinity, 0];
  for (const run of runs) {
    const { hist } = latencyOf(run);
    lower = Math.min(lower, Math.max(binBounds(hist.counts[0][0], hist.sub_bits)[0], 0.5) * hist.unit_s);
    upper = Math.max(upper, binBounds(hist.counts.at(-1)[0], hist.sub_bits)[1] * hist.unit_s);
  }
  // What lies near the bars is worth its room; what lies far off is named in words.
  for (const near of [runs[0].document.scenario.slo_s, prediction?.value].filter(isNumber)) {
    if (near > upper && near < 4 * upper) upper = near * 1.05;
    if (near < lower && near > lower / 4) lower = near / 1.05;
  }
  if (upper < lower * 1.25) [lower, upper] = [lower / 1.1, upper * 1.1];
  return { lower: log ? lower : 0, upper };
}

/**
 * Lines over the bars: of the first run all, of the others P99.
 * @param {Run[]} runs @param {number} room for a run's name @param {?Prediction} prediction
 */
function marksOf(runs, room, prediction) {
  const marks = runs.flatMap((run, i) => {
    const { mean_s: mean, p95, p99 } = latencyOf(run);
    const name = runs.length > 1 ? ` ${fitted(run.label, room)}` : '';
    const found = [];
    if (i === 0 && isNumber(mean)) found.push({ kind: 'mean', value: mean, text: `mean ${formatDuration(mean)}` });
    for (const [key, estimate] of Object.entries(i === 0 ? { p95, p99 } : { p99 })) {
      if (!estimate || !isNumber(estimate.point_s)) continue;
      found.push({ kind: key, value: estimate.point_s, lower: estimate.lower_s, upper: estimate.upper_s,
        text: `P${key.slice(1)}${name} ${formatDuration(estimate.point_s)}` });
    }
    return found.map((mark) => ({ lower: null, upper: null, ...mark, run: i }));
  });
  const slo = runs[0].document.scenario.slo_s;
  if (isNumber(slo)) {
    marks.push({ kind: 'slo', value: slo, text: `window ${formatDuration(slo)}`, lower: null, upper: null, run: 0 });
  }
  if (prediction) marks.push({ kind: 'lock', value: prediction.value, text: prediction.text, lower: null, upper: null, run: 0 });
  return marks;
}

/** What a person would say of the chart. @param {Run[]} runs */
export function histogramSentence(runs) {
  return runs.map((run) => {
    const { count, lost_count: lost, mean_s: mean, p95, p99 } = latencyOf(run);
    const lostText = lost > 0 ? `; ${formatCount(lost)} never completed, their latency is infinite` : '';
    const of = (/** @type {any} */ estimate) => formatDuration(estimate?.point_s ?? null);
    return `${run.label}${flagsOf(run)}: ${formatCount(count)} queries, mean ${formatDuration(mean)}, P95 ${of(p95)}, `
      + `P99 ${of(p99)}${lostText}.`;
  }).join(' ');
}

/**
 * Everything of the chart in pixels, without a document. Several runs are drawn as shares of their queries, since
 * their counts differ. @param {Run[]} runs @param {View} view
 */
export function histogramModel(runs, { width, logLatency, logCount, prediction = null }) {
  const isShare = runs.length > 1;
  const plot = { left: isShare ? 62 : 52, right: width - 14, top: 0, bottom: 0 };
  const range = latencyRange(runs, logLatency, prediction);
  const x = { log: logLatency, ...range, start: plot.left, end: plot.right };
  const inside = marksOf(runs, width - 130, prediction).filter(({ value }) => value >= range.lower && value <= range.upper);
  const labels = placeLabels(inside.map((mark) => ({ ...mark, at: position(x, mark.value) })), plot.left - 40, width - 2);
  const rows = 1 + Math.max(-1, ...labels.map(({ row }) => row));
  plot.top = rows * MARK_HEIGHT + 8;
  plot.bottom = plot.top + (width < 480 ? 190 : 230);
  const columns = Math.max(24, Math.min(110, Math.floor((plot.right - plot.left) / 6)));
  const heights = runs.map((run) => {
    const weights = rebin(latencyOf(run).hist, x, columns);
    return isShare ? weights.map((weight) => weight / latencyOf(run).count) : weights;
  });
  const highest = Math.max(...heights.flat());
  const least = isShare ? 0.5 / Math.max(...runs.map((run) => latencyOf(run).count)) : 0.5;
  const y = { log: logCount, lower: logCount ? least : 0, upper: highest * (logCount ? 1.6 : 1.04), start: plot.bottom,
    end: plot.top };
  const columnWidth = (plot.right - plot.left) / columns;
  const outlines = heights.map((weights) => {
    let path = `M${plot.left},${plot.bottom}`;
    weights.forEach((weight, c) => {
      // Whatever occurred at all is seen: at least 1.5 pixels.
      const top = weight > 0 ? Math.min(position(y, Math.max(weight, y.lower)), plot.bottom - 1.5) : plot.bottom;
      path += `V${top.toFixed(1)}H${(plot.left + (c + 1) * columnWidth).toFixed(1)}`;
    });
    return `${path}V${plot.bottom}`;
  });
  const xTicks = ticks(x, Math.max(3, Math.floor((plot.right - plot.left) / 62)));
  const yTicks = ticks(y, 5);
  const slo = runs[0].document.scenario.slo_s;
  const over = isNumber(slo) && slo < range.upper ? position(x, Math.max(slo, range.lower)) : null;
  return { plot, x, y, labels, outlines, xTicks, yTicks, isShare, over, height: plot.bottom + 46, columns };
}

/** @param {Run[]} runs @param {ReturnType<typeof histogramModel>} model */
function histogramDrawing(runs, model, /** @type {number} */ width) {
  const { plot, x, y, labels, height } = model;
  const parts = [
    ...(model.over === null ? [] : [s('rect', { class: 'over-window', x: model.over, y: plot.top, width: plot.right - model.over,
      height: plot.bottom - plot.top })]),
    ...axis('x', x, model.xTicks, formatDuration, plot, plot.bottom + 17),
    ...axis('y', y, model.yTicks, model.isShare ? formatPercent : (v) => formatCount(v), plot, plot.left - 6),
  ];
  model.outlines.forEach((d, i) => parts.push(
    s('path', { class: `bars k${kindOf(runs[i])}${i === 0 ? ' first' : ''}`, d, 'stroke-dasharray': DASHES[i] })));
  const texts = [];
  for (const mark of labels) {
    const at = position(x, mark.value);
    if (mark.kind === 'p99' && isNumber(mark.lower)) {
      const to = isNumber(mark.upper) ? position(x, mark.upper) : plot.right;
      const from = position(x, mark.lower);
      parts.push(s('rect', { class: `interval k${kindOf(runs[mark.run])}`, x: from, y: plot.top,
        width: Math.max(1, to - from), height: plot.bottom - plot.top }));
    }
    const labelY = plot.top - 8 - mark.row * MARK_HEIGHT;
    parts.push(s('line', { class: `mark ${mark.kind}`, x1: at, x2: at, y1: labelY + 4, y2: plot.bottom }));
    if (mark.kind === 'lock') texts.push(s('path', { class: 'lock-sign', d: shapePath(2, at, plot.bottom - 14, 6) }));
    texts.push(s('text', { class: `mark ${mark.kind}`, x: mark.x, y: labelY, 'text-anchor': 'middle' }, mark.text));
  }
  if (markOf(...runs)) {
    texts.push(s('text', { class: 'label', x: plot.right - 6, y: plot.top + 16, 'text-anchor': 'end' }, markOf(...runs)));
  }
  parts.push(...texts, s('line', { class: 'axis', x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom }),
    s('text', { class: 'axis-name', x: (plot.left + plot.right) / 2, y: height - 8, 'text-anchor': 'middle' },
      width < 420 ? 'latency of a query' : `latency of a query · height: ${model.isShare ? 'share of the queries' : 'queries'} in a column`));
  return picture(`Histogram of latencies: ${runs.map(({ label }) => label).join(', ')}`, histogramSentence(runs), width,
    height, parts);
}

/** @param {Run[]} runs */
function histogramLegend(runs) {
  const seconds = (/** @type {any} */ e) => formatDurationEstimate(
    { point: e?.point_s ?? null, lower: e?.lower_s ?? null, upper: e?.upper_s ?? null });
  const head = runs.map((run, i) => rowHead(run, s('path', { class: `bars k${kindOf(run)}${i === 0 ? ' first' : ''}`,
    d: 'M2,12V3H24V12', 'stroke-dasharray': DASHES[i] }), 'col'));
  const row = (/** @type {string} */ name, /** @type {(latency: any) => string} */ textOf) => h('tr', {},
    h('th', { scope: 'row' }, name), ...runs.map((run) => estimateCell(textOf(latencyOf(run)))));
  return h('div', { class: 'scroll' }, h('table', { class: 'legend' },
    h('thead', {}, h('tr', {}, h('td', {}, ''), ...head)),
    h('tbody', {}, row('Queries', ({ count }) => formatCount(count)), row('Mean', (l) => formatDuration(l.mean_s)),
      row('P95', ({ p95 }) => seconds(p95)), row('P99', ({ p99 }) => seconds(p99)), row('Max', (l) => formatDuration(l.max_s)),
      row('Never completed', ({ lost_count: lost }) => (lost > 0 ? `${formatCount(lost)}: infinite latency` : 'none')))));
}

/** Sentences about what the picture cannot show. @param {Run[]} runs @param {any} model @param {?Prediction} prediction */
function notes(runs, model, prediction) {
  const found = [];
  if (model.isShare) found.push('Heights are shares of each run’s own queries, since their counts differ.');
  const slo = runs[0].document.scenario.slo_s;
  if (isNumber(slo) && (slo > model.x.upper || slo < model.x.lower)) {
    found.push(`The window of ${formatDuration(slo)} lies ${slo > model.x.upper ? 'right' : 'left'} of this axis.`);
  }
  for (const run of runs) {
    const { lost_count: lost, p99 } = latencyOf(run);
    if (lost > 0) {
      found.push(`${run.label}: ${formatCount(lost)} ${lost === 1 ? 'query' : 'queries'} never came back: a latency right `
        + 'of every bar, infinite.');
    }
    if (p99 && !isNumber(p99.point_s) && p99.reason) found.push(`${run.label}: no P99, ${p99.reason}.`);
  }
  if (prediction && (prediction.value > model.x.upper || prediction.value < model.x.lower)) {
    found.push(`Diamond: ${prediction.text} lies ${prediction.value > model.x.upper ? 'right' : 'left'} of this axis.`);
  } else if (prediction) {
    found.push(`Diamond: ${prediction.text}.`);
  }
  found.push(`Shaded: the 95 % interval of P99${model.over === null ? '' : '; tinted: over the window'}.`);
  return found.map((text) => h('p', { class: 'aside' }, text));
}

/**
 * Puts the histogram of `run` into `container`; `others` can be laid over it, three at most.
 * Offline has no latency of a request: nothing is drawn and false comes back.
 * @param {HTMLElement} container @param {Run} run @param {Run[]} others
 * @param {{prediction?: ?Prediction, view?: {logLatency: boolean, logCount: boolean, over: string[]}}} [more] `view`
 *   outlives this drawing: the axes and the names of the runs laid over it
 */
export function latencyHistogram(container, run, others, { prediction = null, view = { logLatency: true, logCount: false, over: [] } } = {}) {
  if (!isDrawable(run)) return false;
  const candidates = others.filter((other) => other !== run && isDrawable(other));
  let overlaid = candidates.filter(({ label }) => view.over.includes(label)).slice(0, MOST_OVERLAID);
  const redraw = drawnToFit(container, (width) => {
    const runs = [run, ...overlaid];
    const isBeside = width > 900 && runs.length < 3;
    const pictureWidth = isBeside ? width - 380 : Math.max(280, width);
    const model = histogramModel(runs, { ...view, prediction, width: pictureWidth });
    const change = (/** @type {() => void} */ act) => () => { act(); redraw(); };
    const kinds = ['linear', 'log'];
    return [
      h('div', { class: 'controls' },
        choice('Latency axis', kinds, kinds[Number(view.logLatency)], (v) => change(() => { view.logLatency = v === 'log'; })()),
        choice('Count axis', kinds, kinds[Number(view.logCount)], (v) => change(() => { view.logCount = v === 'log'; })()),
        candidates.length > 0 && h('span', { class: 'choice', role: 'group', 'aria-label': 'Lay over' },
          h('span', { class: 'name' }, 'Lay over'), ...candidates.map((other) => h('button', {
            type: 'button', 'aria-pressed': String(overlaid.includes(other)), 'data-key': `over:${other.label}`,
            disabled: !overlaid.includes(other) && overlaid.length === MOST_OVERLAID ? '' : undefined,
            click: change(() => {
              overlaid = overlaid.includes(other) ? overlaid.filter((o) => o !== other) : [...overlaid, other];
              view.over = overlaid.map(({ label }) => label);
            }),
          }, other.label)))),
      h('div', { class: 'beside' }, histogramDrawing(runs, model, pictureWidth),
        h('div', { class: 'words' }, histogramLegend(runs), ...notes(runs, model, prediction)))];
  });
  return true;
}
