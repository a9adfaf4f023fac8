// A soak over time as numbers: panels that share their time axis, bands, levels and marks in pixels. No document.

import { formatCount, formatDuration, formatPercent, formatQuantity, formatRate } from './format.js';
import { flagsOf, isPositive, sloLabel } from './marks.js';
import { placeLabels, position, textWidth, ticks } from './scale.js';

/** @typedef {import('./marks.js').Run} Run */
/** @typedef {import('./scale.js').Scale} Scale */
/** @typedef {{width: number, fromZero: boolean}} SoakView */
/** @typedef {{kind: 'warm'|'flag'|'clock', from: number, to: number}} Band seconds */
/**
 * @typedef {{key: string, title: string, unit: string, values: Array<number|null>, marks: number[]}} SoakColumn
 *   `marks`: values that must lie on the axis too
 */

const LEAST_STABILITY = 0.97;
const CONFIRMING_CLOCK_DROP = 0.03;
const TALL = 170;
const LOW = 84;
const TITLE_HEIGHT = 34;
const LABEL_ROW = 16;
/** @type {Object<string, string>} */
const SHORT_TITLES = { throughput: 'Throughput', p99: 'P99 latency', clock: 'Effective clock' };
const PREFIXES = [[1e-9, 'n'], [1e-6, 'µ'], [1e-3, 'm'], [1, ''], [1e3, 'k'], [1e6, 'M'], [1e9, 'G'], [1e12, 'T']];

/** What an axis can hold with room to spare. @param {any} value */
const isFiniteNumber = (value) => typeof value === 'number' && Math.abs(value) < 1e300;

/** Of any number of values. @param {Array<any>} values */
const greatestOf = (values) => values.reduce((most, value) => (isFiniteNumber(value) ? Math.max(most, value) : most), -Infinity);

/** The soak of a run, null without one or where it has nothing to draw. @param {Run} run */
export function soakOf(run) {
  const soak = run.document.soak ?? null;
  return soak !== null && soak.points.t_s.length > 1 && soak.points.throughput_per_s.some((/** @type {any} */ rate) => isPositive(rate) && isFiniteNumber(rate)) ? soak : null;
}

/** True if the speed of the first seconds was not kept. @param {any} soak */
export const isBurstLost = (soak) => soak.audit !== null && soak.audit.stability_share < LEAST_STABILITY;

/** Exact ticks of an axis that ends at `most`: all under one prefix. @param {number} most @param {string} unit */
export function tickFormat(most, unit) {
  const fits = PREFIXES.filter(([factor]) => most >= Number(factor) && (unit !== 's' || Number(factor) <= 1)
    && (unit !== '/s' || (Number(factor) >= 1 && (most >= 10000 || factor === 1))) && (unit !== '°C' || factor === 1));
  const [factor, prefix] = fits.at(-1) ?? [1, ''];
  const gap = unit === '/s' && prefix === '' ? '' : ' ';
  return (/** @type {number} */ value) => (value === 0 && unit !== '°C' ? '0'
    : `${Number((value / Number(factor)).toPrecision(10)).toLocaleString('en-US', { maximumFractionDigits: 10 })}${gap}${prefix}${unit}`);
}

/** Of the card that the work ran on, where NVML shows one card alone: it does not count cards as CUDA does. */
const GPU_COLUMNS = [
  { key: 'gpu_power', title: 'GPU board power at this moment', unit: 'W', name: 'instant power' },
  { key: 'gpu_mean_power', title: 'GPU board power by its energy counter', unit: 'W', name: 'board energy as mean power' },
  { key: 'gpu_clock', title: 'GPU clock of the multiprocessors', unit: 'Hz', name: 'SM clock' },
  { key: 'gpu_temperature', title: 'GPU temperature', unit: '°C', name: 'temperature' }];

/** Whether the work ran on a GPU. @param {Run} run */
export const isOnGpu = (run) => String(run.document.workload.params?.device ?? '').startsWith('cuda:');

/** The cards that the driver showed, as NVML counts them. @param {any} soak */
export const gpusOf = (soak) => new Set((soak.sensors ?? []).flatMap((/** @type {any} */ sensor) => (
  /^NVML GPU \d+ /.exec(sensor.name) ?? []).map((text) => text.trim())));

/** @param {any} soak @param {Run} run @returns {SoakColumn[]} */
function gpuColumns(soak, run) {
  const cards = [...gpusOf(soak)];
  if (!isOnGpu(run) || cards.length !== 1) return [];
  return GPU_COLUMNS.flatMap(({ key, title, unit, name }) => soak.sensors
    .filter((/** @type {any} */ sensor) => sensor.name === `${cards[0]} ${name}`)
    .map((/** @type {any} */ sensor) => ({ key, title, unit, values: sensor.values, marks: [] })));
}

/** The columns that this machine has, in the order of the panels. @param {any} soak @param {Run} run @param {boolean} isNarrow */
function columnsOf(soak, run, isNarrow) {
  const slo = run.document.scenario.slo_s;
  const { points, audit } = soak;
  const highest = greatestOf(points.p99_s);
  const tails = (audit?.loops ?? []).flatMap((/** @type {any} */ loop) => [loop.p99?.lower_s, loop.p99?.point_s, loop.p99?.upper_s]);
  /** @type {SoakColumn[]} */
  const columns = [
    { key: 'throughput', title: 'Throughput: queries completed per second', unit: '/s', values: points.throughput_per_s,
      marks: audit === null ? [] : [audit.peak_per_s, audit.sustained_per_s] },
    { key: 'p99', title: 'P99 latency of each point and of each loop', unit: 's', values: points.p99_s,
      marks: [...tails, isPositive(slo) && Number(slo) < 4 * highest ? slo : null].filter(isFiniteNumber) },
    { key: 'clock', title: 'Effective clock, the slowest core probed', unit: 'Hz', values: points.clock_hz, marks: [] },
    { key: 'temperature', title: 'Temperature', unit: '°C', values: points.temperature_c,
      marks: [soak.trip_temperature_c].filter(isFiniteNumber) },
    { key: 'power', title: 'Power', unit: 'W', values: points.power_w, marks: [] },
    ...gpuColumns(soak, run),
  ];
  return columns.filter(({ values }) => values.some(isFiniteNumber))
    .map((column) => (isNarrow ? { ...column, title: SHORT_TITLES[column.key] ?? column.title } : column));
}

/** From 0, or about the values; a temperature never starts at 0. @param {SoakColumn} column @param {boolean} fromZero */
function valueScale({ key, unit, values, marks }, fromZero, /** @type {number} */ top, /** @type {number} */ bottom) {
  let [least, most] = [Infinity, -Infinity];
  for (const value of [...values, ...marks]) {
    if (isFiniteNumber(value)) [least, most] = [Math.min(least, Number(value)), Math.max(most, Number(value))];
  }
  // Above the highest mark there is room for its words.
  const room = marks.length > 0 ? (key === 'throughput' ? 0.22 : 0.3) : 0.1;
  if (fromZero && unit !== '°C') return { log: false, lower: 0, upper: most > 0 ? most * (1 + room) : 1, start: bottom, end: top };
  const span = Math.max(most - least, 0.01 * Math.abs(most), 1e-12);
  return { log: false, lower: least - (key === 'throughput' ? 0.3 : 0.1) * span, upper: most + 1.5 * room * span, start: bottom, end: top };
}

/**
 * A line through the points with a gap where a value is absent. Points in one pixel column are drawn from the least to
 * the greatest, so that none is lost. @param {Array<number|null>} values @param {(i: number) => number} placeX @param {Scale} y
 */
export function curvePath(values, placeX, y) {
  let path = '';
  let isJoined = false;
  for (let i = 0; i < values.length;) {
    if (!isFiniteNumber(values[i])) { isJoined = false; ++i; continue; }
    const column = Math.round(placeX(i));
    const inside = [];
    for (; i < values.length && isFiniteNumber(values[i]) && Math.round(placeX(i)) === column; ++i) {
      inside.push(position(y, Number(values[i])));
    }
    path += `${isJoined ? 'L' : 'M'}${column},${inside[0].toFixed(1)}${isJoined ? '' : 'h1'}`;
    if (inside.length > 1) {
      path += `V${Math.min(...inside).toFixed(1)}V${Math.max(...inside).toFixed(1)}V${/** @type {number} */ (inside.at(-1)).toFixed(1)}`;
    }
    isJoined = true;
  }
  return path;
}

/** Joins bands of one kind that touch. @param {Band[]} bands */
function joined(bands) {
  /** @type {Band[]} */
  const out = [];
  for (const band of bands) {
    const last = out.at(-1);
    if (last && band.from <= last.to + 1e-9) last.to = Math.max(last.to, band.to);
    else out.push({ ...band });
  }
  return out;
}

/** What lies over all panels. @param {any} soak @returns {Band[]} */
export function bandsOf(soak) {
  const { points, audit, period_s: period } = soak;
  const timeAt = (/** @type {number} */ i) => (i < points.t_s.length ? points.t_s[i] : points.t_s.at(-1) + period);
  /** @type {Band[]} */
  const flags = points.t_s.flatMap((/** @type {number} */ from, /** @type {number} */ i) => (points.throttle_flag[i] === true
    ? [{ kind: 'flag', from, to: from + period * (1 + 1e-9) }] : []));
  if (audit === null) return joined(flags);
  const confirmed = audit.drops.filter((/** @type {any} */ drop) => drop.clock_drop_share >= CONFIRMING_CLOCK_DROP);
  return [
    ...(isPositive(audit.warm_up_s) ? [/** @type {Band} */ ({ kind: 'warm', from: 0, to: audit.warm_up_s })] : []),
    ...joined(flags),
    ...joined(confirmed.map((/** @type {any} */ drop) => ({ kind: 'clock', from: timeAt(drop.during.begin), to: timeAt(drop.during.end) })))];
}

/** Where a band says something: the flag is about heat, the confirmed drop about the clock. @param {string} kind @param {string} key */
export const isBandOf = (kind, key) => kind === 'warm' || key === 'throughput' || (kind === 'flag' ? key === 'temperature' : key === 'clock');

/** The first of each kind has its words. @param {any} soak @param {Band[]} bands */
function bandLabels(soak, bands, /** @type {(t: number) => number} */ placeT) {
  const texts = { warm: (/** @type {Band} */ { to }) => `${soak.audit?.steady.kind === 'warm-up' ? 'warm-up' : 'not steady for'} ${formatDuration(to)}`,
    flag: () => 'throttle flag', clock: (/** @type {Band} */ { from }) => `clock down after ${formatDuration(from)}` };
  const seen = new Set();
  return bands.flatMap((band) => {
    if (seen.has(band.kind)) return [];
    seen.add(band.kind);
    const text = texts[band.kind](band);
    const [from, to] = [placeT(band.from), placeT(band.to)];
    // Over the middle of its band, of a long one at its begin.
    return [{ kind: band.kind, text, at: Math.min((from + to) / 2, from + textWidth(text) / 2) }];
  });
}

/** Loops, levels and marks of the first panel. @param {any} soak @param {any} panel @param {(t: number) => number} placeT */
function throughputMarks({ audit, points }, { y, top, bottom }, placeT, /** @type {number} */ right) {
  if (audit === null) return { loops: '', levels: [], changes: [] };
  const level = (/** @type {string} */ kind, /** @type {string} */ name, /** @type {number} */ rate, /** @type {number} */ shift) => {
    const text = `${name} ${formatRate(rate, 'queries/s')}`;
    const beside = position(y, rate) + shift;
    // Beside its line, where the curve leaves it that place; else at the edge of the panel, where there is none.
    const isCovered = points.throughput_per_s.some((/** @type {number} */ value, /** @type {number} */ i) => (
      placeT(points.t_s[i]) > right - 12 - textWidth(text) && position(y, value) > beside - 11 && position(y, value) < beside + 3));
    return { kind, y: position(y, rate), textY: isCovered ? (kind === 'peak' ? top + 14 : bottom - 7) : beside, text };
  };
  return {
    loops: audit.loops.map((/** @type {any} */ loop) => `M${placeT(loop.begin_s).toFixed(1)},${position(y, loop.throughput_per_s).toFixed(1)}`
      + `H${placeT(loop.end_s).toFixed(1)}`).join(''),
    levels: [level('peak', 'peak', audit.peak_per_s, -7),
      level('sustained', audit.burst_only ? 'last quarter' : 'sustained', audit.sustained_per_s, 17)],
    changes: audit.segments.slice(1).map((/** @type {any} */ segment) => placeT(points.t_s[segment.begin])),
  };
}

/** P99 of the loops with their intervals, and the window. @param {Run} run @param {any} soak @param {any} panel */
function tailMarks(run, soak, panel, /** @type {(t: number) => number} */ placeT, /** @type {{left: number, right: number}} */ plot) {
  const place = (/** @type {any} */ value) => (isPositive(value) ? position(panel.y, value) : null);
  const tails = (soak.audit?.loops ?? []).flatMap((/** @type {any} */ loop) => (isPositive(loop.p99?.point_s) ? [{
    from: placeT(loop.begin_s), to: placeT(loop.end_s), y: place(loop.p99.point_s),
    lower: place(loop.p99.lower_s), upper: place(loop.p99.upper_s) }] : []));
  const slo = run.document.scenario.slo_s;
  if (!isPositive(slo) || slo > panel.y.upper || slo < panel.y.lower) return { tails, slo: null };
  const stride = Math.max(1, Math.floor(panel.values.length / 80));
  const boxes = panel.values.flatMap((/** @type {any} */ value, /** @type {number} */ i) => {
    if (i % stride !== 0 || !isFiniteNumber(value)) return [];
    const [x, at] = [placeT(soak.points.t_s[i]), position(panel.y, value)];
    return [{ from: x - 5, to: x + 5, top: at - 4, bottom: at + 4 }];
  });
  const label = sloLabel(slo, position(panel.y, slo), plot, boxes);
  return { tails, slo: label.text === '' ? sloLabel(slo, position(panel.y, slo), plot, []) : label };
}

/** Everything of the chart in pixels; `run` must have a soak to draw. @param {Run} run @param {SoakView} view */
export function soakModel(run, { width, fromZero }) {
  const soak = soakOf(run);
  const { t_s: times } = soak.points;
  const columns = columnsOf(soak, run, width < 480).map((column, i) => {
    const y = valueScale(column, fromZero, 0, i === 0 ? TALL : LOW);
    return { ...column, y, yTicks: ticks(y, i === 0 ? 5 : 4), format: tickFormat(y.upper, column.unit) };
  });
  const plot = { left: 12 + Math.max(...columns.flatMap(({ yTicks, format }) => yTicks.map((v) => textWidth(format(v))))), right: width - 26 };
  const end = Math.max(times.at(-1) + soak.period_s, times[0] + 1e-9);
  const x = { log: false, lower: 0, upper: end, start: plot.left, end: plot.right };
  const placeT = (/** @type {number} */ t) => position(x, t);
  const bands = bandsOf(soak);
  const labels = placeLabels(bandLabels(soak, bands, placeT), plot.left - 40, width - 2);
  const rows = 1 + Math.max(-1, ...labels.map(({ row }) => row));
  let top = rows * LABEL_ROW;
  const panels = columns.map((column, i) => {
    top += TITLE_HEIGHT - (i === 0 ? 8 : 0);
    const bottom = top + (i === 0 ? TALL : LOW);
    const y = { ...column.y, start: bottom, end: top };
    const panel = { ...column, top, bottom, y,
      path: curvePath(column.values, (k) => placeT(times[k] + soak.period_s / 2), y) };
    top = bottom;
    return panel;
  });
  const tail = panels.find(({ key }) => key === 'p99');
  const heat = panels.find(({ key }) => key === 'temperature');
  const trip = heat && isFiniteNumber(soak.trip_temperature_c)
    ? { y: position(heat.y, soak.trip_temperature_c), text: `trip ${soak.trip_temperature_c.toFixed(1)} °C` } : null;
  return { plot, x, panels, labels, trip, ...throughputMarks(soak, panels[0], placeT, plot.right),
    ...(tail ? tailMarks(run, soak, tail, placeT, plot) : { tails: [], slo: null }),
    bands: bands.map((band) => ({ ...band, x: placeT(band.from), width: Math.max(1, placeT(band.to) - placeT(band.from)) })),
    xTicks: ticks(x, Math.max(3, Math.floor((plot.right - plot.left) / 62))), height: top + 46 };
}

/** "8.4 to 9.1 W" by the least and the greatest value, null without any. @param {Array<number|null>} values */
function rangeText(values, /** @type {(value: number) => string} */ format) {
  const known = values.filter(isFiniteNumber);
  if (known.length === 0) return null;
  return `${format(known.reduce((a, b) => Math.min(Number(a), Number(b)), Infinity) ?? 0)} to `
    + `${format(known.reduce((a, b) => Math.max(Number(a), Number(b)), -Infinity) ?? 0)}`;
}

/** What a person would say of the chart. @param {Run} run */
export function soakSentence(run) {
  const { verdict, audit, points, no_audit: reason } = run.document.soak;
  const words = [`${run.label}${flagsOf(run)}: ${verdict.cause}${audit?.burst_only ? ', burst only' : ''}`];
  if (audit === null) words.push(`no levels: ${reason ?? 'the file gives no reason'}`);
  else {
    words.push(`${audit.burst_only ? 'at the end' : 'sustained'} ${formatRate(audit.sustained_per_s, 'queries/s')} of a peak of `
      + `${formatRate(audit.peak_per_s, 'queries/s')} (${formatPercent(audit.sustained_to_peak_share)})`,
    `stability ${formatPercent(audit.stability_share)}`);
    if (isFiniteNumber(audit.time_to_throttle_s)) words.push(`throughput and clock fell after ${formatDuration(audit.time_to_throttle_s)}`);
  }
  const clock = rangeText(points.clock_hz, (v) => formatQuantity(v, 'Hz'));
  const heat = rangeText(points.temperature_c, (v) => `${v.toFixed(1)} °C`);
  if (clock) words.push(`clock ${clock}`);
  if (heat) words.push(`temperature ${heat}`);
  return `${words.join('; ')}.`;
}

/** One row a loop: the exact numbers of the picture. @param {any} soak */
export function loopRows(soak) {
  const { points, audit } = soak;
  return (audit?.loops ?? []).map((/** @type {any} */ loop) => {
    const inside = points.t_s.flatMap((/** @type {number} */ t, /** @type {number} */ i) => (t >= loop.begin_s && t < loop.end_s ? [i] : []));
    const of = (/** @type {string} */ key) => inside.map((/** @type {number} */ i) => points[key][i]).filter(isFiniteNumber);
    const mean = (/** @type {number[]} */ values) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);
    const flags = inside.map((/** @type {number} */ i) => points.throttle_flag[i]).filter((/** @type {any} */ flag) => typeof flag === 'boolean');
    return { from: loop.begin_s, to: loop.end_s, rate: loop.throughput_per_s, p99: loop.p99, p99OfPoints: loop.p99_of_points_s,
      clock: mean(of('clock_hz')), heat: of('temperature_c').length === 0 ? null : greatestOf(of('temperature_c')), power: mean(of('power_w')),
      flag: flags.length === 0 ? null : `${formatCount(flags.filter(Boolean).length)} of ${formatCount(flags.length)} points` };
  });
}
