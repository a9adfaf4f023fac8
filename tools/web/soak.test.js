// What the chart of a soak draws of given runs, as numbers: no browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { position } from '../../analysis/web/scale.js';
import { bandsOf, curvePath, gpusOf, isBandOf, isBurstLost, loopRows, soakModel, soakOf, soakSentence, tickFormat } from '../../analysis/web/soak_model.js';

// The golden soak: four points of 30 s; from 60 s on throughput and clock are down by 20 %, the flag is set.
const golden = JSON.parse(readFileSync(new URL('../../tests/analysis/data/golden.run.json', import.meta.url), 'utf8'));

/** @param {(soak: any, document: any) => void} change */
function soaked(change = () => {}) {
  const document = structuredClone(golden);
  document.result.valid = true;
  change(document.soak, document);
  return { label: 'Soak', document };
}

const view = { width: 600, fromZero: true };

test('a run without a soak, or one in which nothing was completed, has no picture', () => {
  assert.equal(soakOf(soaked((_, document) => { document.soak = null; })), null);
  assert.equal(soakOf(soaked((soak) => { soak.points.throughput_per_s.fill(0); })), null);
  assert.notEqual(soakOf(soaked()), null);
});

test('a panel for each quantity that was measured, one above the other on one time axis', () => {
  const model = soakModel(soaked(), view);
  assert.deepEqual(model.panels.map(({ key }) => key), ['throughput', 'p99', 'clock', 'temperature', 'power']);
  model.panels.reduce((above, below) => { assert.ok(above.bottom + 20 < below.top); return below; });
  const bare = soakModel(soaked((soak) => {
    for (const key of ['clock_hz', 'temperature_c', 'power_w', 'p99_s']) soak.points[key].fill(null);
    for (const loop of soak.audit.loops) loop.p99 = null;
  }), view);
  assert.deepEqual(bare.panels.map(({ key }) => key), ['throughput']);
  assert.equal(bare.trip, null);
});

/** A reading for each of the four points. @param {string} name @param {string} quantity @param {Array<number|null>} values */
const gpuSensor = (name, quantity, values) => ({ name, quantity, source: 'given', trip_c: null, values });

test('the card that the work ran on has its own panels, where NVML shows one', () => {
  const onCard = (/** @type {string[]} */ ...cards) => soaked((soak, document) => {
    document.workload.params.device = 'cuda:0';
    for (const card of cards) {
      soak.sensors.push(gpuSensor(`${card} instant power`, 'power_w', [400, 410, null, 390]),
        gpuSensor(`${card} power`, 'power_w', [1, 1, 1, 1]), gpuSensor(`${card} SM clock`, 'frequency_hz', [2e9, 2e9, 1.6e9, 1.6e9]));
    }
  });
  const one = onCard('NVML GPU 0');
  const panels = soakModel(one, view).panels.filter(({ key }) => key.startsWith('gpu'));
  assert.deepEqual(panels.map(({ key }) => key), ['gpu_power', 'gpu_clock']);
  assert.deepEqual(panels[0].values, [400, 410, null, 390]);
  const two = onCard('NVML GPU 0', 'NVML GPU 1');
  assert.equal(gpusOf(two.document.soak).size, 2);
  assert.ok(soakModel(two, view).panels.every(({ key }) => !key.startsWith('gpu')));
  one.document.workload.params.device = 'cpu';
  assert.ok(soakModel(one, view).panels.every(({ key }) => !key.startsWith('gpu')));
});

test('everything lies inside, at each width, from 0 or fitted', () => {
  for (const width of [280, 360, 900]) {
    for (const fromZero of [true, false]) {
      const model = soakModel(soaked(), { width, fromZero });
      for (const { y, path, top, bottom, yTicks } of model.panels) {
        assert.ok(!path.includes('NaN') && y.upper > y.lower && yTicks.length > 1);
        for (const [, at] of path.matchAll(/[ML]\d+,([\d.]+)/g)) assert.ok(Number(at) >= top && Number(at) <= bottom);
      }
      assert.equal(model.panels[0].y.lower === 0, fromZero);
      assert.notEqual(model.panels[3].y.lower, 0, 'a temperature has no natural 0');
      for (const band of model.bands) assert.ok(band.x >= model.plot.left && band.x + band.width <= model.plot.right + 1);
      assert.ok(model.labels.every(({ x, text }) => x > 0 && x < width && text !== ''));
    }
  }
});

test('the peak is above the sustained level, the change where the segments meet', () => {
  const model = soakModel(soaked(), view);
  const [peak, sustained] = model.levels;
  assert.ok(peak.y < sustained.y);
  assert.equal(peak.text, 'peak 401 queries/s');
  assert.equal(sustained.text, 'sustained 321 queries/s');
  assert.deepEqual(model.changes, [position(model.x, 60)]);
  assert.equal(model.loops.match(/M/g)?.length, 2);
  assert.equal(soakModel(soaked((soak) => { soak.audit.burst_only = true; }), view).levels[1].text, 'last quarter 321 queries/s');
});

test('bands: the part before the steady state, the flag, and where the clock confirms the drop', () => {
  assert.deepEqual(bandsOf(soaked().document.soak).map(({ kind, from, to }) => [kind, from, Math.round(to)]),
    [['warm', 0, 60], ['flag', 60, 120], ['clock', 60, 120]]);
  assert.deepEqual(soakModel(soaked(), view).labels.map(({ text }) => text).sort(),
    ['clock down after 60.0 s', 'not steady for 60.0 s', 'throttle flag']);
  const doubted = soaked((soak) => { soak.audit.drops[0].clock_drop_share = 0.01; soak.points.throttle_flag = [true, null, false, true]; });
  assert.deepEqual(bandsOf(doubted.document.soak).map(({ kind, from }) => [kind, from]), [['warm', 0], ['flag', 0], ['flag', 90]]);
  const warm = soaked((soak) => { soak.audit.steady.kind = 'warm-up'; });
  assert.ok(soakModel(warm, view).labels.some(({ text }) => text === 'warm-up 60.0 s'));
});

test('a band lies behind the panels of which it says something', () => {
  const panelsOf = (kind) => ['throughput', 'p99', 'clock', 'temperature', 'power'].filter((key) => isBandOf(kind, key));
  assert.equal(panelsOf('warm').length, 5);
  assert.deepEqual(panelsOf('flag'), ['throughput', 'temperature']);
  assert.deepEqual(panelsOf('clock'), ['throughput', 'clock']);
});

test('numbers that no machine has neither stop the chart nor spoil it', () => {
  for (const key of ['t_s', 'throughput_per_s', 'p99_s', 'clock_hz', 'temperature_c', 'power_w']) {
    for (const value of [0, 5e-324, 9.2e9, Number.MAX_VALUE]) {
      const run = soaked((soak) => { soak.points[key][2] = value; });
      for (const fromZero of [true, false]) assert.doesNotMatch(JSON.stringify(soakModel(run, { width: 600, fromZero }).panels), /NaN|Infinity/, key);
    }
  }
});

test('a day of points is drawn', () => {
  const run = soaked((soak) => {
    for (const [key, values] of Object.entries(soak.points)) {
      soak.points[key] = Array.from({ length: 150000 }, (_, i) => (key === 't_s' ? i : values[2]));
    }
    soak.period_s = 1;
  });
  const model = soakModel(run, view);
  assert.equal(model.panels.length, 5);
  assert.ok(model.panels.every(({ path }) => path.length < 60000), 'a path of pixels, not of points');
  assert.equal(loopRows(run.document.soak).length, 2);
});

test('the window is on the axis of P99 where it is near, the trip on that of the temperature', () => {
  const near = soakModel(soaked((_, document) => { document.scenario.slo_s = 0.006; }), view);
  assert.equal(near.slo.text, 'window 6.00 ms');
  assert.ok(near.slo.y > near.panels[1].top && near.slo.y < near.panels[1].bottom);
  assert.equal(soakModel(soaked((_, document) => { document.scenario.slo_s = 1; }), view).slo, null);
  assert.equal(near.trip.text, 'trip 95.0 °C');
  assert.equal(near.tails.length, 2);
  assert.equal(near.tails[0].upper, null, 'no upper limit, no box');
  assert.ok(near.tails[1].upper < near.tails[1].y && near.tails[1].y < near.tails[1].lower);
});

test('without an audit the points are drawn and nothing else', () => {
  const run = soaked((soak) => { soak.audit = null; });
  const model = soakModel(run, view);
  assert.deepEqual([model.loops, model.levels, model.changes, model.tails], ['', [], [], []]);
  assert.deepEqual(model.bands.map(({ kind }) => kind), ['flag']);
  assert.match(soakSentence(run), /THERMAL; no levels: a reason/);
  assert.deepEqual(loopRows(run.document.soak), []);
});

test('a curve breaks where a value is absent and keeps the extremes of a pixel', () => {
  const y = { log: false, lower: 0, upper: 10, start: 100, end: 0 };
  assert.equal(curvePath([1, null, 2, 3], (i) => 10 * i, y), 'M0,90.0h1M20,80.0h1L30,70.0');
  assert.equal(curvePath([5, 1, 9, 5], () => 7, y), 'M7,50.0h1V10.0V90.0V50.0');
  assert.equal(curvePath([null, null], (i) => i, y), '');
});

test('ticks are exact and under one prefix', () => {
  for (const [most, unit, value, text] of [[3.3e9, 'Hz', 3.198e9, '3.198 GHz'], [480, '/s', 400, '400/s'], [9000, '/s', 8000, '8,000/s'],
    [2e4, '/s', 5000, '5 k/s'], [0.004, 's', 0.0015, '1.5 ms'], [600, 's', 500, '500 s'], [90, 'W', 45, '45 W'], [96, '°C', 0, '0 °C'],
    [5e-7, 's', 2e-7, '200 ns'], [2000, 's', 1500, '1,500 s'], [0.5, '/s', 0.25, '0.25/s']]) {
    assert.equal(tickFormat(most, unit)(value), text);
  }
  assert.equal(tickFormat(3e9, 'Hz')(0), '0');
});

test('the sentence says verdict, levels and the ranges', () => {
  assert.equal(soakSentence(soaked()), 'Soak SYNTHETIC EMULATED phone: THERMAL; sustained 321 queries/s of a peak of 401 queries/s (79.0 %); '
    + 'stability 80.0 %; throughput and clock fell after 60.0 s; clock 2.56 GHz to 3.20 GHz; temperature 71.0 °C to 95.5 °C.');
  assert.match(soakSentence(soaked((soak) => { soak.audit.burst_only = true; })), /THERMAL, burst only; at the end/);
});

test('the burst is struck through only where it was not kept', () => {
  assert.equal(isBurstLost(soaked().document.soak), true);
  assert.equal(isBurstLost(soaked((soak) => { soak.audit.stability_share = 0.97; }).document.soak), false);
  assert.equal(isBurstLost(soaked((soak) => { soak.audit = null; }).document.soak), false);
});

test('the table has each loop with what its points hold', () => {
  const [first, second] = loopRows(soaked().document.soak);
  assert.deepEqual([first.from, first.to, first.rate, first.clock, first.heat, first.power, first.flag],
    [0, 60, 400, 3.2e9, 71, 65, '0 of 1 points']);
  assert.deepEqual([second.clock, second.heat, second.flag], [2.56e9, 95.5, '2 of 2 points']);
});
