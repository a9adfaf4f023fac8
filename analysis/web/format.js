// Quantities as text: the same rules and the same results as analysis/format.cpp, held to it by
// tests/analysis/data/format_cases.json. Three significant digits, trailing zeros kept because they were measured.

const NOT_AVAILABLE = 'not available';
const DIGITS = 3;
const MOST_DIGITS = 4;
const DURATIONS = [[1e-9, 'ns'], [1e-6, 'µs'], [1e-3, 'ms'], [1, 's']];
const DECIMAL = [[1, ''], [1e3, 'k'], [1e6, 'M'], [1e9, 'G'], [1e12, 'T'], [1e15, 'P']];
const QUANTITIES = [[1e-9, 'n'], [1e-6, 'µ'], [1e-3, 'm'], ...DECIMAL.slice(0, 5)];
const BINARY = [[1, ''], [1024, 'Ki'], [1048576, 'Mi'], [1073741824, 'Gi'], [1099511627776, 'Ti'],
  [1125899906842624, 'Pi']];

/** @param {number} exponent */
function powerOfTen(exponent) {
  let power = 1;
  for (let i = 0; i < Math.abs(exponent); ++i) power *= 10;
  return exponent < 0 ? 1 / power : power;
}

/** floor(log10(value)) without a logarithm, whose last bit differs between libraries. @param {number} value */
function decimalExponent(value) {
  let exponent = 0;
  for (let bound = 10; value >= bound && exponent < 300; bound *= 10) ++exponent;
  for (let scaled = value; scaled < 1 && exponent > -300; scaled *= 10) --exponent;
  return exponent;
}

/** @param {number} value @param {number} decimals */
function roundHalfUp(value, decimals) {
  const scale = powerOfTen(decimals);
  return Math.floor(value * scale + 0.5) / scale;
}

/** @param {number} value @param {number} digits */
function decimalsFor(value, digits) {
  const exponent = decimalExponent(value);
  const decimals = Math.max(0, digits - 1 - exponent);
  return roundHalfUp(value, decimals) >= powerOfTen(exponent + 1) ? Math.max(0, decimals - 1) : decimals;
}

/** @param {string} digits */
function withSeparators(digits) {
  const [whole, part] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** @param {number} value @param {number} decimals */
function fixed(value, decimals) {
  return withSeparators(roundHalfUp(value, decimals).toFixed(decimals));
}

/** @param {number} value */
function significant(value) {
  return value === 0 ? '0' : fixed(value, decimalsFor(value, DIGITS));
}

/** @param {number} magnitude @param {any[][]} prefixes @param {number} step @param {number} unprefixedLimit */
function choosePrefix(magnitude, prefixes, step, unprefixedLimit) {
  /** @param {number} i */
  const rounded = (i) => {
    const scaled = magnitude / prefixes[i][0];
    return roundHalfUp(scaled, decimalsFor(Math.max(scaled, 1e-12), DIGITS));
  };
  if (rounded(0) < unprefixedLimit) return prefixes[0];
  let chosen = 0;
  while (chosen + 1 < prefixes.length && rounded(chosen) >= step) ++chosen;
  return prefixes[chosen];
}

/** @param {number} value @param {any[][]} prefixes @param {number} step @param {string} unit */
function withPrefix(value, prefixes, step, unit) {
  if (!Number.isFinite(value)) return NOT_AVAILABLE;
  const magnitude = Math.abs(value);
  const [factor, prefix] = choosePrefix(magnitude, prefixes, step, 0);
  const scaled = magnitude / factor;
  const sign = value < 0 ? '-' : '';
  const number = scaled > 0 && scaled < 0.001 ? '<0.001' : significant(scaled);
  return `${sign}${number} ${prefix}${unit}`;
}

/** @param {number} point @param {number} lower @param {number} upper */
function intervalDecimals(point, lower, upper) {
  const halfWidth = (upper - lower) / 2;
  const most = Math.max(0, MOST_DIGITS - 1 - decimalExponent(Math.max(point, 1e-12)));
  return halfWidth > 0 ? Math.min(Math.max(1 - decimalExponent(halfWidth), 0), most) : most;
}

/** @param {{point: number, lower: ?number, upper: ?number}} estimate @param {number} factor @param {string} unit */
function formatEstimate(estimate, factor, unit) {
  const point = estimate.point / factor;
  const hasLower = estimate.lower !== null && estimate.lower !== undefined;
  const hasUpper = estimate.upper !== null && estimate.upper !== undefined;
  if (!hasLower && !hasUpper) return `${significant(point)} ${unit}`;
  const lower = (estimate.lower ?? 0) / factor;
  if (!hasUpper) {
    const decimals = decimalsFor(Math.max(point, 1e-12), DIGITS);
    return `${fixed(point, decimals)} ${unit} [${fixed(lower, decimals)}, ∞)`;
  }
  const upper = /** @type {number} */ (estimate.upper) / factor;
  const decimals = intervalDecimals(point, lower, upper);
  return `${fixed(point, decimals)} ${unit} [${fixed(lower, decimals)}, ${fixed(upper, decimals)}]`;
}

/** @param {?number} seconds */
export function formatDuration(seconds) {
  if (seconds === null || seconds === undefined) return NOT_AVAILABLE;
  return seconds === 0 ? '0 s' : withPrefix(seconds, DURATIONS, 1000, '');
}

/** @param {?number} perSecond @param {string} unit */
export function formatRate(perSecond, unit) {
  if (perSecond === null || perSecond === undefined || !Number.isFinite(perSecond)) return NOT_AVAILABLE;
  const [factor, prefix] = choosePrefix(Math.abs(perSecond), DECIMAL, 1000, 10000);
  return withPrefix(perSecond / factor, DECIMAL.slice(0, 1), 1000, prefix === '' ? unit : `${prefix} ${unit}`);
}

/** @param {?number} value @param {string} unit */
export function formatQuantity(value, unit) {
  if (value === null || value === undefined) return NOT_AVAILABLE;
  return value === 0 ? `0 ${unit}` : withPrefix(value, QUANTITIES, 1000, unit);
}

/** @param {number} count */
export function formatBytes(count) {
  return count < 1024 ? `${count} B` : withPrefix(count, BINARY, 1024, 'B');
}

/** @param {number} bytesPerSecond */
export function formatBandwidth(bytesPerSecond) {
  return withPrefix(bytesPerSecond, DECIMAL, 1000, 'B/s');
}

/** @param {number} flops */
export function formatFlops(flops) {
  return withPrefix(flops, DECIMAL, 1000, 'flop');
}

/** @param {number} flopsPerSecond */
export function formatFlopsPerSecond(flopsPerSecond) {
  return withPrefix(flopsPerSecond, DECIMAL, 1000, 'flop/s');
}

/** Never rounds up to "100 %" nor down to "0 %". @param {number} fraction */
export function formatPercent(fraction) {
  if (!Number.isFinite(fraction)) return NOT_AVAILABLE;
  const percent = fraction * 100;
  const magnitude = Math.abs(percent);
  const sign = percent < 0 ? '-' : '';
  if (magnitude === 0 || magnitude === 100) return `${sign}${magnitude} %`;
  if (magnitude < 0.0001) return `${sign}<0.0001 %`;
  let decimals = decimalsFor(magnitude, DIGITS);
  if (magnitude > 99 && magnitude < 100) {
    decimals = Math.min(6, Math.max(decimals, decimalsFor(100 - magnitude, 2)));
    if (roundHalfUp(magnitude, decimals) >= 100) return `${sign}>99.999999 %`;
  }
  return `${sign}${fixed(magnitude, decimals)} %`;
}

/** @param {number} count */
export function formatCount(count) {
  return withSeparators(String(count));
}

/** @param {{point: ?number, lower: ?number, upper: ?number}} estimate seconds */
export function formatDurationEstimate(estimate) {
  if (!estimate || estimate.point === null || !Number.isFinite(estimate.point)) return NOT_AVAILABLE;
  const [factor, prefix] = choosePrefix(estimate.point, DURATIONS, 1000, 0);
  return formatEstimate(/** @type {any} */ (estimate), factor, prefix);
}

/** @param {{point: ?number, lower: ?number, upper: ?number}} estimate @param {string} unit */
export function formatRateEstimate(estimate, unit) {
  if (!estimate || estimate.point === null || !Number.isFinite(estimate.point)) return NOT_AVAILABLE;
  const [factor, prefix] = choosePrefix(estimate.point, DECIMAL, 1000, 10000);
  return formatEstimate(/** @type {any} */ (estimate), factor, prefix === '' ? unit : `${prefix} ${unit}`);
}
