// Soak: throughput, tail, clock, temperature and power over one time axis, with what was sustained and what took it away.

import { choice, drawnToFit, h, s } from './dom.js';
import { formatDuration, formatDurationEstimate, formatQuantity, formatRate } from './format.js';
import { axis, estimateCell, flagsOf, isPositive, kindOf, picture } from './marks.js';
import { gpusOf, isBandOf, isBurstLost, isOnGpu, loopRows, soakModel, soakOf, soakSentence } from './soak_model.js';

/** @typedef {import('./marks.js').Run} Run */
/** @typedef {ReturnType<typeof soakModel>} SoakPicture */

let hatchings = 0;

/** Diagonal lines, to be told from a flat tint without colour. @param {string} id */
const hatching = (id) => s('defs', {}, s('pattern', { id, width: 9, height: 9, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
  s('path', { class: 'hatch', d: 'M1,0V9' })));

/** @param {string} kind @param {string} hatch */
const bandFill = (kind, hatch) => (kind === 'clock' ? { fill: `url(#${hatch})` } : {});

/** The bands behind the panels. @param {SoakPicture} model @param {string} hatch */
function bandParts({ bands, panels }, hatch) {
  return panels.flatMap(({ key, top, bottom }) => bands.filter(({ kind }) => isBandOf(kind, key)).map((band) => s('rect', { class: `band ${band.kind}`, x: band.x, y: top,
    width: band.width, height: bottom - top, ...bandFill(band.kind, hatch) })));
}

/** @param {SoakPicture} model @param {string} kind */
function panelParts({ panels, plot, x, xTicks }, kind) {
  return panels.flatMap((panel, i) => {
    const frame = { ...plot, top: panel.top, bottom: panel.bottom };
    const isLast = i === panels.length - 1;
    return [
      ...(isLast ? axis('x', x, xTicks, formatDuration, frame, panel.bottom + 17)
        : xTicks.map((t) => s('line', { class: 'grid', x1: x.start + (t / x.upper) * (x.end - x.start), x2: x.start + (t / x.upper) * (x.end - x.start),
          y1: panel.top, y2: panel.bottom }))),
      ...axis('y', panel.y, panel.yTicks, panel.format, frame, plot.left - 6),
      s('text', { class: 'axis-name', x: plot.left, y: panel.top - 9 }, panel.title),
      s('path', { class: `curve points ${kind}`, d: panel.path }),
      s('line', { class: 'axis', x1: plot.left, x2: plot.right, y1: panel.bottom, y2: panel.bottom })];
  });
}

/** A level over the whole width with its words at the right. */
function levelParts(/** @type {string} */ kind, /** @type {number} */ y, /** @type {number} */ textY, /** @type {string} */ text,
  /** @type {SoakPicture['plot']} */ plot) {
  return [s('line', { class: `mark ${kind}`, x1: plot.left, x2: plot.right, y1: y, y2: y }),
    s('text', { class: `mark ${kind}`, x: plot.right - 6, y: textY, 'text-anchor': 'end' }, text)];
}

/** @param {SoakPicture} model @param {string} kind */
function markParts({ panels, plot, loops, levels, changes, tails, slo, trip }, kind) {
  const [first] = panels;
  const parts = changes.flatMap((/** @type {number} */ at) => [
    s('line', { class: 'mark change', x1: at, x2: at, y1: first.top, y2: first.bottom }),
    s('path', { class: 'change-foot', d: `M${at.toFixed(1)},${first.bottom - 7}l4.5,7h-9Z` })]);
  if (loops !== '') parts.push(s('path', { class: 'loop-level', d: loops }));
  for (const tail of tails) {
    if (tail.lower !== null && tail.upper !== null) {
      parts.push(s('rect', { class: `interval ${kind}`, x: tail.from, y: tail.upper, width: Math.max(1, tail.to - tail.from),
        height: Math.max(1, tail.lower - tail.upper) }));
    }
    parts.push(s('path', { class: 'loop-level', d: `M${tail.from.toFixed(1)},${tail.y.toFixed(1)}H${tail.to.toFixed(1)}` }));
  }
  if (slo !== null) {
    parts.push(s('line', { class: 'mark slo', x1: plot.left, x2: plot.right, y1: slo.y, y2: slo.y }),
      s('text', { class: 'mark slo', x: slo.x, y: slo.textY }, slo.text));
  }
  if (trip !== null) parts.push(...levelParts('trip', trip.y, trip.y - 5, trip.text, plot));
  return [...parts, ...levels.flatMap((/** @type {any} */ level) => levelParts(level.kind, level.y, level.textY, level.text, plot))];
}

/** @param {Run} run @param {SoakPicture} model @param {number} width */
function soakDrawing(run, model, width) {
  const { plot, panels, labels, height } = model;
  const hatch = `soak-hatch-${++hatchings}`;
  const kind = `k${kindOf(run)}`;
  const parts = [hatching(hatch), ...bandParts(model, hatch), ...panelParts(model, kind), ...markParts(model, kind)];
  for (const label of labels) {
    parts.push(s('text', { class: `mark ${label.kind}`, x: label.x, y: 12 + label.row * 16, 'text-anchor': 'middle' }, label.text));
  }
  const flags = flagsOf(run).trim();
  if (flags !== '') parts.push(s('text', { class: 'label', x: plot.left + 6, y: panels[0].bottom - 26 }, flags));
  parts.push(s('text', { class: 'axis-name', x: (plot.left + plot.right) / 2, y: height - 8, 'text-anchor': 'middle' },
    'time since the start of the soak'));
  return picture(`Soak: ${run.label}`, soakSentence(run), width, height, parts);
}

/** A window of the audit, or all of a shorter soak. @param {any} audit @param {number} seconds */
const windowText = (audit, seconds) => `${Number(Math.min(seconds, audit.duration_s).toPrecision(3))} s`;

/** Sign and meaning of what is in this picture, nothing else. @param {Run} run @param {SoakPicture} model */
function soakSigns(run, model) {
  const hatch = `soak-hatch-${++hatchings}`;
  const kind = `k${kindOf(run)}`;
  const has = (/** @type {string} */ band) => model.bands.some((b) => b.kind === band);
  const line = (/** @type {string} */ name, /** @type {string} */ d = 'M0,7H26') => s('path', { class: name, d });
  const box = (/** @type {string} */ band) => s('rect', { class: `band ${band}`, width: 26, height: 14, ...bandFill(band, hatch) });
  const level = (/** @type {string} */ name) => s('line', { class: `mark ${name}`, x1: 0, x2: 26, y1: 7, y2: 7 });
  const audited = model.levels.length > 0;
  /** @type {Array<[any, string]>} */
  const signs = [[line(`curve points ${kind}`, 'M0,9L6,5L12,9L19,5L26,8'), `each point, ${formatDuration(run.document.soak.period_s)} long`]];
  if (audited) {
    signs.push([line('loop-level'), 'level of a loop'], [level('peak'), `peak: best ${windowText(run.document.soak.audit, 30)} in a row`],
      [level('sustained'), 'median of the last quarter']);
  }
  if (model.changes.length > 0) signs.push([line('change-foot', 'M13,3l4.5,7h-9Z'), 'change point of the throughput']);
  if (model.tails.some((/** @type {any} */ tail) => tail.upper !== null)) {
    signs.push([s('rect', { class: `interval ${kind}`, width: 26, height: 14 }), '95 % interval of a loop’s P99']);
  }
  if (model.slo !== null) signs.push([level('slo'), 'latency window']);
  if (model.trip !== null) signs.push([level('trip'), 'trip temperature']);
  if (has('warm')) signs.push([box('warm'), 'before the steady state']);
  if (has('flag')) signs.push([box('flag'), 'a sensor says: throttled for heat']);
  if (has('clock')) signs.push([box('clock'), 'throughput and clock both lower']);
  return h('div', { class: 'scroll' }, h('table', { class: 'legend signs' },
    h('tbody', {}, ...signs.map(([sign, meaning]) => h('tr', {},
      h('td', {}, s('svg', { class: 'sign', width: 26, height: 14, 'aria-hidden': 'true' }, hatching(hatch), sign)), h('td', {}, meaning))))));
}

/** @param {any} soak */
function burstCaption({ audit }) {
  if (audit === null) return null;
  const text = `${formatRate(audit.burst_per_s, 'queries/s')} in the first ${windowText(audit, 10)}`;
  return isBurstLost({ audit }) ? h('p', { class: 'burst' }, h('del', {}, text), ' not sustained') : h('p', { class: 'burst' }, text);
}

/** @param {Run} run @param {SoakPicture} model */
function soakNotes(run, model) {
  const soak = run.document.soak;
  const slo = run.document.scenario.slo_s;
  const found = [];
  if (soak.audit === null) found.push(`No levels: ${soak.no_audit ?? 'the file gives no reason'}.`);
  if (soak.audit?.burst_only) found.push('Shorter than 120 s: a burst, nothing here is called sustained.');
  if (isPositive(slo) && model.slo === null && model.panels.some(({ key }) => key === 'p99')) {
    found.push(`The window of ${formatDuration(slo)} lies outside its panel.`);
  }
  const names = { p99: 'P99', clock: 'clock', temperature: 'temperature', power: 'power' };
  const absent = Object.entries(names).filter(([key]) => !model.panels.some((panel) => panel.key === key)).map(([, name]) => name);
  if (absent.length > 0) found.push(`Not measured, so no panel: ${absent.join(', ')}.`);
  const cards = gpusOf(soak).size;
  if (isOnGpu(run) && cards !== 1) {
    found.push(cards === 0 ? 'The driver told nothing of the GPU: see the sensors that are absent.'
      : `NVML shows ${cards} GPUs and does not count them as CUDA does, so none is drawn: see the sensors.`);
  }
  return found.map((text) => h('p', { class: 'aside' }, text));
}

/** @param {any} soak */
function soakTable(soak) {
  const rows = loopRows(soak);
  const seconds = (/** @type {any} */ row) => (row.p99 === null ? formatDuration(row.p99OfPoints)
    : formatDurationEstimate({ point: row.p99.point_s, lower: row.p99.lower_s, upper: row.p99.upper_s }));
  /** @type {Array<[string, (row: any) => Node, string]>} */
  const all = [
    ['Throughput', (row) => h('td', {}, formatRate(row.rate, 'queries/s')), 'rate'],
    ['P99', (row) => estimateCell(seconds(row)), 'p99OfPoints'],
    ['Mean clock', (row) => h('td', {}, formatQuantity(row.clock, 'Hz')), 'clock'],
    ['Highest temperature', (row) => h('td', {}, row.heat === null ? 'not available' : `${row.heat.toFixed(1)} °C`), 'heat'],
    ['Mean power', (row) => h('td', {}, formatQuantity(row.power, 'W')), 'power'],
    ['Throttle flag', (row) => h('td', {}, row.flag ?? 'not available'), 'flag']];
  const shown = all.filter(([, , key]) => rows.some((/** @type {any} */ row) => row[key] !== null || (key === 'p99OfPoints' && row.p99 !== null)));
  return h('div', { class: 'scroll' }, h('table', { class: 'legend loops' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Loop'), ...shown.map(([name]) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...rows.map((/** @type {any} */ row) => h('tr', {},
      h('th', { scope: 'row' }, `${formatDuration(row.from)} to ${formatDuration(row.to)}`), ...shown.map(([, cellOf]) => cellOf(row)))))));
}

/**
 * Puts the soak of `run` into `container`; false, and nothing drawn, if it has none.
 * @param {HTMLElement} container @param {Run} run
 */
export function soakChart(container, run) {
  const soak = soakOf(run);
  if (soak === null) return false;
  const view = { fromZero: true, table: false };
  const kinds = ['from 0', 'fitted'];
  container.classList.add('soak');
  const redraw = drawnToFit(container, (width) => {
    const pictureWidth = width > 900 ? width - 350 : Math.max(280, width);
    const model = soakModel(run, { width: pictureWidth, fromZero: view.fromZero });
    const nodes = [
      h('div', { class: 'controls' },
        choice('Axes', kinds, kinds[Number(!view.fromZero)], (v) => { view.fromZero = v === 'from 0'; redraw(); }),
        soak.audit !== null && h('button', { type: 'button', 'aria-pressed': String(view.table), 'data-key': 'soak:table',
          click: () => { view.table = !view.table; redraw(); } }, 'Table')),
      h('div', { class: 'beside' }, soakDrawing(run, model, pictureWidth), h('div', { class: 'words' },
        burstCaption(soak), soakSigns(run, model), ...soakNotes(run, model)))];
    return view.table ? [...nodes, soakTable(soak)] : nodes;
  });
  return true;
}
