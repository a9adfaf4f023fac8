// Axes, ticks and the place of labels: numbers only, no document, so that they are tested by hand-made cases.

/** @typedef {{log: boolean, lower: number, upper: number, start: number, end: number}} Scale from values to pixels */

/** Pixel of a value, within the axis' ends. @param {Scale} scale @param {number} value */
export function position(scale, value) {
  const { log, lower, upper, start, end } = scale;
  const clamped = Math.min(Math.max(value, lower), upper);
  const share = log ? Math.log(clamped / lower) / Math.log(upper / lower) : (clamped - lower) / (upper - lower);
  return start + share * (end - start);
}

/** The value at a share (0 to 1) of the axis. @param {Scale} scale @param {number} share */
export function valueAt(scale, share) {
  return scale.log ? scale.lower * (scale.upper / scale.lower) ** share
    : scale.lower + share * (scale.upper - scale.lower);
}

/** Exact decimal: 3e-3, not 0.003 + 4e-19. @param {number} mantissa @param {number} exponent */
const decimal = (mantissa, exponent) => Number(`${mantissa}e${exponent}`);

/** @param {number} lower @param {number} upper @param {number} most */
function linearTicks(lower, upper, most) {
  const raw = (upper - lower) / Math.max(1, most);
  let exponent = Math.floor(Math.log10(raw));
  let mantissa = [1, 2, 5].find((m) => decimal(m, exponent) >= raw * (1 - 1e-9));
  if (mantissa === undefined) [mantissa, exponent] = [1, exponent + 1];
  const step = decimal(mantissa, exponent);
  const ticks = [];
  for (let i = Math.ceil(lower / step - 1e-9); i * step <= upper * (1 + 1e-12); ++i) ticks.push(decimal(i * mantissa, exponent));
  return ticks;
}

/**
 * At most `most` round values within the axis, ascending. A logarithmic axis has 1, 1-2-5 or 1 to 9 of each decade,
 * whole decades left out where there are many; one too short for two of these is ticked like a linear one.
 * @param {Scale} scale @param {number} most
 */
export function ticks(scale, most) {
  const { log, lower, upper } = scale;
  if (!log) return linearTicks(lower, upper, most);
  const first = Math.floor(Math.log10(lower) - 1e-9);
  const last = Math.ceil(Math.log10(upper) + 1e-9);
  /** @param {number[]} mantissas @param {number} stride */
  const of = (mantissas, stride) => {
    const values = [];
    for (let e = first; e <= last; ++e) if (e % stride === 0) for (const m of mantissas) values.push(decimal(m, e));
    return values.filter((value) => value >= lower * (1 - 1e-9) && value <= upper * (1 + 1e-9));
  };
  for (const mantissas of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]]) {
    const values = of(mantissas, 1);
    if (values.length <= most && values.length > 1) return values;
  }
  for (let stride = 2; stride < 20; ++stride) {
    const values = of([1], stride);
    if (values.length <= most && values.length > 1) return values;
  }
  return linearTicks(lower, upper, most);
}

/** Values [lower, upper) of a bin of analysis/log_linear_histogram.hpp. @param {number} index @param {number} subBits */
export function binBounds(index, subBits) {
  const exponent = Math.max(0, Math.floor(index / 2 ** subBits) - 1);
  const lower = (index - exponent * 2 ** subBits) * 2 ** exponent;
  return [lower, lower + 2 ** exponent];
}

/**
 * The histogram in `columns` columns of equal width on the axis; a bin over several columns is shared out among them.
 * @param {{sub_bits: number, unit_s: number, counts: number[][]}} hist @param {Scale} scale in seconds
 * @param {number} columns
 */
export function rebin(hist, scale, columns) {
  const weights = new Array(columns).fill(0);
  const unit = { ...scale, start: 0, end: columns };
  for (const [index, count] of hist.counts) {
    const [lower, upper] = binBounds(index, hist.sub_bits);
    const begin = Math.min(position(unit, lower * hist.unit_s), columns - 1e-6);
    const end = Math.max(position(unit, upper * hist.unit_s), begin + 1e-6);
    for (let c = Math.floor(begin); c < columns && c < end; ++c) {
      weights[c] += count * (Math.min(end, c + 1) - Math.max(begin, c)) / (end - begin);
    }
  }
  return weights;
}

/** A tick is exact, so zeros after the point say nothing: "20.0 ms" is "20 ms". @param {string} text */
export const withoutZeros = (text) => text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '');

/**
 * The ticks whose texts do not touch on a horizontal axis, the roundest first: 1, 5 and 2 before the others.
 * @param {number[]} values @param {Scale} scale @param {(value: number) => string} format
 */
export function withRoom(values, scale, format) {
  const roundness = (/** @type {number} */ value) => {
    const place = ['1e', '5e', '2e'].indexOf(value.toExponential().slice(0, 2));
    return place < 0 ? 3 : place;
  };
  /** @type {Array<{value: number, from: number, to: number}>} */
  const kept = [];
  for (const value of [...values].sort((a, b) => roundness(a) - roundness(b))) {
    const half = textWidth(format(value)) / 2 + 3;
    const [from, to] = [position(scale, value) - half, position(scale, value) + half];
    if (kept.every((other) => to < other.from || from > other.to)) kept.push({ value, from, to });
  }
  return new Set(kept.map(({ value }) => value));
}

/** Width of a bold text at 12 px, on the wide side: no document is asked. @param {string} text */
export const textWidth = (text) => [...text].reduce(
  (sum, character) => sum + (/[A-Zmw✗%@]/.test(character) ? 10 : /[ .,:]/.test(character) ? 4.8 : 7.9), 0);

/** The text, its end left out where it is wider than `most` pixels. @param {string} text @param {number} most */
export function fitted(text, most) {
  if (textWidth(text) <= most) return text;
  const kept = [...text];
  while (kept.length > 0 && textWidth(`${kept.join('')}…`) > most) kept.pop();
  return `${kept.join('')}…`;
}

/**
 * Gives each label {at, text} the centre `x` nearest to `at` between left and right and the first `row` in which it
 * touches no other.
 * @template {{at: number, text: string}} T @param {T[]} labels @param {number} left @param {number} right
 * @returns {Array<T & {x: number, row: number}>}
 */
export function placeLabels(labels, left, right) {
  /** @type {number[]} */
  const ends = [];
  return [...labels].sort((a, b) => a.at - b.at).map((label) => {
    const half = textWidth(label.text) / 2;
    const x = Math.max(left + half, Math.min(right - half, label.at));
    let row = ends.findIndex((end) => end + 8 <= x - half);
    if (row < 0) row = ends.length;
    ends[row] = x + half;
    return { ...label, x, row };
  });
}

/**
 * Moves the middles of boxes of `height`, ascending, apart until none overlap, within [top, bottom] if they fit.
 * @param {number[]} middles @param {number} height @param {number} top @param {number} bottom
 */
export function spread(middles, height, top, bottom) {
  const placed = [...middles];
  for (let i = 0; i < placed.length; ++i) {
    placed[i] = Math.max(placed[i], i === 0 ? top + height / 2 : placed[i - 1] + height);
  }
  for (let i = placed.length - 1; i >= 0; --i) {
    placed[i] = Math.min(placed[i], i === placed.length - 1 ? bottom - height / 2 : placed[i + 1] - height);
  }
  return placed;
}

/** A logarithmic axis with room at both ends. @param {number[]} values @param {number} padding factor @param {number} start @param {number} end */
export function paddedScale(values, padding, start, end) {
  const lower = Math.min(...values) / padding;
  const upper = Math.max(...values) * padding;
  return { log: true, lower, upper, start, end };
}
