// Drives the workbench for its tests: the real program, a real browser, and a student's steps.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const program = process.env.ASSAY_PROGRAM ? resolve(process.env.ASSAY_PROGRAM) : '';
const browserPath = process.env.ASSAY_CHROMIUM
  ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? '';
const playwright = await import('playwright-core').catch(() => null);
export const skip = (!program && 'ASSAY_PROGRAM is not set') || (!playwright && 'playwright-core is not installed')
  || (!browserPath && 'no chromium') || false;
const shots = process.env.ASSAY_SHOTS ?? '';

/** @param {any} child */
export const ended = (child) => new Promise((done) => { if (child.exitCode !== null || child.signalCode !== null) done(null); else child.on('exit', done); });

/** A workbench in a folder of its own, with a browser. */
export class Bench {
  folder = mkdtempSync(join(tmpdir(), 'assay-workbench-'));
  address = '';

  /** @param {string} duration of each run */
  constructor(duration) { this.duration = duration; }

  get environment() {
    return { ...process.env, TMPDIR: join(this.folder, 'tmp'), XDG_CONFIG_HOME: join(this.folder, 'config') };
  }

  /** Starts the workbench and waits for its address. */
  async serve() {
    mkdirSync(join(this.folder, 'tmp'), { recursive: true });
    this.server = spawn(program, ['lab', '--no-open', '--duration', this.duration], { cwd: this.folder,
      env: this.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    this.address = await new Promise((done, fail) => {
      let text = '';
      this.server.stdout.on('data', (/** @type {Buffer} */ bytes) => {
        text += bytes;
        if (text.includes('\n')) done(text.split('\n')[0]);
      });
      this.server.on('exit', () => fail(new Error('the workbench ended')));
    });
  }

  /** Runs the program beside the workbench, in its folder. @param {string[]} args */
  spawn(args) { return spawn(program, args, { cwd: this.folder, env: this.environment, stdio: 'ignore' }); }

  async open() {
    this.browser = await playwright.chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
    await this.serve();
  }

  async close() {
    await this.browser?.close();
    this.server?.kill('SIGTERM');
    if (this.server) await ended(this.server);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Opens the page, uses it, and finds that it had nothing to complain of.
   * @param {{viewport?: object, colorScheme?: string, expected?: RegExp}} options `expected`: complaints that are the point of the test
   * @param {(page: any) => Promise<void>} use
   */
  async withPage({ expected = undefined, ...options }, use) {
    const context = await this.browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints = [];
    // What the server refused on purpose is no complaint of the page.
    page.on('console', (message) => { if (!/the server responded with a status of 4\d\d/.test(message.text())) complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.setDefaultTimeout(20000);
    try {
      await page.goto(this.address);
      await page.locator('main h2').first().waitFor();
      await use(page);
      assert.deepEqual(complaints.filter((text) => !expected?.test(text)), [], 'the page complained');
    } finally {
      // The page asks on: an answer that a test was just replacing has nowhere to go, and that is no fault.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    }
  }
}

/** Asks the API as the page does. @param {any} page @param {string} path @param {object} [body] of a POST */
export const status = (page, path, body) => page.evaluate(async ([where, text]) => (await fetch(where, {
  method: text ? 'POST' : 'GET', body: text, headers: { Authorization: `Bearer ${sessionStorage.getItem('assay-key')}` } })).status, [path, body && JSON.stringify(body)]);

/** @param {any} page @param {string} path */
export const told = (page, path) => page.evaluate(async (where) => (await fetch(where, {
  headers: { Authorization: `Bearer ${sessionStorage.getItem('assay-key')}` } })).json(), path);

/** A picture of the whole page where ASSAY_SHOTS names a folder. @param {any} page @param {string} name */
export const shot = async (page, name) => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }); };

/** @param {any} page @param {string} title */
export const step = (page, title) => page.locator('section.step', { has: page.locator('h2', { hasText: title }) });

/** @param {any} page @param {string} title of a track */
export const openTrack = (page, title) => page.locator('ul.cards > li', { hasText: title }).locator('button').click();

/** Opens a part or the ledger. A click that falls on a page that is just being drawn anew is made again. @param {any} page @param {string} name */
export async function openView(page, name) {
  const tab = page.locator('nav.tabs a', { hasText: name });
  for (let tries = 0; tries < 3; ++tries) {
    await tab.click();
    if (await tab.and(page.locator('[aria-current=page]')).waitFor({ timeout: 3000 }).then(() => true, () => false)) return;
  }
  throw new Error(`${name} does not open`);
}

/** @param {any} page @param {string} text of the question @param {(form: any) => Promise<void>} answer @param {number} reason */
export async function lock(page, text, answer, reason = 1) {
  const form = page.locator('form', { hasText: text });
  await answer(form);
  await form.locator('select').selectOption({ index: reason });
  await form.getByLabel('a guess').check();
  await form.locator('button', { hasText: 'Lock it' }).click();
  await page.locator('.locked', { hasText: text }).waitFor();
}

/** The results that the page shows. @param {any} page */
const results = (page) => page.locator('[role=group][aria-label=Run] button');

/** Presses a run's button and waits until the lab has its result. @param {any} page @param {string} title of the run */
export async function measure(page, title) {
  const count = await results(page).count();
  await page.getByRole('button', { name: title }).and(page.locator('[data-key^="run:"]')).click();
  const seen = (/** @type {number} */ least) => document.querySelector('#progress progress, [data-run] .notice, .card .notice')
    || document.querySelectorAll('[role=group][aria-label=Run] button').length > least;
  await page.waitForFunction(seen, count);
  await page.locator('#progress progress').waitFor({ state: 'detached', timeout: 120000 });
  try {
    await page.waitForFunction((least) => document.querySelectorAll('[role=group][aria-label=Run] button').length > least, count, { timeout: 5000 });
  } catch {
    throw new Error(`no result of "${title}": ${await page.locator('.notice').allTextContents()}`);
  }
}
