// A student's whole way in a real browser: every track and part from a fresh state to the export, with real runs that
// are as short as they may be. What to answer and what to run is read from the lab's own state, so the texts of a flow may change.
// ASSAY_PROGRAM names the program and ASSAY_WALK=1 asks for it, since it measures for six minutes; without them these
// tests are skipped.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Bench, lock, measure, openView, shot, skip, status, step, told } from './workbench_driver.js';

const leftOut = skip || (!process.env.ASSAY_WALK && 'ASSAY_WALK is not set');

const TRACKS = ['cloud', 'edge', 'mobile', 'tiny'];

/** An audit as `assay audit --json` writes it, for a flow that takes a file. */
const AUDIT = { schema: 'assay/audit/1', withheld: null, verdict: 'B delivers 1.8 x of A.', memo: ['Buy B.'],
  systems: [{ letter: 'A', name: 'wide', kind: 'measured', roofs: { peak: { point_per_s: 2e12, lower_per_s: 1.9e12, upper_per_s: 2.1e12, confidence: 0.95, reason: null },
    bandwidth: null }, throughput: { point_samples_per_s: 100, lower_samples_per_s: 90, upper_samples_per_s: 110, confidence: 0.95, reason: null } },
  { letter: 'B', name: 'fed', kind: 'datasheet', roofs: { reason: 'none' }, throughput: null }],
  pairs: [{ a: 'A', b: 'B', throughput_ratio: { point: 1.8, lower: 1.7, upper: 1.9, confidence: 0.95, reason: null }, crossover: null }] };

/** @type {Bench} */
let bench;
before(async () => {
  if (leftOut) return;
  bench = new Bench('300ms');
  await bench.open();
  writeFileSync(join(bench.folder, 'audit.json'), JSON.stringify(AUDIT));
});
after(() => bench?.close());

/** @param {any} page @param {string} track */
const labOf = async (page, track) => (await told(page, `/api/state?track=${track}`)).lab;
/** @param {any} page @param {string} track @param {number} number */
const partOf = async (page, track, number) => (await labOf(page, track)).parts[number - 1];

/** Nothing of the evidence is in the page or comes from the server. @param {any} page @param {string} track @param {any} part */
async function closed(page, track, part) {
  assert.equal(await page.locator('svg.picture, .server-chart, main table, input[type=range], ul.runs, .scenarios').count(), 0, `part ${part.number}: something is seen before the lock`);
  assert.equal(await page.getByText('Opens once your prediction is locked').count(), 3);
  assert.deepEqual(part.evidence.runs, []);
  assert.equal(await status(page, '/api/runs', { track, part: part.number, run: part.runs[0].id, controls: {} }), 423);
}

/** @param {any} page @param {any} part */
async function lockAll(page, part) {
  for (const question of part.questions) {
    const answer = question.kind === 'number' ? (form) => form.locator('input[type=number]').fill(String((question.lower + question.upper) / 4))
      : (form) => form.locator('input[type=radio][value]').first().check();
    await lock(page, question.text, answer);
  }
}

/** Makes each run that is asked for, as it is offered at that moment. @param {any} page @param {string} track @param {any} part */
async function runAll(page, track, part) {
  for (const { id } of part.runs.filter(({ required }) => required)) {
    const offer = (await partOf(page, track, part.number)).runs.find((each) => each.id === id);
    assert.ok(offer.allowed, `${id}: ${offer.refusal}`);
    const row = page.locator(`li[data-run="${id}"]`);
    if (offer.kind === 'file') await row.locator('input[type=text]').fill('audit.json');
    if (offer.kind === 'audit') {
      const [a, b] = offer.systems.filter(({ kind }) => kind === 'bundle');
      await row.locator('select').nth(0).selectOption(a.id);
      await row.locator('select').nth(1).selectOption(b.id);
    }
    await measure(page, offer.title);
  }
}

/** A second iteration with something staged. @param {any} page @param {any} part */
async function disturbed(page, part) {
  const [first] = part.controls;
  const entry = page.getByRole('spinbutton', { name: `${first.title}, number` });
  await entry.fill(String(first.upper / 20));
  await entry.press('Tab');
  await measure(page, part.runs.find(({ most }) => most).title);
}

/** What every part has once it was measured. @param {any} page @param {any} part */
async function widgets(page, part) {
  for (const title of ['Your prediction', '3 Measure', '4 Evidence', '5 Constraint check', '6 Reflect', 'You said, it was']) {
    await step(page, title).first().waitFor();
  }
  for (const { title } of part.controls) assert.ok(await page.getByRole('slider', { name: title, exact: true }).count() === 1, title);
  await page.waitForFunction(() => !document.querySelector('main')?.textContent?.includes('Reading the runs'));
  for (const picture of await page.locator('main svg[role=img]').all()) {
    assert.ok(await picture.locator('title').first().textContent(), 'a picture without a name');
    assert.ok(await picture.locator('desc').first().textContent(), 'a picture without a sentence');
  }
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'sideways scrolling');
}

/** @param {any} page @param {any} part */
async function charts(page, part) {
  const evidence = step(page, '4 Evidence');
  if (part.number === 1) {
    assert.equal(await page.locator('.card.scenario').count(), 4);
    assert.equal(await page.locator('.card-figure', { hasText: 'not run' }).count(), 0);
    await evidence.locator('svg.picture', { has: page.locator('title', { hasText: 'Throughput and latency' }) }).waitFor();
    assert.match(await page.locator('[data-scenario=offline]').textContent() ?? '', /no latency of a request/);
    await page.locator('section.crisis').waitFor();
  } else if (part.number === 2) {
    await evidence.locator('svg.picture', { has: page.locator('title', { hasText: 'Histogram' }) }).waitFor();
    for (const name of ['Latency axis', 'Count axis', 'Lay over']) assert.equal(await evidence.locator(`[role=group][aria-label="${name}"]`).count(), 1, name);
    await evidence.getByText('Math peek').waitFor();
    assert.equal(await evidence.locator('table.iterations tbody tr').count(), 2);
  } else {
    assert.ok(await evidence.locator('.verdict-line, .systems').count() > 0);
    const asked = part.runs.some(({ kind }) => kind === 'audit');
    for (const name of asked ? ['roofline', 'pareto'] : []) {
      await evidence.locator(`.server-chart[data-chart=${name}] .audit-chart, .server-chart[data-chart=${name}] .aside`).first().waitFor();
    }
  }
}

/** @param {any} page @param {any} lab */
async function decide(page, lab) {
  const form = step(page, 'Your benchmark strategy').locator('form');
  await form.locator('select').selectOption(lab.metrics[0].id);
  for (const field of await form.locator('textarea').all()) await field.fill('Because it was measured here, under load.');
  await form.getByRole('button', { name: 'Save the decision' }).click();
  await form.getByText('Saved in the ledger').waitFor();
}

/** @param {any} page @param {string} track */
async function handIn(page, track) {
  await openView(page, 'Ledger');
  await step(page, 'To hand in').getByText('The lab is complete').waitFor();
  await page.getByRole('button', { name: 'Export the lab' }).click();
  await page.getByText('The export is written').waitFor();
  const files = {};
  for (const format of ['html', 'md', 'json']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Download .${format}` }).click()]);
    assert.equal(download.suggestedFilename(), `assay-lab-${track}.${format}`);
    files[format] = readFileSync(await download.path(), 'utf8');
  }
  const lab = JSON.parse(files.json);
  assert.equal(lab.schema, 'assay/lab/1');
  assert.equal(lab.draft, false);
  assert.deepEqual(lab.missing, []);
  assert.match(files.html, /^<!doctype html>/i);
  assert.match(files.md, /^# /);
  assert.equal(await page.locator('.notice').count(), 0);
}

for (const track of TRACKS) {
  test(`${track}: from a fresh state to the export`, { skip: leftOut, timeout: 400000 }, async () => {
    await bench.withPage({}, async (page) => {
      await page.locator(`[data-key="open:${track}"]`).click();
      await step(page, 'Your prediction').waitFor();
      for (const number of [1, 2, 3]) {
        await openView(page, `Part ${number}`);
        const part = await partOf(page, track, number);
        await page.locator('h2', { hasText: part.title }).waitFor();
        await closed(page, track, part);
        await lockAll(page, part);
        await runAll(page, track, part);
        if (number === 2) await disturbed(page, part);
        await page.reload();
        await widgets(page, part);
        await charts(page, part);
        const reflect = step(page, '6 Reflect');
        for (const field of await reflect.locator('textarea').all()) await field.fill('The figure depends on what was asked of the machine.');
        await reflect.getByRole('button', { name: 'Save checkpoint' }).click();
        await reflect.getByText('Saved in the ledger').waitFor();
        if (number === 3) await decide(page, await labOf(page, track));
        await shot(page, `walk-${track}-${number}`);
      }
      await handIn(page, track);
      await shot(page, `walk-${track}-ledger`);
    });
  });
}
