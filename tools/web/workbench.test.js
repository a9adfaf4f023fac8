// The workbench in a real browser, on the real program. ASSAY_PROGRAM names it; without it, without playwright-core or
// without a chromium these tests are skipped and say so. The runs are real and as short as they may be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bench, ended, lock, measure, openTrack, openView, shot, skip, status, step } from './workbench_driver.js';

/** @type {Bench} */
let bench;
before(async () => {
  if (skip) return;
  bench = new Bench('400ms');
  await bench.open();
});
after(() => bench?.close());

/** @param {object} options @param {(page: any) => Promise<void>} use */
const withPage = (options, use) => bench.withPage(options, use);
const openEdge = (/** @type {any} */ page) => openTrack(page, 'Edge Guardian');

test('the key leaves the address, and without it the page says where it is', { skip }, async () => {
  await withPage({}, async (page) => {
    assert.ok(!page.url().includes('t='));
    assert.equal(await page.locator('ul.cards > li').count(), 4);
    assert.match(await page.locator('dl.facts').textContent(), /CPU/);
    await page.locator('#doctor .trust').waitFor();
    for (const check of await page.locator('#doctor li').allTextContents()) assert.match(check, /^(✗ STOP|! WARN) /);
    await shot(page, 'home');
  });
  const context = await bench.browser.newContext();
  const page = await context.newPage();
  await page.goto(bench.address.split('#')[0]);
  await page.getByText('Open the address from the terminal').waitFor();
  await context.close();
});

test('another page cannot frame it', { skip }, async () => {
  const context = await bench.browser.newContext();
  const page = await context.newPage();
  const [request] = await Promise.all([page.waitForEvent('requestfailed'), page.setContent(`<iframe src="${bench.address}"></iframe>`)]);
  assert.match(request.failure().errorText, /BLOCKED_BY_RESPONSE/);
  await context.close();
});

test('Part 1 of a track: nothing is seen before the lock, everything after it', { skip }, async () => {
  await withPage({}, async (page) => {
    await openEdge(page);
    await step(page, 'Your prediction').waitFor();

    assert.equal(await page.locator('ul.runs').count(), 0);
    assert.equal(await page.locator('svg.picture, table, input[type=range]').count(), 0, 'no chart, no figures, no controls');
    assert.match(await step(page, 'Evidence').textContent(), /Opens once your prediction is locked/);
    assert.equal(await status(page, `/api/runs/${'0'.repeat(64)}?track=edge`), 423);
    await shot(page, 'before-lock');

    await lock(page, 'Which scenario stands for', (form) => form.getByLabel('MultiStream: eight frames').check());
    assert.equal(await page.locator('ul.runs').count(), 0, 'one of two predictions opens nothing');
    await lock(page, 'Eight cameras trigger together', (form) => form.locator('input[type=number]').fill('25'), 2);
    await page.locator('ul.runs').waitFor();
    assert.match(await page.locator('ul.runs').textContent(), /Run, \d+ s/);
    assert.equal(await page.locator('.card.scenario').count(), 4);

    await measure(page, 'SingleStream: one frame');
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
    await openEdge(page);
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
    await openEdge(page);
    const reflect = step(page, 'Reflect');
    const fields = reflect.locator('textarea');
    await fields.nth(0).fill('Offline never waits.');
    await page.locator('[role=group][aria-label=Run] button').first().click();
    assert.equal(await fields.nth(0).inputValue(), 'Offline never waits.');
    await fields.nth(1).fill('Tune for one camera. <img src=x onerror=alert(1)>');
    await reflect.getByRole('button', { name: 'Save checkpoint' }).click();
    await reflect.getByText('Saved in the ledger').waitFor();
    await page.reload();
    assert.match(await fields.nth(1).inputValue(), /<img src=x/);
  });
});

test('a change that comes between press and release does not swallow the click', { skip }, async () => {
  await withPage({}, async (page) => {
    await openEdge(page);
    const fields = step(page, 'Reflect').locator('textarea');
    await fields.nth(0).fill('Written here.');
    const save = step(page, 'Reflect').getByRole('button', { name: 'Save checkpoint' });
    await save.scrollIntoViewIfNeeded();
    const box = await save.boundingBox();
    const told = page.waitForResponse((/** @type {any} */ response) => response.url().includes('/api/state'));
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await withPage({}, async (other) => {
      await openEdge(other);
      await step(other, 'Reflect').locator('textarea').nth(1).fill('Written elsewhere.');
      await step(other, 'Reflect').getByRole('button', { name: 'Save checkpoint' }).click();
      await step(other, 'Reflect').getByText('Saved in the ledger').waitFor();
    });
    await told;
    await page.mouse.up();
    await step(page, 'Reflect').getByText('Saved in the ledger').waitFor();
    await page.reload();
    assert.equal(await fields.nth(0).inputValue(), 'Written here.');
  });
});

test('sliders move by keys and by number, and stage only', { skip }, async () => {
  await withPage({}, async (page) => {
    await openEdge(page);
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
    assert.equal(await page.locator('#progress progress').count(), 0, 'nothing was started');
  });
});

test('the ledger names what is open and lets nothing incomplete out', { skip }, async () => {
  await withPage({ viewport: { width: 360, height: 800 } }, async (page) => {
    await openEdge(page);
    await step(page, 'Reflect').waitFor();
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'no sideways scrolling at 360 px');
    await shot(page, 'narrow');
    for (const part of [2, 3]) {
      await openView(page, `Part ${part}`);
      await page.locator('section.closed').first().waitFor();
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `no sideways scrolling in Part ${part}`);
    }
    await openView(page, 'Ledger');
    await step(page, 'To hand in').waitFor();
    assert.match(await page.locator('ul.missing').textContent(), /Part 2, prediction p99/);
    assert.equal(await page.locator('button:enabled', { hasText: /Export|Download/ }).count(), 0);
    assert.equal(await status(page, '/api/report?track=edge&format=json'), 409);
    assert.match(await step(page, 'Lines of the ledger').textContent(), /Every line holds the hash/);
    await shot(page, 'ledger');
  });
});

test('when the server is gone the page says so and can still be read', { skip }, async () => {
  const context = await bench.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${bench.address}&track=edge`);
  await step(page, 'Evidence').locator('svg.picture').first().waitFor();
  bench.server.kill('SIGTERM');
  await ended(bench.server);
  await page.locator('#banner').getByText('does not answer').waitFor();
  assert.equal(await page.locator('[data-key^="run:"]:enabled').count(), 0);
  assert.ok(await step(page, 'Evidence').locator('svg.picture').first().isVisible());
  await shot(page, 'offline');
  await context.close();
});
