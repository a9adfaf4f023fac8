// What the charts draw of given runs, as numbers: no browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { absentPercentiles, doseAmount, doseModel, doseSentence, doseSeries, firstOver, thresholdSentence } from '../../analysis/web/dose.js';
import { histogramModel, histogramSentence } from '../../analysis/web/histogram.js';
import { markOf } from '../../analysis/web/marks.js';
import { textWidth } from '../../analysis/web/scale.js';
import { scenarioModel, scenarioSentence } from '../../analysis/web/scenarios.js';

const golden = JSON.parse(readFileSync(new URL('../../tests/analysis/data/golden.run.json', import.meta.url), 'utf8'));

/** @param {string} label @param {(document: any) => void} change */
function run(label, change = () => {}) {
  const document = structuredClone(golden);
  document.result.valid = true;
  document.workload.synthetic = false;
  document.emulated = null;
  change(document);
  return { label, document };
}

/** One query of 1 ms a second, so that every place is known. */
const offline = run('Offline', (d) => { d.scenario.kind = 'offline'; d.result.samples_per_s = 2000; });
const server = run('Server', (d) => {
  d.result.samples_per_s = 400;
  d.result.latency.lost_count = 0;
  d.result.latency.p50 = { point_s: 0.001, lower_s: 0.0009, upper_s: 0.0011 };
  d.result.latency.p99 = { point_s: 0.01, lower_s: 0.008, upper_s: 0.02 };
});

test('Offline stands on the throughput axis only', () => {
  const model = scenarioModel([server, offline], { width: 600 });
  assert.deepEqual(model.points.map((point) => point.run.label), ['Server']);
  assert.deepEqual(model.batches.map((batch) => batch.run.label), ['Offline']);
  assert.ok(model.batches[0].x > model.points[0].x);
  assert.match(scenarioSentence([offline]), /no latency per request/);
});

test('a point rises with its latency and its interval holds it', () => {
  const [point] = scenarioModel([server], { width: 600 }).points;
  assert.ok(point.p99 < point.p50, 'up is slower');
  assert.ok(point.p99Range[1] < point.p99 && point.p99 < point.p99Range[0]);
  assert.equal(point.isOpen, false);
});

test('a percentile without upper limit or value is open above', () => {
  const open = run('Server', (d) => { d.result.latency.p99 = { point_s: 0.01, lower_s: 0.008, upper_s: null }; });
  const lost = run('Server', (d) => { d.result.latency.p99 = { point_s: null, lower_s: 0.009, upper_s: null }; });
  assert.equal(scenarioModel([open], { width: 600 }).points[0].isOpen, true);
  assert.equal(scenarioModel([lost], { width: 600 }).points[0].isOpen, true);
});

test('a run without numbers is named, not drawn', () => {
  const empty = run('Empty', (d) => { d.result.samples_per_s = null; });
  assert.equal(scenarioModel([empty], { width: 600 }), null);
  assert.deepEqual(scenarioModel([server, empty], { width: 600 }).missing.map((r) => r.label), ['Empty']);
  const alone = scenarioModel([offline], { width: 320 });
  assert.equal(alone.points.length, 0);
  assert.equal(alone.batches.length, 1);
});

test('the labels of equal runs do not lie on each other', () => {
  const model = scenarioModel([server, { ...server, label: 'Other' }, { ...server, label: 'Third' }], { width: 360 });
  const heights = model.labels.map((label) => label.y).sort((a, b) => a - b);
  heights.slice(1).forEach((y, i) => assert.ok(y - heights[i] >= 16 - 1e-9));
});

test('a long name of a run is cut, not drawn outside the picture', () => {
  const long = { ...server, label: 'Server, mlp, lab3-07, noise 320 bursts/s of 4.00 ms + background 50.0 %' };
  const bad = run(long.label, (d) => { d.result.valid = false; d.result.samples_per_s = 300; });
  for (const { text, x, anchor } of scenarioModel([long, bad], { width: 320 }).labels) {
    assert.ok(anchor === 'start' ? x + textWidth(text) <= 320 : x - textWidth(text) >= 0, text);
  }
  for (const { text, x } of histogramModel([long, server], { width: 320, logLatency: true, logCount: false }).labels) {
    assert.ok(x + textWidth(text) / 2 <= 320 && x - textWidth(text) / 2 >= 0, text);
  }
});

test('INVALID, SYNTHETIC and EMULATED are said where the run is named', () => {
  const bad = run('Server', (d) => { d.result.valid = false; d.workload.synthetic = true; });
  assert.match(scenarioModel([bad], { width: 600 }).labels[0].text, /INVALID SYNTHETIC/);
  assert.match(histogramSentence([bad]), /INVALID SYNTHETIC/);
  const phone = run('Server', (d) => { d.emulated = golden.emulated; });
  assert.match(histogramSentence([phone]), /Server EMULATED phone:/);
  assert.equal(markOf(phone, bad, phone), 'EMULATED phone SYNTHETIC');
  assert.equal(markOf(server), '');
});

test('the histogram marks mean, P95, P99 and the window', () => {
  const marked = run('Server', (d) => {
    d.result.latency.mean_s = 0.002;
    d.result.latency.p95 = { point_s: 0.004 };
    d.result.latency.p99 = { point_s: 0.009, lower_s: 0.008, upper_s: null };
    d.scenario.slo_s = 0.01;
  });
  for (const logLatency of [true, false]) {
    for (const logCount of [true, false]) {
      const model = histogramModel([marked], { width: 360, logLatency, logCount });
      assert.deepEqual(new Set(model.labels.map(({ kind }) => kind)), new Set(['mean', 'p95', 'p99', 'slo']));
      assert.ok(!model.outlines.join().includes('NaN'));
      assert.ok(model.labels.every(({ x }) => x > 0 && x < 360));
    }
  }
});

test('lost queries are said; a lost P99 is not marked', () => {
  const lost = run('Server', (d) => { d.result.latency.p99 = { point_s: null, lower_s: 0.009, upper_s: null }; });
  const model = histogramModel([lost], { width: 600, logLatency: true, logCount: false });
  assert.ok(!model.labels.some(({ kind }) => kind === 'p99'));
  assert.match(histogramSentence([lost]), /1 never completed, their latency is infinite/);
  assert.match(histogramSentence([lost]), /P99 not available/);
});

test('several runs are drawn as shares', () => {
  const view = { width: 600, logLatency: true, logCount: false };
  assert.equal(histogramModel([server], view).isShare, false);
  const model = histogramModel([server, { ...server, label: 'Again' }], view);
  assert.equal(model.isShare, true);
  assert.equal(model.outlines[0], model.outlines[1]);
  assert.ok(model.y.upper <= 1.05);
});

test('one bin alone is drawn', () => {
  const single = run('Server', (d) => { d.result.latency.hist.counts = [[0, 5]]; d.scenario.slo_s = null; });
  const model = histogramModel([single], { width: 600, logLatency: true, logCount: true });
  assert.ok(!model.outlines[0].includes('NaN') && model.x.upper > model.x.lower);
});

/**
 * A run under `dose` bursts/s of noise, delivered as asked, with a P99 in milliseconds.
 * @param {number} dose @param {?number} p99 @param {(document: any) => void} change
 */
function dosed(dose, p99, change = () => {}) {
  return run(`noise ${dose}`, (d) => {
    const own = { knob: 'noise', unit: 'bursts/s', requested: dose, achieved: dose, length_requested_s: 0.001, source: 'own',
      delivered: true, reason: null };
    d.interference = dose === 0 ? null : { doses: [own] };
    d.scenario.slo_s = 0.01;
    d.result.latency.p50 = { point_s: 0.001, lower_s: 0.0009, upper_s: 0.0011 };
    d.result.latency.p99 = p99 === null ? { point_s: null, lower_s: null, upper_s: null, reason: 'needs 293 more queries' }
      : { point_s: p99 / 1e3, lower_s: p99 / 1.1e3, upper_s: (p99 * 1.1) / 1e3 };
    d.result.latency['p99.9'] = { point_s: 0.02, lower_s: 0.018, upper_s: null };
    change(d);
  });
}
const doses = [dosed(160, 12), dosed(0, 5), dosed(80, 7)];
const doseView = { width: 600, logDose: false, logLatency: true };

test('three doses of one knob are a response, by ascending dose, 0 where nothing was injected', () => {
  const [series, ...others] = doseSeries([offline, ...doses]);
  assert.equal(others.length, 0);
  assert.deepEqual(series.runs.map(({ dose, number }) => [dose, number]), [[0, 3], [80, 4], [160, 2]]);
  assert.equal(doseSeries(doses.slice(1)).length, 0, 'two doses');
  assert.equal(doseSeries([...doses.slice(1), dosed(80, 8)]).length, 0, 'three runs of two doses');
});

test('runs that differ in anything else are no response', () => {
  for (const change of [
    (d) => { d.scenario.slo_s = 0.02; }, (d) => { d.scenario.rate_target_hz = 500; }, (d) => { d.workload.params.batch = 8; },
    (d) => { d.machine.id = 'other'; }, (d) => { d.interference.doses[0].length_requested_s = 0.004; },
    (d) => { d.interference.doses.push({ knob: 'memory', unit: 'bytes/s', requested: 1e9, achieved: 1e9 }); }]) {
    assert.equal(doseSeries([...doses.slice(1), dosed(160, 12, change)]).length, 0, String(change));
  }
});

test('two lengths of bursts are two responses, and both begin at 0', () => {
  const long = [20, 40].map((dose) => dosed(dose, 9, (d) => { d.interference.doses[0].length_requested_s = 0.004; }));
  const all = doseSeries([...doses, ...long]);
  assert.deepEqual(all.map(({ length, runs }) => [length, runs.map(({ dose }) => dose)]),
    [[0.001, [0, 80, 160]], [0.004, [0, 20, 40]]]);
});

test('the first dose over the window is marked and said', () => {
  const [series] = doseSeries(doses);
  assert.equal(firstOver(series)?.dose, 160);
  assert.match(doseModel(series, doseView).over?.text ?? '', /P99 over the window: 160 bursts\/s/);
  assert.equal(thresholdSentence(series),
    'P99 is first over the window of 10.0 ms at noise 160 bursts/s; at 80 bursts/s it is within.');
  assert.match(doseSentence(series), /0 bursts\/s: P50 1\.00 ms, P99 5\.00 ms, P99\.9 20\.0 ms\./);
});

test('what the threshold cannot say is said', () => {
  const of = (...runs) => thresholdSentence(doseSeries(runs)[0]);
  assert.match(of(dosed(0, 5), dosed(80, 6), dosed(160, 7)), /^P99 is within the window of 10\.0 ms at each dose/);
  assert.match(of(dosed(0, 12), dosed(80, 13), dosed(160, 14)), /at noise 0 bursts\/s, the smallest dose measured\.$/);
  assert.match(of(dosed(0, 5), dosed(80, 10.5), dosed(160, 14)), /interval there still reaches below the window/);
  assert.match(of(dosed(0, 5), dosed(80, 12), dosed(160, 7)), /At 160 bursts\/s it is within again: .* no single threshold/);
  assert.match(of(dosed(0, 5), dosed(80, null), dosed(160, 14)), /At 80 bursts\/s there is no P99 to compare/);
  const without = (dose) => dosed(dose, 5, (d) => { d.scenario.slo_s = null; });
  assert.match(of(without(0), without(80), without(160)), /^No latency window/);
});

test('an absent percentile is a gap with its reason; a lost P99 above the window counts as over', () => {
  const [series] = doseSeries([...doses, dosed(120, null)]);
  const p99 = doseModel(series, doseView).curves[1];
  assert.equal(p99.points[2].y, null);
  assert.equal(p99.path.match(/M/g)?.length, 2, 'the line is broken');
  assert.match(absentPercentiles(series)[0], /P99 at 120 bursts\/s \(needs 293 more queries\)/);
  const lost = dosed(120, null, (d) => { d.result.latency.p99.lower_s = 0.011; });
  assert.equal(firstOver(doseSeries([...doses, lost])[0])?.dose, 120);
});

test('a run whose dose was not read is named with its reason', () => {
  const unread = dosed(320, 20, (d) => { Object.assign(d.interference.doses[0], { achieved: null, reason: 'it was gone' }); });
  const [series] = doseSeries([...doses, unread]);
  assert.deepEqual(series.missing.map(({ run: { label }, reason }) => [label, reason]), [['noise 320', 'it was gone']]);
  assert.equal(series.runs.length, 3);
});

test('higher is slower, right is more, and everything lies inside, on every axis', () => {
  const [series] = doseSeries(doses);
  for (const width of [280, 600]) {
    for (const logDose of [true, false]) {
      for (const logLatency of [true, false]) {
        const model = doseModel(series, { width, logDose, logLatency });
        const [p50, p99] = model.curves;
        assert.ok(p99.points.every((point, i) => point.y < p50.points[i].y && point.range[1] < point.y && point.y < point.range[0]));
        assert.ok(p50.points[0].x < p50.points[1].x && p50.points[1].x < p50.points[2].x);
        assert.equal(model.zero !== null, logDose);
        assert.equal(p50.path.match(/M/g)?.length, logDose ? 2 : 1, 'no line leads to 0 on a logarithmic axis');
        assert.equal(model.slo?.text, 'window 10.0 ms');
        assert.ok(!model.curves.some(({ path }) => path.includes('NaN')));
        assert.ok(model.labels.every((label) => label.x < width && label.y > model.plot.top && label.y < model.height));
      }
    }
  }
});

test('doses are said as the report says them', () => {
  for (const [unit, value, text] of [['share', 0.5, '50.0 %'], ['bytes/s', 2e9, '2.00 GB/s'], ['bursts/s', 79.46, '79.5 bursts/s'],
    ['switches/s', 12345.6, '12,346 switches/s'], ['bursts/s', 0, '0 bursts/s']]) {
    assert.equal(doseAmount(unit, value), text);
  }
});

test('the modules can be joined: no name is used twice, every import and export is one line', () => {
  const names = new Map();
  for (const file of ['format', 'dom', 'scale', 'marks', 'histogram', 'scenarios', 'dose', 'soak_model', 'soak', 'report']) {
    const text = readFileSync(new URL(`../../analysis/web/${file}.js`, import.meta.url), 'utf8');
    for (const [, name] of text.matchAll(/^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm)) {
      assert.ok(!names.has(name), `${name}: in ${names.get(name)} and ${file}`);
      names.set(name, file);
    }
    for (const line of text.split('\n')) {
      if (line.startsWith('import ')) assert.match(line, /^import \{.*\} from '\.\/\w+\.js';$/, file);
      if (line.startsWith('export ')) assert.match(line, /^export (async )?(function|const)/, file);
    }
  }
  assert.ok(names.size > 30);
});
