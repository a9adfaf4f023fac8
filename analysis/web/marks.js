// What the charts draw alike: a run's sign, an axis, a legend's row.

import { h, s } from './dom.js';
import { formatDuration } from './format.js';
import { position, textWidth, withRoom, withoutZeros } from './scale.js';

/** @typedef {{label: string, document: any}} Run a run file as JSON with the name it has on the page */
/** @typedef {import('./scale.js').Scale} Scale */

const SCENARIOS = ['single', 'multi', 'server', 'offline'];
export const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

/** One shape and colour a scenario, 0 to 3. @param {Run} run */
export function kindOf(run) {
  return Math.max(0, SCENARIOS.indexOf(run.document.scenario.kind));
}

/** Circle, square, diamond, triangle. @param {number} kind @param {number} x @param {number} y @param {number} r */
export function shapePath(kind, x, y, r) {
  const place = (/** @type {number[][]} */ points) => `M${points.map(
    ([dx, dy]) => `${(x + dx * r).toFixed(1)},${(y + dy * r).toFixed(1)}`).join('L')}Z`;
  if (kind === 1) return place([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]);
  if (kind === 2) return place([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]);
  if (kind === 3) return place([[0, -1.2], [1.2, 0.95], [-1.2, 0.95]]);
  return `M${x - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0Z`;
}

/** A word of a file, not endless. @param {string} text */
export const shortened = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** In narrow pictures a long name stays away from its mark; the page names it elsewhere. @param {string} text */
const briefly = (text) => (text.length > 15 ? '' : ` ${text}`);

/**
 * What is said of runs whose numbers are not those of this machine at work, as mark_of() of analysis/run_mark.hpp: '',
 * 'SYNTHETIC', 'EMULATED phone', 'ENVELOPE narrow' or several; of several runs each word once. @param {...Run} runs
 */
export function markOf(...runs) {
  const words = runs.flatMap(({ document: { workload, emulated, limits } }) => [workload.synthetic ? 'SYNTHETIC' : '',
    emulated ? `EMULATED${briefly(emulated.envelope.name)}` : '',
    limits ? `ENVELOPE${briefly(limits.name || (limits.simd ? `simd=${limits.simd}` : ''))}` : '']);
  return [...new Set(words)].filter(Boolean).join(' ');
}

/** The words that must stand wherever the run's numbers do. @param {Run} run */
export function flagsOf(run) {
  const mark = markOf(run);
  return `${run.document.result.valid ? '' : ' ✗ INVALID'}${mark && ` ${mark}`}`;
}

/** A legend's head of a row or column: sign, name, flags. @param {Run} run @param {Element} sign @param {'row'|'col'} scope */
export function rowHead(run, sign, scope) {
  return h('th', { scope }, s('svg', { class: 'sign', width: 26, height: 14, 'aria-hidden': 'true' }, sign),
    run.label, flagsOf(run) && h('span', { class: 'small' }, flagsOf(run).trim()));
}

/**
 * Grid lines and tick texts of the bottom (x) or left (y) axis.
 * @param {'x'|'y'} which @param {Scale} scale @param {number[]} values @param {(value: number) => string} format
 * @param {{left: number, right: number, top: number, bottom: number}} plot @param {number} textAt
 */
export function axis(which, scale, values, format, plot, textAt) {
  const text = (/** @type {number} */ value) => withoutZeros(format(value));
  const shown = which === 'x' ? withRoom(values, scale, text) : new Set(values);
  return values.flatMap((value) => {
    const at = position(scale, value);
    return which === 'x'
      ? [s('line', { class: 'grid', x1: at, x2: at, y1: plot.top, y2: plot.bottom }),
        shown.has(value) ? s('text', { x: at, y: textAt, 'text-anchor': 'middle' }, text(value)) : s('g')]
      : [s('line', { class: 'grid', x1: plot.left, x2: plot.right, y1: at, y2: at }),
        s('text', { x: textAt, y: at + 4, 'text-anchor': 'end' }, text(value))];
  });
}

let drawings = 0;

/**
 * The picture with its name and its sentence for those who do not see it.
 * @param {string} title @param {string} sentence @param {number} width @param {number} height @param {Node[]} parts
 */
export function picture(title, sentence, width, height, parts) {
  const id = `drawing-${++drawings}`;
  return s('svg', { class: 'picture', role: 'img', viewBox: `0 0 ${width} ${height}`, width, height,
    'aria-labelledby': `${id}-t ${id}-d` }, s('title', { id: `${id}-t` }, title), s('desc', { id: `${id}-d` }, sentence),
  ...parts);
}

/** A cell "7.94 ms [7.51, 8.64]" with the interval on its own line. @param {string} text */
export function estimateCell(text) {
  const [point, range] = text.split(' [');
  return h('td', {}, h('span', { class: 'value' }, point), range && h('span', { class: 'small value' }, `[${range}`));
}

/** @param {string[]} columns @param {Node[]} rows */
export function legendTable(columns, rows) {
  return h('div', { class: 'scroll' }, h('table', { class: 'legend' },
    h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, ...rows)));
}

/** @param {any} value */
export const isPositive = (value) => typeof value === 'number' && Number.isFinite(value) && value > 0;

/** A percentile of the latency, {} if the run has none. @param {Run} run @param {string} key */
export const estimateOf = (run, key) => run.document.result.latency[key] ?? {};

/**
 * The window's line at height `y` and its text at the first place where it covers nothing; without one no text: the
 * words beside the picture name the line too.
 * @param {number} slo seconds @param {number} y @param {{left: number, right: number}} plot
 * @param {Array<{from: number, to: number, top: number, bottom: number}>} boxes
 */
export function sloLabel(slo, y, plot, boxes) {
  const text = `window ${formatDuration(slo)}`;
  const last = plot.right - 4 - textWidth(text);
  for (let x = plot.left + 4; x <= last; x += Math.max(8, (last - plot.left - 4) / 8)) {
    for (const textY of [y - 5, y + 15]) {
      const isFree = boxes.every((box) => box.to < x || box.from > x + textWidth(text) || box.bottom < textY - 12
        || box.top > textY + 4);
      if (isFree) return { text, y, x, textY };
    }
  }
  return { text: '', y, x: plot.left, textY: y };
}

/** A vertical interval with its ends. @param {number} x @param {(number|null)[]} range @param {string} kind */
export function whisker(x, [lower, upper], kind) {
  if (lower === null || upper === null) return [];
  return [s('path', { class: `whisker ${kind}`, d: `M${x - 5},${lower}h10M${x},${lower}V${upper}M${x - 5},${upper}h10` })];
}
