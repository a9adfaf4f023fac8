// The gallery of a folder of bundles in a real browser; skipped as page.test.js is.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const samples = process.env.ASSAY_SAMPLES ?? '';
const browserPath = process.env.ASSAY_CHROMIUM
  ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? '';
const playwright = await import('playwright-core').catch(() => null);
const skip = (!samples && 'ASSAY_SAMPLES is not set') || (!playwright && 'playwright-core is not installed')
  || (!browserPath && 'no chromium') || false;

/** @type {any} */
let browser;
before(async () => {
  if (!skip) browser = await playwright.chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
});
after(() => browser?.close());

/** @param {string} file @param {object} options @param {(page: any) => Promise<void>} use */
async function withPage(file, options, use) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => { if (!/^file:/.test(request.url())) complaints.push(request.url()); });
  await page.goto(pathToFileURL(`${samples}/${file}`).href);
  await use(page);
  assert.deepEqual(complaints, [], 'the page complained or asked for something');
  await context.close();
}

test('a strip for each figure, a row for each machine, the outlier named', { skip }, async () => {
  await withPage('gallery.html', { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator('.strips figure').count(), 9);
    assert.equal(await page.locator('.fleet tbody tr').count(), 40);
    assert.equal(await page.locator('.nodes .out').count(), 1);
    assert.match(await page.locator('.outliers li').first().textContent(), /^n17: memory bandwidth/);
  });
});

test('nothing is wider than a telephone, light or dark', { skip }, async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 768, 1200]) {
      await withPage('gallery.html', { viewport: { width, height: 800 }, colorScheme }, async (page) => {
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
      });
    }
  }
});

test('a hostile bundle is text', { skip }, async () => {
  await withPage('gallery-hostile.html', {}, async (page) => {
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.locator('script').count(), 0);
    assert.notEqual(await page.title(), 'owned');
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
  });
});
