// DoseResponse: what an injected load does to the latency. Runs that were asked the same question and differ in the dose
// of one knob only, against the dose that was delivered, not the one that was asked for.

import { choice, drawnToFit, h, s } from './dom.js';
import { formatBandwidth, formatCount, formatDuration, formatDurationEstimate, formatPercent, formatRate } from './format.js';
import { DASHES, axis, estimateCell, estimateOf, flagsOf, isPositive, markOf, picture, shapePath, shortened, sloLabel, whisker } from './marks.js';
import { paddedScale, placeLabels, position, spread, textWidth, ticks } from './scale.js';

/** @typedef {import('./marks.js').Run} Run */
/** @typedef {{run: Run, number: number, dose: number, requested: number, delivered: boolean, reason: ?string}} DosedRun */
/**
 * @typedef {{knob: string, unit: string, length: ?number, slo: ?number, runs: DosedRun[],
 *   missing: Array<{run: Run, reason: string}>}} DoseSeries runs by ascending dose
 */
/** @typedef {{width: number, logDose: boolean, logLatency: boolean}} DoseView */

const LEAST_DOSES = 3;
const PERCENTILES = ['p50', 'p99', 'p99.9'];
const ZERO_WIDTH = 40;

/** @param {Run} run @returns {any[]} */
const dosesOf = (run) => run.document.interference?.doses ?? [];
/** @param {string} key */
const titleOf = (key) => `P${key.slice(1)}`;

/** The same text as dose_amount() of analysis/dose_verdict.cpp. @param {string} unit @param {number} value */
export function doseAmount(unit, value) {
  if (unit === 'share') return `${(100 * value).toFixed(1)} %`;
  if (unit === 'bytes/s') return `${(value / 1e9).toFixed(2)} GB/s`;
  return `${value < 999.5 ? Number(value.toPrecision(3)) : formatCount(Math.round(value))} ${shortened(unit)}`;
}

/** Everything that must be equal for a difference to be the knob's. @param {Run} run @param {string} knob */
function questionOf(run, knob) {
  const { workload, scenario, machine, emulated } = run.document;
  const others = dosesOf(run).filter((dose) => dose.knob !== knob)
    .map((dose) => [dose.knob, dose.requested, dose.length_requested_s, dose.source]);
  return JSON.stringify([workload.name, workload.version, workload.params, scenario.kind, scenario.arrivals,
    scenario.rate_target_hz, scenario.samples_per_query, scenario.slo_s, machine.id, machine.label, emulated?.envelope ?? null, others]);
}

/** @param {Run[]} runs all of the page @param {Run[]} members @param {any} kind a dose of the knob */
function seriesOf(runs, members, kind) {
  /** @type {DoseSeries} */
  const series = { knob: shortened(kind.knob), unit: kind.unit, length: kind.length_requested_s ?? null,
    slo: members[0].document.scenario.slo_s, runs: [], missing: [] };
  for (const run of members) {
    const own = dosesOf(run).find((dose) => dose.knob === kind.knob)
      ?? { requested: 0, achieved: 0, delivered: true, reason: null };
    if (typeof own.achieved !== 'number') {
      series.missing.push({ run, reason: own.reason ?? 'the file gives no reason' });
    } else {
      series.runs.push({ run, number: runs.indexOf(run) + 1, dose: own.achieved, requested: own.requested,
        delivered: own.delivered, reason: own.reason });
    }
  }
  series.runs.sort((a, b) => a.dose - b.dose);
  return series;
}

/** @param {DoseSeries} series */
const isResponse = ({ runs }) => new Set(runs.map(({ requested }) => requested)).size >= LEAST_DOSES
  && new Set(runs.map(({ dose }) => dose)).size >= LEAST_DOSES
  && runs.some(({ run }) => PERCENTILES.some((key) => isPositive(estimateOf(run, key).point_s)));

/**
 * The sets of runs of which each can be drawn as a response to one knob: at least three doses. A run without the knob
 * has dose 0, whatever the length of the others' bursts. @param {Run[]} runs
 */
export function doseSeries(runs) {
  const requests = runs.filter((run) => run.document.scenario.kind !== 'offline');
  const kindOfDose = (/** @type {any} */ dose) => JSON.stringify([dose.knob, dose.unit, dose.length_requested_s ?? null]);
  const kinds = new Map(requests.flatMap(dosesOf).map((dose) => [kindOfDose(dose), dose]));
  return [...kinds].flatMap(([key, kind]) => {
    /** @type {Map<string, Run[]>} */
    const groups = new Map();
    for (const run of requests) {
      const own = dosesOf(run).find((dose) => dose.knob === kind.knob);
      if (own && kindOfDose(own) !== key) continue;
      const question = questionOf(run, kind.knob);
      groups.set(question, [...(groups.get(question) ?? []), run]);
    }
    return [...groups.values()].map((members) => seriesOf(runs, members, kind)).filter(isResponse);
  });
}

/** True, false, or null if it cannot be said. @param {Run} run @param {number} slo seconds */
function isOverWindow(run, slo) {
  const { point_s: point, lower_s: lower } = estimateOf(run, 'p99');
  if (isPositive(point)) return point > slo;
  return isPositive(lower) && lower > slo ? true : null;
}

/** The first dose at which P99 is over the window. @param {DoseSeries} series @returns {?DosedRun} */
export function firstOver({ runs, slo }) {
  return isPositive(slo) ? runs.find(({ run }) => isOverWindow(run, /** @type {number} */ (slo)) === true) ?? null : null;
}

/** Where P99 leaves the window, in words. @param {DoseSeries} series */
export function thresholdSentence(series) {
  const { runs, unit, knob } = series;
  if (!isPositive(series.slo)) return 'No latency window was asked for, so no dose is too much.';
  const slo = /** @type {number} */ (series.slo);
  const name = `the window of ${formatDuration(slo)}`;
  const unknown = runs.filter(({ run }) => isOverWindow(run, slo) === null);
  const unsaid = unknown.length === 0 ? ''
    : ` At ${unknown.map(({ dose }) => doseAmount(unit, dose)).join(', ')} there is no P99 to compare.`;
  const first = firstOver(series);
  if (first === null) {
    return unknown.length === runs.length ? `No run has a P99 to hold against ${name}.`
      : `P99 is within ${name} at each dose of ${knob} that has one.${unsaid}`;
  }
  const { lower_s: lower } = estimateOf(first.run, 'p99');
  const before = runs.filter(({ dose }) => dose < first.dose).at(-1);
  const back = runs.find(({ run, dose }) => dose > first.dose && isOverWindow(run, slo) === false);
  const words = [`P99 is first over ${name} at ${knob} ${doseAmount(unit, first.dose)}`];
  if (!before) words.push(', the smallest dose measured');
  else if (isOverWindow(before.run, slo) === false) words.push(`; at ${doseAmount(unit, before.dose)} it is within`);
  words.push('.');
  if (!isPositive(lower)) words.push(' It has no interval there.');
  else if (lower <= slo) words.push(' Its 95 % interval there still reaches below the window.');
  if (back) words.push(` At ${doseAmount(unit, back.dose)} it is within again: these runs show no single threshold.`);
  return words.join('') + unsaid;
}

/** What a person would say of the chart. @param {DoseSeries} series */
export function doseSentence(series) {
  const rows = series.runs.map(({ run, dose }) => `${doseAmount(series.unit, dose)}${flagsOf(run)}: ${PERCENTILES.map(
    (key) => `${titleOf(key)} ${formatDuration(estimateOf(run, key).point_s ?? null)}`).join(', ')}.`);
  return `${thresholdSentence(series)} ${rows.join(' ')}`;
}

/** The dose axis. A logarithmic one has no 0: `zero` is its place left of the break. @param {DoseSeries} series */
function doseScale({ runs }, /** @type {boolean} */ log, /** @type {{left: number, right: number}} */ plot) {
  const doses = runs.map(({ dose }) => dose);
  if (!log) return { x: { log, lower: 0, upper: Math.max(...doses) * 1.04, start: plot.left + 8, end: plot.right }, zero: null };
  const hasZero = doses.includes(0);
  return { x: paddedScale(doses.filter(isPositive), 1.15, plot.left + (hasZero ? ZERO_WIDTH : 0), plot.right),
    zero: hasZero ? plot.left + 12 : null };
}

/** Pixels of one percentile: points, and the line between them with a gap where it is absent. */
function curveOf(/** @type {string} */ key, /** @type {DoseSeries} */ series, /** @type {(dose: number) => number} */ placeX,
  /** @type {import('./scale.js').Scale} */ y, /** @type {boolean} */ breaksAfterZero) {
  const place = (/** @type {any} */ value) => (isPositive(value) ? position(y, value) : null);
  const points = series.runs.map((dosed) => {
    const { point_s: point, lower_s: lower, upper_s: upper } = estimateOf(dosed.run, key);
    return { ...dosed, x: placeX(dosed.dose), y: place(point), range: [place(lower), place(upper)],
      // Without a point or an upper limit the truth may lie anywhere above.
      isOpen: isPositive(lower) && !isPositive(upper) };
  });
  let isJoined = false;
  const path = points.map((point) => {
    if (point.y === null) { isJoined = false; return ''; }
    const step = `${isJoined ? 'L' : 'M'}${point.x.toFixed(1)},${point.y.toFixed(1)}`;
    isJoined = !(breaksAfterZero && point.dose === 0);
    return step;
  }).join('');
  return { key, points, path };
}

/** A box about a point that the window's label must not cover. @param {number} x @param {number} y */
const around = (x, y) => ({ from: x - 8, to: x + 8, top: y - 8, bottom: y + 8 });

/** The boxes of the signs. @param {Array<ReturnType<typeof curveOf>>} curves */
const signBoxes = (curves) => curves.flatMap(({ points }) => points.flatMap(({ x, y }) => (y === null ? [] : [around(x, y)])));

/** The boxes of the lines, in short pieces. @param {Array<ReturnType<typeof curveOf>>} curves */
function lineBoxes(curves) {
  return curves.flatMap(({ points }) => points.flatMap((point, i) => {
    const last = points[i - 1];
    if (point.y === null || !last || last.y === null) return [];
    const pieces = Math.max(1, Math.ceil((point.x - last.x) / 10));
    const [fromX, fromY, toY] = [last.x, last.y, point.y];
    return Array.from({ length: pieces }, (_, k) => around(fromX + ((k + 1) / pieces) * (point.x - fromX),
      fromY + ((k + 1) / pieces) * (toY - fromY)));
  }));
}

/** The window's line with its text, which is clear of everything, else of the signs, else on top. */
function windowMark(/** @type {?number} */ slo, /** @type {import('./scale.js').Scale} */ y,
  /** @type {{left: number, right: number}} */ plot, /** @type {any[]} */ signs, /** @type {any[]} */ lines) {
  if (slo === null || !isPositive(slo)) return null;
  const tries = [[...signs, ...lines], signs, []].map((boxes) => sloLabel(slo, position(y, slo), plot, boxes));
  return tries.find(({ text }) => text !== '') ?? tries[2];
}

/** Everything of the chart in pixels, without a document. @param {DoseSeries} series @param {DoseView} view */
export function doseModel(series, { width, logDose, logLatency }) {
  const plot = { left: 62, right: width - 54, top: 26, bottom: width < 480 ? 270 : 330 };
  const { x, zero } = doseScale(series, logDose, plot);
  const values = [series.slo, ...series.runs.flatMap(({ run }) => PERCENTILES.flatMap((key) => {
    const { point_s: point, lower_s: lower, upper_s: upper } = estimateOf(run, key);
    return key === 'p99' ? [point, lower, upper] : [point];
  }))].filter(isPositive);
  const y = logLatency ? paddedScale(values, 1.25, plot.bottom, plot.top)
    : { log: false, lower: 0, upper: Math.max(...values) * 1.06, start: plot.bottom, end: plot.top };
  const placeX = (/** @type {number} */ dose) => (dose === 0 && zero !== null ? zero : position(x, dose));
  const curves = PERCENTILES.map((key) => curveOf(key, series, placeX, y, zero !== null));
  const drawn = curves.filter(({ path }) => path !== '').map(({ key, points }) => {
    const last = /** @type {any} */ (points.filter((point) => point.y !== null).at(-1));
    return { text: titleOf(key), x: last.x + 11, at: last.y };
  }).sort((a, b) => a.at - b.at);
  const middles = spread(drawn.map(({ at }) => at), 16, plot.top, plot.bottom);
  const labels = drawn.map(({ text, x: at }, i) => ({ text, x: at, y: middles[i] + 4 }));
  const boxes = [...signBoxes(curves),
    ...labels.map((label) => ({ from: label.x, to: label.x + textWidth(label.text), top: label.y - 12, bottom: label.y + 4 }))];
  const slo = windowMark(series.slo, y, plot, boxes, lineBoxes(curves));
  const first = firstOver(series);
  const over = first === null ? null : placeLabels(
    [{ at: placeX(first.dose), text: `P99 over the window: ${doseAmount(series.unit, first.dose)}` }], 2, width - 2)[0];
  return { plot, x, y, zero, curves, labels, slo, over, height: plot.bottom + 46,
    xTicks: ticks(x, Math.max(3, Math.floor((x.end - x.start) / 50))), yTicks: ticks(y, 7) };
}

/** @param {string} unit @param {number} value */
function doseTick(unit, value) {
  if (unit === 'share') return formatPercent(value);
  return unit === 'bytes/s' ? formatBandwidth(value) : formatRate(value, '').trim();
}

/** "noise of 1.00 ms" @param {DoseSeries} series */
const knobText = ({ knob, length }) => `${knob}${isPositive(length) ? ` of ${formatDuration(length)}` : ''}`;

/** The place of 0 left of a logarithmic axis, and the break between. @param {ReturnType<typeof doseModel>} model */
function zeroParts({ plot, zero, x }) {
  if (zero === null) return [];
  const gap = x.start - 10;
  return [s('line', { class: 'grid', x1: zero, x2: zero, y1: plot.top, y2: plot.bottom }),
    s('text', { x: zero, y: plot.bottom + 17, 'text-anchor': 'middle' }, '0'),
    s('path', { class: 'axis break', d: `M${gap - 5},${plot.bottom + 5}l6,-10m4,0l-6,10` })];
}

/** @param {ReturnType<typeof curveOf>} curve @param {number} i @param {ReturnType<typeof doseModel>['plot']} plot */
function curveParts({ key, points, path }, i, plot) {
  const parts = path === '' ? [] : [s('path', { class: `curve k${i}`, d: path, 'stroke-dasharray': DASHES[i] })];
  for (const { run, x, y, range, isOpen } of points) {
    if (key === 'p99') {
      parts.push(...whisker(x, range, `k${i}`));
      if (isOpen) parts.push(s('path', { class: `whisker k${i}`, d: `M${x - 5},${range[0]}h10M${x},${range[0]}V${plot.top + 2}m-5,7l5,-7l5,7` }));
    }
    if (y !== null) parts.push(s('path', { class: `${run.document.result.valid ? 'solid' : 'hollow'} k${i}`, d: shapePath(i, x, y, 5) }));
  }
  return parts;
}

/** @param {DoseSeries} series @param {ReturnType<typeof doseModel>} model @param {number} width */
function doseDrawing(series, model, width) {
  const { plot, x, y, slo, over } = model;
  const parts = [
    ...axis('x', x, model.xTicks, (v) => doseTick(series.unit, v), plot, plot.bottom + 17), ...zeroParts(model),
    ...axis('y', y, model.yTicks, formatDuration, plot, plot.left - 6)];
  if (slo !== null) parts.push(s('line', { class: 'mark slo', x1: plot.left, x2: plot.right, y1: slo.y, y2: slo.y }));
  if (over !== null) parts.push(s('line', { class: 'mark over', x1: over.at, x2: over.at, y1: plot.top - 4, y2: plot.bottom }));
  parts.push(...model.curves.flatMap((curve, i) => curveParts(curve, i, plot)));
  if (slo !== null) parts.push(s('text', { class: 'mark slo', x: slo.x, y: slo.textY }, slo.text));
  if (over !== null) parts.push(s('text', { class: 'mark over', x: over.x, y: plot.top - 10, 'text-anchor': 'middle' }, over.text));
  const mark = markOf(...series.runs.map(({ run }) => run));
  if (mark) parts.push(s('text', { class: 'label', x: plot.left + 6, y: plot.top + 16 }, mark));
  const unit = { share: 'share of each CPU', 'bytes/s': 'traffic' }[series.unit] ?? shortened(series.unit);
  parts.push(...model.labels.map((label) => s('text', { class: 'label', x: label.x, y: label.y }, label.text)),
    s('line', { class: 'axis', x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom }),
    s('text', { class: 'axis-name', x: width / 2, y: model.height - 8, 'text-anchor': 'middle' },
      width < 420 ? unit : `${knobText(series)}: ${unit} delivered`));
  return picture(`Latency by injected load: ${knobText(series)}`, doseSentence(series), width, model.height, parts);
}

/** @param {DoseSeries} series */
function doseTable({ runs, unit }) {
  const seconds = (/** @type {any} */ e) => formatDurationEstimate(
    { point: e.point_s ?? null, lower: e.lower_s ?? null, upper: e.upper_s ?? null });
  const heads = PERCENTILES.map((key, i) => h('th', { scope: 'col' }, s('svg', { class: 'sign', width: 34, height: 14,
    'aria-hidden': 'true' }, s('path', { class: `curve k${i}`, d: 'M0,7H34', 'stroke-dasharray': DASHES[i] }),
  s('path', { class: `solid k${i}`, d: shapePath(i, 17, 7, 4.5) })), titleOf(key)));
  const rows = runs.map(({ run, number, dose, requested, delivered }) => h('tr', {},
    h('th', { scope: 'row' }, h('a', { href: `#run-${number}` }, doseAmount(unit, dose)),
      h('span', { class: 'small' }, requested === 0 ? 'none injected' : `${doseAmount(unit, requested)} asked`),
      !delivered && h('span', { class: 'small' }, '✗ not as asked'),
      flagsOf(run) && h('span', { class: 'small' }, flagsOf(run).trim())),
    ...PERCENTILES.map((key) => estimateCell(seconds(estimateOf(run, key))))));
  return h('div', { class: 'scroll' }, h('table', { class: 'legend' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Dose delivered'), ...heads)), h('tbody', {}, ...rows)));
}

/** Which percentiles are not drawn, by reason. @param {DoseSeries} series */
export function absentPercentiles({ runs, unit }) {
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const { run, dose } of runs) {
    for (const key of PERCENTILES) {
      const { point_s: point, reason } = estimateOf(run, key);
      if (isPositive(point)) continue;
      const why = reason ?? 'the result file gives none';
      byReason.set(why, [...(byReason.get(why) ?? []), `${titleOf(key)} at ${doseAmount(unit, dose)}`]);
    }
  }
  return [...byReason].map(([reason, places]) => `A gap where there is no value: ${places.join(', ')} (${reason}).`);
}

/** Sentences about what the picture cannot show. @param {DoseSeries} series @param {ReturnType<typeof doseModel>} model */
function doseNotes(series, model) {
  const found = ['Bars across: the 95 % interval of P99; arrow: no upper limit. Hollow sign: an INVALID run.'];
  if (model.zero !== null) found.push('0 has no place on a logarithmic axis: it stands left of the break, and no line leads there.');
  if (series.slo !== null) found.push(`Dash-dotted: the window of ${formatDuration(series.slo)}.`);
  found.push(...absentPercentiles(series));
  for (const { run, delivered, reason } of series.runs) {
    if (!delivered) found.push(`${run.label}: the dose is not the one asked for${reason ? `, ${reason}` : ''}.`);
  }
  for (const { run, reason } of series.missing) found.push(`${run.label}: not drawn, its dose is not available: ${reason}.`);
  return found.map((text) => h('p', { class: 'aside' }, text));
}

/** @param {HTMLElement} container @param {DoseSeries} series */
function doseChart(container, series) {
  const view = { logDose: false, logLatency: true };
  const kinds = ['linear', 'log'];
  const redraw = drawnToFit(container, (width) => {
    const pictureWidth = width > 900 ? width - 430 : Math.max(280, width);
    const model = doseModel(series, { ...view, width: pictureWidth });
    return [h('h3', {}, `Latency by injected load: ${knobText(series)}`),
      h('div', { class: 'controls' },
        choice('Dose axis', kinds, kinds[Number(view.logDose)], (v) => { view.logDose = v === 'log'; redraw(); }),
        choice('Latency axis', kinds, kinds[Number(view.logLatency)], (v) => { view.logLatency = v === 'log'; redraw(); })),
      h('div', { class: 'beside' }, doseDrawing(series, model, pictureWidth), h('div', { class: 'words' },
        h('p', { class: 'threshold' }, thresholdSentence(series)), doseTable(series), ...doseNotes(series, model)))];
  });
}

/**
 * Puts a chart into `container` for each knob that at least three runs differ in; false, and nothing drawn, if none does.
 * @param {HTMLElement} container @param {Run[]} runs
 */
export function doseResponse(container, runs) {
  const all = doseSeries(runs);
  for (const series of all) {
    const place = h('div', { class: 'dose' });
    container.append(place);
    doseChart(place, series);
  }
  return all.length > 0;
}
