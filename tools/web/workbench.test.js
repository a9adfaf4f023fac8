// The workbench in a real browser, on the real program. ASSAY_PROGRAM names it; without it, without playwright-core or
// without a chromium these tests are skipped and say so. The runs are real and as short as they may be.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

const program = process.env.ASSAY_PROGRAM ? resolve(process.env.ASSAY_PROGRAM) : '';
const browserPath = process.env.ASSAY_CHROMIUM
  ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? '';
const playwright = await import('playwright-core').catch(() => null);
const skip = (!program && 'ASSAY_PROGRAM is not set') || (!playwright && 'playwright-core is not installed')
  || (!browserPath && 'no chromium') || false;
const shots = process.env.ASSAY_SHOTS ?? '';

/** @type {any} */
let browser;
/** @type {any} */
let server;
let address = '';
let folder = '';

/** Starts the workbench and waits for its address. */
async function serve() {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  server = spawn(program, ['lab', '--no-open', '--duration', '400ms'], { cwd: folder,
    env: { ...process.env, TMPDIR: join(folder, 'tmp'), XDG_CONFIG_HOME: join(folder, 'config') }, stdio: ['ignore', 'pipe', 'inherit'] });
  address = await new Promise((done, fail) => {
    let text = '';
    server.stdout.on('data', (/** @type {Buffer} */ bytes) => {
      text += bytes;
      if (text.includes('\n')) done(text.split('\n')[0]);
    });
    server.on('exit', () => fail(new Error('the workbench ended')));
  });
}

const ended = (/** @type {any} */ child) => new Promise((done) => { if (child.exitCode !== null) done(null); else child.on('exit', done); });

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), 'assay-workbench-'));
  browser = await playwright.chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  await serve();
});
after(async () => {
  await browser?.close();
  server?.kill('SIGTERM');
  if (server) await ended(server);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** @param {object} options @param {(page: any) => Promise<void>} use */
async function withPage(options, use) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  // What the server refused on purpose is no complaint of the page.
  page.on('console', (message) => { if (!/the server responded with a status of 4\d\d/.test(message.text())) complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  await page.locator('main h2').first().waitFor();
  await use(page);
  assert.deepEqual(complaints, [], 'the page complained');
  await context.close();
}

/** Asks the API as the page does. @param {any} page @param {string} path */
const status = (page, path) => page.evaluate(async (where) => (await fetch(where, {
  headers: { Authorization: `Bearer ${sessionStorage.getItem('assay-key')}` } })).status, path);
const shot = async (page, name) => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }); };

const step = (page, title) => page.locator('section.step', { has: page.locator('h2', { hasText: title }) });

/** @param {any} page @param {string} text of the question @param {() => Promise<void>} answer @param {number} reason */
async function lock(page, text, answer, reason) {
  const form = page.locator('form', { hasText: text });
  await answer();
  await form.locator('select').selectOption({ index: reason });
  await form.getByLabel('a guess').check();
  await form.locator('button', { hasText: 'Lock it' }).click();
  await page.locator('.locked', { hasText: text }).waitFor();
}

/** Presses a run's button and waits until the lab has its result. @param {any} page @param {string} title */
async function measure(page, title) {
  const row = page.locator('ul.runs li', { hasText: title });
  const results = page.locator('[role=group][aria-label=Run] button');
  const count = await results.count();
  await row.locator('button').click();
  await page.locator('#progress progress').waitFor();
  await page.locator('#progress progress').waitFor({ state: 'detached', timeout: 120000 });
  await page.waitForFunction((least) => document.querySelectorAll('[role=group][aria-label=Run] button').length > least, count);
}

test('the key leaves the address, and without it the page says where it is', { skip }, async () => {
  await withPage({}, async (page) => {
    assert.ok(!page.url().includes('t='));
    assert.equal(await page.locator('ul.cards > li').count(), 4);
    assert.match(await page.locator('dl.facts').textContent(), /CPU/);
    await shot(page, 'home');
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address.split('#')[0]);
  await page.getByText('Open the address from the terminal').waitFor();
  await context.close();
});

test('Part 1 of a track: nothing is seen before the lock, everything after it', { skip }, async () => {
  await withPage({}, async (page) => {
    await page.locator('ul.cards > li', { hasText: 'Edge Guardian' }).locator('button').click();
    await step(page, 'Your prediction').waitFor();

    assert.equal(await page.locator('ul.runs').count(), 0);
    assert.equal(await page.locator('svg.picture, table, input[type=range]').count(), 0, 'no chart, no figures, no controls');
    assert.match(await step(page, 'Evidence').textContent(), /Opens once your prediction is locked/);
    assert.equal(await status(page, `/api/runs/${'0'.repeat(64)}?track=edge`), 423);
    await shot(page, 'before-lock');

    await lock(page, 'Which scenario stands for', () => page.getByLabel('MultiStream: eight frames').check(), 1);
    assert.equal(await page.locator('ul.runs').count(), 0, 'one of two predictions opens nothing');
    await lock(page, 'Eight cameras trigger together', () => page.locator('input[type=number]').fill('25'), 2);
    await page.locator('ul.runs').waitFor();
    assert.match(await page.locator('ul.runs').textContent(), /Run, \d+ s/);

    await measure(page, 'SingleStream');
    const evidence = step(page, 'Evidence');
    await evidence.locator('svg.picture').first().waitFor();
    assert.ok(await evidence.locator('[role=img] > title').count() > 0);
    assert.match(await evidence.textContent(), /P99 latency/);
    await measure(page, 'Eight cameras at 30');
    await page.locator('section.step', { hasText: 'You said, it was' }).waitFor();
    assert.match(await page.locator('.reveal').first().textContent(), /25 %/);
    await shot(page, 'after-runs');
  });
});

test('reload and another browser find the same lab', { skip }, async () => {
  await withPage({ colorScheme: 'dark' }, async (page) => {
    await page.locator('ul.cards > li', { hasText: 'Edge Guardian' }).getByRole('button', { name: 'Go on' }).click();
    await step(page, 'Evidence').locator('svg.picture').first().waitFor();
    assert.equal(await page.locator('.locked').count(), 2);
    await shot(page, 'dark');
    await page.reload();
    await step(page, 'Evidence').locator('svg.picture').first().waitFor();
    assert.equal(await page.locator('[role=group][aria-label=Run] button').count(), 2);
  });
});

test('a draft outlives a change elsewhere; what is saved is kept', { skip }, async () => {
  await withPage({}, async (page) => {
    await page.locator('ul.cards > li', { hasText: 'Edge Guardian' }).getByRole('button', { name: 'Go on' }).click();
    const reflect = step(page, 'Reflect');
    const fields = reflect.locator('textarea');
    await fields.nth(0).fill('Offline never waits.');
    await page.getByRole('button', { name: '#1 single' }).click();
    assert.equal(await fields.nth(0).inputValue(), 'Offline never waits.');
    await fields.nth(1).fill('Tune for one camera. <img src=x onerror=alert(1)>');
    await reflect.getByRole('button', { name: 'Save checkpoint' }).click();
    await reflect.getByText('Saved in the ledger').waitFor();
    await page.reload();
    assert.match(await fields.nth(1).inputValue(), /<img src=x/);
  });
});

test('sliders move by keys and by number, and stage only', { skip }, async () => {
  await withPage({}, async (page) => {
    await page.locator('ul.cards > li', { hasText: 'Edge Guardian' }).getByRole('button', { name: 'Go on' }).click();
    const slider = page.getByRole('slider', { name: 'Arrival rate', exact: true });
    const entry = page.getByRole('spinbutton', { name: 'Arrival rate, number' });
    const value = async () => Number(await entry.inputValue());
    await slider.focus();
    const first = await value();
    await page.keyboard.press('ArrowRight');
    const second = await value();
    assert.ok(second > first);
    await page.keyboard.press('PageUp');
    assert.ok(await value() > second);
    await page.keyboard.press('End');
    assert.equal(await value(), 2000);
    await page.keyboard.press('Home');
    assert.equal(await value(), 1);
    await entry.fill('120');
    await entry.press('Tab');
    assert.match(await slider.getAttribute('aria-valuetext'), /^120 frames\/s$/);
    assert.match(await step(page, 'Measure').textContent(), /Staged for the next run: Arrival rate 120 frames\/s/);
  });
});

test('the ledger names what is open and lets nothing incomplete out', { skip }, async () => {
  await withPage({ viewport: { width: 360, height: 800 } }, async (page) => {
    await page.locator('ul.cards > li', { hasText: 'Edge Guardian' }).getByRole('button', { name: 'Go on' }).click();
    await step(page, 'Reflect').waitFor();
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'no sideways scrolling at 360 px');
    await shot(page, 'narrow');
    await page.locator('nav.tabs a', { hasText: 'Ledger' }).click();
    await step(page, 'To hand in').waitFor();
    assert.match(await page.locator('ul.missing').textContent(), /Part 2, prediction p99/);
    assert.equal(await page.locator('button:enabled', { hasText: 'Export' }).count(), 0);
    assert.equal(await status(page, '/api/report?track=edge&format=json'), 409);
    assert.match(await step(page, 'Lines of the ledger').textContent(), /Every line holds the hash/);
    await shot(page, 'ledger');
  });
});

test('when the server is gone the page says so and can still be read', { skip }, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}&track=edge`);
  await step(page, 'Evidence').locator('svg.picture').first().waitFor();
  server.kill('SIGTERM');
  await ended(server);
  await page.locator('#banner').getByText('does not answer').waitFor();
  assert.equal(await page.locator('ul.runs button:enabled').count(), 0);
  assert.ok(await step(page, 'Evidence').locator('svg.picture').first().isVisible());
  await shot(page, 'offline');
  await context.close();
});
