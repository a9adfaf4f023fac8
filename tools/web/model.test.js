// What the workbench makes of a lab's state, as numbers and texts: no browser. The state file was recorded from a lab of
// real short runs (assay lab status --json).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import './kit_loader.js';

const web = '../../lab/workbench/web/';
const { plain, spokenSeconds, stepOfValue, valueOfStep } = await import(`${web}parts.js`);
const { holds, labView, predictionOn } = await import(`${web}model.js`);
const { figureOf, figuresOf, systemsOf, windowText } = await import(`${web}figures.js`);
const { crisisOf } = await import(`${web}crisis.js`);
const { oneAtATime } = await import(`${web}once.js`);
const { fleetOdds } = await import(`${web}peek.js`);

const recorded = JSON.parse(readFileSync(new URL('data/lab_state.json', import.meta.url), 'utf8'));
const lab = () => labView(structuredClone(recorded));

const LINEAR = { id: 'noise', title: 'Noise', unit: 'bursts/s', lower: 0, upper: 60, start: 0, logarithmic: false };
const LOG = { ...LINEAR, lower: 1, upper: 2000, logarithmic: true };
const LOG_FROM_0 = { ...LINEAR, upper: 1000, logarithmic: true };

test('a slider reaches both ends exactly and its steps rise', () => {
  for (const control of [LINEAR, LOG, LOG_FROM_0]) {
    assert.equal(valueOfStep(control, 0), control.lower);
    assert.equal(valueOfStep(control, 200), control.upper);
    assert.equal(valueOfStep(control, 999), control.upper);
    for (let step = 1; step <= 200; ++step) assert.ok(valueOfStep(control, step) >= valueOfStep(control, step - 1), `${step}`);
  }
  assert.equal(valueOfStep(LINEAR, 100), 30);
  assert.equal(valueOfStep(LOG, 100), 44.7, 'the geometric middle of 1 and 2000, three digits');
});

test('a typed number finds its step and comes back', () => {
  for (const control of [LINEAR, LOG, LOG_FROM_0]) {
    for (let step = 0; step <= 200; ++step) {
      assert.ok(Math.abs(stepOfValue(control, valueOfStep(control, step)) - step) <= 1, `${step}`);
    }
    assert.equal(stepOfValue(control, -5), 0);
    assert.equal(stepOfValue(control, 1e9), 200);
  }
});

test('seconds and settings as a person writes them', () => {
  assert.equal(spokenSeconds(0.4), '1 s');
  assert.equal(spokenSeconds(89.2), '90 s');
  assert.equal(spokenSeconds(150), '2 min 30 s');
  assert.equal(spokenSeconds(179.7), '3 min 0 s', 'never 60 s');
  assert.equal(plain(0.1 + 0.2), '0.3');
  assert.equal(plain(20000), '20000');
});

test('an interval decides about the window, or does not', () => {
  assert.equal(holds({ point: 9, lower: 8, upper: 10 }, 10), true);
  assert.equal(holds({ point: 12, lower: 10.1, upper: 14 }, 10), false);
  assert.equal(holds({ point: 11, lower: 9, upper: 14 }, 10), null);
  assert.equal(holds({ point: 11, lower: 10.5, upper: null }, 10), false, 'its upper end is open, and does not matter');
  assert.equal(holds({ point: 9, lower: null, upper: null }, 10), null);
});

test('a window is written as it is said', () => {
  assert.equal(windowText('10ms@p99'), '10 ms at the P99');
  assert.equal(windowText('16667us@p99'), '16.7 ms at the P99');
  assert.equal(windowText('250ms@p90'), '250 ms at the P90');
  assert.equal(windowText('2s'), '2 s');
  assert.equal(windowText('<b>'), '<b>', 'what is unknown stays as it is');
});

test('figures carry their unit and interval, or say why they have none', () => {
  const figures = { p99_s: { point: 0.00794, lower: 0.00751, upper: 0.00864 }, samples_per_s: { point: 120, lower: null, upper: null, reason: 'one run' },
    missed_share: { point: 0.75, lower: 0.7, upper: 0.8 }, p50_s: { point: null, lower: null, upper: null } };
  assert.equal(figureOf(figures, 'p99_s'), '7.94 ms [7.51, 8.64]');
  assert.equal(figureOf(figures, 'samples_per_s'), '120 samples/s (no interval: one run)');
  assert.equal(figureOf(figures, 'missed_share'), '75.0 % [70.0 %, 80.0 %]');
  assert.equal(figureOf(figures, 'p50_s'), 'not available');
  assert.equal(figureOf(figures, 'nothing'), 'not available');
  assert.deepEqual(figuresOf(figures).map(({ name }) => name), ['Throughput', 'P99 latency', 'Frames that missed their deadline']);
});

test('an audit becomes columns of systems', () => {
  const figures = { peak_A: { point: 2e12, lower: 1.9e12, upper: 2.1e12 }, bandwidth_B: { point: 3e10, lower: null, upper: null },
    throughput_A: { point: 100, lower: 90, upper: 110 }, throughput_ratio_AB: { point: 1.8, lower: 1.7, upper: 1.9 } };
  const systems = systemsOf(figures);
  assert.deepEqual(systems.letters, ['A', 'B']);
  assert.deepEqual(systems.rows.map(({ name }) => name), ['Peak', 'Bandwidth', 'Throughput']);
  assert.deepEqual(systems.rows[0].cells, ['2.00 Top/s [1.90 Top/s, 2.10 Top/s]', 'not available']);
  assert.deepEqual(systems.rows[1].cells, ['not available', '30.0 GB/s']);
  assert.deepEqual(figuresOf(figures), [{ name: 'Throughput of B over that of A', text: '1.80 × [1.70 ×, 1.90 ×]' }]);
  assert.equal(systemsOf({ p99_s: { point: 1 } }), null);
});

/** @param {string} run @param {object} figures @param {object} [more] */
const result = (run, figures, more = {}) => ({ run, honest: true, interrupted: false, invalid_codes: [], raw: figures, ...more });
const offers = (...ids) => ids.map((id) => ({ id, title: `title of ${id}` }));

test('the SingleStream Lie shows, does not show, or is not decided', () => {
  const part = (missed) => ({ runs: offers('single', 'cameras'), results: [result('single', { mean_s: { point: 0.005 }, window_s: { point: 0.01 } }), result('cameras', { missed_share: missed })] });
  const of = (missed) => crisisOf({ track: 'edge', crisis: 'The Lie' }, part(missed)).finding;
  assert.equal(of({ point: 0.75, lower: 0.7, upper: 0.8 }).shown, true);
  assert.match(of({ point: 0.75, lower: 0.7, upper: 0.8 }).sentence, /takes 5\.00 ms on average, 50\.0 % of the window of 10\.0 ms; .* 75\.0 % of the frames/);
  assert.equal(of({ point: 0.001, lower: 0, upper: 0.01 }).shown, false);
  assert.equal(of({ point: 0.02, lower: 0.001, upper: 0.1 }).shown, null);
  const waiting = crisisOf({ track: 'edge', crisis: 'The Lie' }, { runs: offers('single', 'cameras'), results: [result('single', {})] });
  assert.deepEqual(waiting.waits, ['title of cameras']);
});

test('the Offline Mirage counts only a Server that held its windows', () => {
  const part = { runs: offers('offline', 'server'), results: [result('offline', { samples_per_s: { point: 100 } }),
    result('server', { samples_per_s: { point: 90 } }, { invalid_codes: ['first_token_constraint'] })] };
  const cloud = { track: 'cloud', crisis: 'The Mirage' };
  assert.equal(crisisOf(cloud, part).finding, null);
  part.results.push(result('server', { samples_per_s: { point: 15 } }), result('server', { samples_per_s: { point: 20 } }), result('server', { samples_per_s: { point: 80 } }, { honest: false }));
  assert.equal(crisisOf(cloud, part).finding.shown, true);
  assert.match(crisisOf(cloud, part).finding.sentence, /Offline shows 100 samples\/s; Server, .* 20\.0 samples\/s: 20\.0 % of it/);
});

test('the Thermal Peak and the Accuracy Bias come from one run each', () => {
  const hot = { runs: offers('envelope'), results: [result('envelope', { first_30_s_fps: { point: 60 }, last_fps: { point: 10 } })] };
  assert.match(crisisOf({ track: 'mobile', crisis: '' }, hot).finding.sentence, /60\.0 frames\/s, the end shows 10\.0 frames\/s: 16\.7 % of it is left/);
  const short = { runs: offers('envelope'), results: [result('envelope', {})] };
  assert.equal(crisisOf({ track: 'mobile', crisis: '' }, short).finding, null);
  const deaf = (field) => crisisOf({ track: 'tiny', crisis: '' }, { runs: offers('field'), results: [result('field', { clean_accuracy: { point: 0.95, lower: 0.94, upper: 0.96 }, field_accuracy: field })] }).finding.shown;
  assert.equal(deaf({ point: 0.6, lower: 0.58, upper: 0.62 }), true);
  assert.equal(deaf({ point: 0.96, lower: 0.95, upper: 0.97 }), false);
  assert.equal(deaf({ point: 0.94, lower: 0.92, upper: 0.955 }), null);
  assert.equal(crisisOf({ track: 'unknown', crisis: '' }, hot), null);
});

test('a locked P99 is placed as many deviations over the mean as it was said', () => {
  const question = { figure: 'p99_at_10_5', kind: 'number', locks: [{ answer: '25 ms' }], revealed_after: ['load'], reveal: null };
  const run = result('load', { mean_s: { point: 0.004 }, sd_s: { point: 0.001 } });
  assert.ok(Math.abs(predictionOn({ questions: [question] }, run).value - 0.007) < 1e-12, '25 is 3 deviations over 10');
  assert.equal(predictionOn({ questions: [question] }, result('other', run.raw)), null);
  assert.equal(predictionOn({ questions: [question] }, result('load', { mean_s: { point: 0.004 } })), null, 'no deviation, no place');
  assert.equal(predictionOn({ questions: [{ ...question, figure: 'missed_share' }] }, run), null);
  assert.equal(predictionOn({ questions: [{ ...question, locks: [] }] }, run), null);
});

test('a fleet misses as 1-(1-p)^N says', () => {
  assert.equal(fleetOdds(0.01, 100), '63.4 %');
  assert.equal(fleetOdds(0.001, 1000), '63.2 %');
  assert.equal(fleetOdds(1, 5), '100 %');
  assert.equal(fleetOdds(0.7, 1000), '>99.999999 %', 'never certain where a device may hold');
  assert.equal(fleetOdds(null, 5), 'not available');
  assert.equal(fleetOdds(0.01, 0), 'not available');
});

test('a recorded lab becomes a page: cards, iterations, checks, lines', () => {
  const { parts, missing, lines } = lab();
  assert.deepEqual(parts[0].cards.map(({ name }) => name), ['SingleStream', 'MultiStream', 'Server', 'Offline']);
  for (const { newest, metric } of parts[0].cards) assert.equal(newest === null, metric === null);
  assert.deepEqual(parts[1].cards, [], 'one scenario is no comparison');
  assert.equal(parts[1].iterations.rows.length, parts[1].results.length);
  assert.ok(parts[1].iterations.rows.some(({ doses }) => doses.some(({ asked, achieved }) => asked !== 'none' && achieved !== '')));
  for (const part of parts) for (const { sentence } of part.check) assert.doesNotMatch(sentence, /undefined|NaN|null/);
  for (const line of missing) assert.doesNotMatch(line, /assay lab/);
  assert.deepEqual(lines.map(({ time }) => time), lines.map(({ time }) => time).sort());
  assert.ok(lines.length > 3);
});

test('Offline has no latency on its card, whatever its run file holds', () => {
  const offline = lab().parts[0].cards.find(({ scenario }) => scenario === 'offline');
  assert.equal(offline.metric.name, 'throughput');
  assert.match(offline.metric.text, /samples\/s/);
  assert.ok(offline.metric.notes.some((note) => /no latency of a request/.test(note)));
});

test('what a run of another kind lacks is not invented', () => {
  const state = structuredClone(recorded);
  const [run] = state.parts[0].evidence.runs;
  run.facts.figures = {};
  delete run.charts;
  const view = labView(state);
  assert.deepEqual(view.parts[0].results[0].figures, []);
  assert.deepEqual(view.parts[0].results[0].charts, []);
  assert.equal(labView(null), null);
});

test('work that is asked for while it is under way is done once more, and never twice at a time', async () => {
  /** @type {(() => void)[]} */
  const answers = [];
  let done = 0;
  const ask = oneAtATime(async () => {
    await new Promise((resolve) => { answers.push(() => resolve(undefined)); });
    ++done;
  });
  const first = ask();
  const later = [ask(), ask(), ask()];
  assert.equal(answers.length, 1, 'one at a time');
  answers[0]();
  await first;
  assert.equal(done, 1, 'an answer counts, however often it was asked for meanwhile');
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(answers.length, 2, 'once more, for all who asked meanwhile');
  const last = ask();
  answers[1]();
  await Promise.all(later);
  assert.equal(done, 2);
  await new Promise((resolve) => setTimeout(resolve));
  answers[2]();
  await last;
  assert.equal(done, 3);
  const again = ask();
  answers[3]();
  await again;
  assert.equal(done, 4);
});
