// The charts' geometry against cases by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatDuration } from '../../analysis/web/format.js';
import { binBounds, fitted, placeLabels, position, rebin, spread, textWidth, ticks, valueAt, withRoom, withoutZeros }
  from '../../analysis/web/scale.js';

const scale = (log, lower, upper, start = 0, end = 100) => ({ log, lower, upper, start, end });

test('position: linear, logarithmic, upside down, clamped', () => {
  assert.equal(position(scale(false, 0, 10), 2.5), 25);
  assert.equal(position(scale(true, 1, 10000), 100), 50);
  assert.equal(position(scale(false, 0, 10, 200, 100), 10), 100);
  assert.equal(position(scale(true, 1, 100), 0), 0);
  assert.equal(position(scale(false, 0, 1), 7), 100);
  assert.equal(valueAt(scale(true, 1, 10000), 0.5), 100);
  assert.equal(valueAt(scale(false, 2, 4), 0.5), 3);
});

test('ticks are round and exact', () => {
  assert.deepEqual(ticks(scale(false, 0, 0.0101), 6), [0, 0.002, 0.004, 0.006, 0.008, 0.01]);
  assert.deepEqual(ticks(scale(true, 0.001, 1), 5), [0.001, 0.01, 0.1, 1]);
  assert.deepEqual(ticks(scale(true, 0.0009, 0.021), 6), [0.001, 0.002, 0.005, 0.01, 0.02]);
  assert.deepEqual(ticks(scale(true, 250, 520), 9), [300, 400, 500]);
  assert.deepEqual(ticks(scale(true, 1e-9, 1e3), 4), [1e-8, 1e-4, 1]);
});

test('a logarithmic axis over less than a decade still has ticks', () => {
  const values = ticks(scale(true, 1.01, 1.06), 5);
  assert.ok(values.length >= 2 && values.length <= 6, String(values));
  assert.ok(values.every((value) => value >= 1.01 && value <= 1.06));
});

test('there are ticks within the axis over twelve decades and every span', () => {
  for (let exponent = -9; exponent <= 3; ++exponent) {
    for (const span of [1.2, 2, 7, 30, 1000, 1e6]) {
      for (const log of [true, false]) {
        const axis = scale(log, 10 ** exponent, 10 ** exponent * span);
        const values = ticks(axis, 6);
        assert.ok(values.length >= 1 && values.length <= 7, `${log} 1e${exponent} x ${span}: ${values}`);
        assert.ok(values.every((v, i) => v >= axis.lower * 0.999999 && v <= axis.upper * 1.000001 && (i === 0 || v > values[i - 1])));
      }
    }
  }
});

test('zeros after the point go, others stay', () => {
  assert.deepEqual(['20.0 ms', '100 ms', '0.500 %', '1,000', '2.50 s', '1.00 k', '10 %', '0 s', '1.05 ms'].map(withoutZeros),
    ['20 ms', '100 ms', '0.5 %', '1,000', '2.5 s', '1 k', '10 %', '0 s', '1.05 ms']);
  for (let exponent = -9; exponent <= 3; ++exponent) {
    for (const mantissa of [1, 2, 5]) {
      const value = Number(`${mantissa}e${exponent}`);
      const [number, unit] = withoutZeros(formatDuration(value)).split(' ');
      const factor = { ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1 }[unit];
      assert.ok(Math.abs(Number(number.replace(',', '')) * factor / value - 1) < 1e-9, `${value}: ${number} ${unit}`);
    }
  }
});

test('tick texts do not touch, the round ones stay', () => {
  const axis = scale(true, 100, 1000, 0, 150);
  const kept = withRoom([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000], axis, String);
  assert.ok(kept.has(100) && kept.has(1000) && !kept.has(900));
  const ends = [...kept].sort((a, b) => a - b).map((v) => [position(axis, v), textWidth(String(v)) / 2]);
  ends.slice(1).forEach(([at, half], i) => assert.ok(at - half > ends[i][0] + ends[i][1]));
});

test('bins are those of analysis/log_linear_histogram.hpp', () => {
  assert.deepEqual(binBounds(63, 5), [63, 64]);
  assert.deepEqual(binBounds(64, 5), [64, 66]);
  assert.deepEqual(binBounds(95, 5), [126, 128]);
  assert.deepEqual(binBounds(190, 5), [992, 1008]);
  assert.deepEqual(binBounds(509, 5), [999424, 1015808]);
});

test('rebinning keeps every query', () => {
  const hist = { sub_bits: 5, unit_s: 1e-9, counts: [[0, 3], [190, 10], [509, 4], [610, 7]] };
  for (const axis of [scale(true, 5e-10, 0.02), scale(false, 0, 0.02)]) {
    for (const columns of [1, 7, 24, 110, 5000]) {
      const total = rebin(hist, axis, columns).reduce((sum, weight) => sum + weight, 0);
      assert.ok(Math.abs(total - 24) < 1e-6, `${columns}: ${total}`);
    }
  }
});

test('a bin over several columns is shared out by overlap', () => {
  // Bin 64 holds 64 and 65 ns: [64, 66). Columns of 1 ns from 63: half of it in the second, half in the third.
  const weights = rebin({ sub_bits: 5, unit_s: 1, counts: [[64, 8]] }, scale(false, 63, 67), 4);
  assert.deepEqual(weights.map((weight) => Math.round(weight * 1e6) / 1e6), [0, 4, 4, 0]);
});

test('labels stay inside and apart', () => {
  const labels = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'].map((text, i) => ({ text, at: 300 + i }));
  const placed = placeLabels(labels, 0, 310);
  for (const a of placed) {
    assert.ok(a.x + textWidth(a.text) / 2 <= 310);
    for (const b of placed) {
      assert.ok(a === b || a.row !== b.row || Math.abs(a.x - b.x) >= textWidth(a.text));
    }
  }
  assert.deepEqual(new Set(placed.map(({ row }) => row)).size, 4);
  assert.deepEqual(placeLabels([{ text: 'x', at: 50 }, { text: 'y', at: 150 }], 0, 200).map(({ row }) => row), [0, 0]);
});

test('spread moves boxes apart and keeps their order', () => {
  const placed = spread([10, 11, 12, 100], 16, 0, 108);
  placed.slice(1).forEach((middle, i) => assert.ok(middle - placed[i] >= 16 - 1e-9));
  assert.ok(placed[0] >= 8 && placed.at(-1) <= 100);
  assert.deepEqual(spread([], 16, 0, 10), []);
});

test('a text too wide loses its end, and says so', () => {
  assert.equal(fitted('Server', 200), 'Server');
  const cut = fitted('Server, noise 320 bursts/s + background 50.0 %', 200);
  assert.match(cut, /^Server, noise .*…$/);
  assert.ok(textWidth(cut) <= 200);
  assert.equal(fitted('Server', 0), '…');
});
