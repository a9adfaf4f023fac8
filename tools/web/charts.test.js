// What the charts draw of given runs, as numbers: no browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { histogramModel, histogramSentence } from '../../analysis/web/histogram.js';
import { scenarioModel, scenarioSentence } from '../../analysis/web/scenarios.js';

const golden = JSON.parse(readFileSync(new URL('../../tests/analysis/data/golden.run.json', import.meta.url), 'utf8'));

/** @param {string} label @param {(document: any) => void} change */
function run(label, change = () => {}) {
  const document = structuredClone(golden);
  document.result.valid = true;
  document.workload.synthetic = false;
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

test('INVALID and SYNTHETIC are said where the run is named', () => {
  const bad = run('Server', (d) => { d.result.valid = false; d.workload.synthetic = true; });
  assert.match(scenarioModel([bad], { width: 600 }).labels[0].text, /INVALID SYNTHETIC/);
  assert.match(histogramSentence([bad]), /INVALID SYNTHETIC/);
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
  assert.match(histogramSentence([lost]), /1 lost, their latency is infinite/);
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

test('the modules can be joined: no name is used twice, every import and export is one line', () => {
  const names = new Map();
  for (const file of ['format', 'dom', 'scale', 'marks', 'histogram', 'scenarios', 'report']) {
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
