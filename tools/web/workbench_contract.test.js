// What the workbench makes of answers that a short run cannot bring about: audits with their charts, a run from a
// terminal, a busy machine. The server is real, single answers are replaced on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bench, lock, measure, openTrack, openView, shot, skip, step } from './workbench_driver.js';

/** @type {Bench} */
let bench;
before(async () => {
  if (skip) return;
  bench = new Bench('300ms');
  await bench.open();
  await bench.withPage({}, async (page) => {
    await openTrack(page, 'Edge Guardian');
    await openView(page, 'Part 3');
    await lock(page, 'Will the system with the highest peak', (form) => form.locator('input[type=radio]').first().check());
  });
});
after(() => bench?.close());

/** Changes the lab of each state on its way to the page. @param {any} page @param {(lab: any, state: any) => void} change */
const changed = (page, change) => page.route('**/api/state*', async (route) => {
  const response = await route.fetch();
  const state = await response.json();
  if (state.lab) change(state.lab, state);
  await route.fulfill({ response, json: state });
});

/** A picture with everything that must not get into the page. @param {string} title */
const hostile = (title) => `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" class="audit-chart wide" role="img"
 viewBox="0 0 900 200" aria-labelledby="chart-t" onload="window.hit = 1"><title id="chart-t">${title}</title><desc>Two roofs.</desc>
 <style>.roof { stroke: red }</style><script>window.hit = 2</script><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="window.hit = 3"/></body></foreignObject>
 <defs><clipPath id="inside"><rect width="900" height="200"/></clipPath></defs>
 <g class="k0" clip-path="url(#inside)" style="opacity: 0"><path class="roof" d="M10,190L400,20H890" onclick="window.hit = 4"/></g>
 <a xlink:href="javascript:window.hit = 5"><text class="label" x="20" y="40">gone with its link</text></a><text class="label" x="30" y="60">A 2.00 Tflop/s</text>
 <use href="https://evil.example/x.svg#y"/><image href="https://evil.example/x.png"/></svg>`;

const ID = 'a'.repeat(64);
const AUDIT_RUN = { entry: `sha256:${ID}`, time: '2026-11-26T22:00:00Z', run: 'audit', number: 1, size: null, controls: {}, locks: [], file: 'runs/audit.json', sha256: 'b'.repeat(64),
  command: 'assay audit a b', charts: ['roofline', 'pareto'], facts: { kind: 'audit', id: null, what: 'A wide (measured) against B fed (datasheet)', valid: false, honest: true,
    interrupted: false, invalid_codes: [], mark: null, doses: [], figures: { peak_A: { point: 2e12, lower: 1.9e12, upper: 2.1e12, confidence: 0.95, reason: null },
      throughput_A: { point: 100, lower: 90, upper: 110, confidence: 0.95, reason: null } }, sentences: ['The verdict is withheld: same warm-up fails', 'Measure B before you buy it.'] } };
const AUDIT_FILE = { schema: 'assay/audit/1', fairness: { reportable: false, controls: [{ name: 'same warm-up', state: 'fails', facts: [], finding: 'warm-up differed', remedy: 'run both with --warmup 2s' }] },
  systems: [], pairs: [], pareto: { points: [{ system: 'A', sentence: 'No system dominates A.' }] } };

/** @param {any} lab */
function withAudit(lab) {
  const part = lab.parts[2];
  const plain = { scenario: null, required: true, controls: [], most: null, made: 0, expected_s: 20, allowed: true, refusal: null };
  part.runs = [{ ...plain, id: 'system-a', title: 'System A: high peak', kind: 'suite' }, { ...plain, id: 'system-b', title: 'System B: high bandwidth', kind: 'suite' },
    { ...plain, id: 'audit', title: 'The audit of two systems', kind: 'audit', expected_s: 1, chosen: ['wide', null],
      systems: [{ id: 'wide', title: 'wide', kind: 'bundle' }, { id: 'fed', title: 'fed', kind: 'bundle' }, { id: 'h100', title: 'H100 SXM', kind: 'datasheet' }] }];
}

test('the audit: two systems are chosen, and sent', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await changed(page, withAudit);
    const asked = [];
    await page.route('**/api/runs', async (route) => {
      asked.push(route.request().postDataJSON());
      await route.fulfill({ status: 409, json: { error: 'a run of this lab goes on; one at a time' } });
    });
    await openTrack(page, 'Edge Guardian');
    await openView(page, 'Part 3');
    const row = page.locator('li[data-run=audit]');
    assert.equal(await row.locator('select').nth(0).inputValue(), 'wide');
    assert.equal(await row.locator('button').isDisabled(), true, 'one system is no comparison');
    await row.getByLabel('System B').selectOption('wide');
    await row.getByText('the same system').waitFor();
    await row.getByLabel('System B').selectOption('h100');
    await row.locator('button').click();
    await row.getByText('one at a time').waitFor();
    assert.deepEqual(asked, [{ track: 'edge', part: 3, run: 'audit', controls: {}, systems: ['wide', 'h100'] }]);
    assert.equal(await page.locator('li[data-run=system-a] button').textContent(), 'Run, 20 s');
    await shot(page, 'busy');
  });
});

test('the audit’s finding: sentences, fairness, systems, and pictures that can do no harm', { skip }, async () => {
  // The policy stops what the picture carries; the pictures of the program carry none of it.
  await bench.withPage({ expected: /Executing inline event handler|Applying inline style/ }, async (page) => {
    await changed(page, (lab) => { withAudit(lab); lab.parts[2].evidence.runs = [AUDIT_RUN]; });
    await page.route(`**/api/runs/${ID}?*`, (route) => route.fulfill({ json: AUDIT_FILE }));
    await page.route(`**/api/runs/${ID}/charts/*`, (route) => (route.request().url().includes('roofline')
      ? route.fulfill({ contentType: 'image/svg+xml', body: hostile('Comparative roofline') }) : route.fulfill({ status: 404, json: { error: 'fewer than two axes are in use' } })));
    await openTrack(page, 'Edge Guardian');
    await openView(page, 'Part 3');
    const evidence = step(page, 'Evidence');
    const picture = evidence.locator('[data-chart=roofline] svg.audit-chart');
    await picture.waitFor();
    assert.match(await evidence.textContent(), /The verdict is withheld: same warm-up fails/);
    assert.match(await evidence.textContent(), /Measure B before you buy it/);
    assert.match(await evidence.locator('table.systems').textContent(), /Peak2\.00 Top\/s/);
    assert.match(await evidence.textContent(), /run both with --warmup 2s/);
    assert.match(await evidence.locator('[data-chart=pareto]').textContent(), /Not available: fewer than two axes/);
    assert.equal(await picture.locator('script, style, foreignObject, image, a, [onload], [onclick], [style]').count(), 0);
    assert.equal(await picture.locator('use').getAttribute('href'), null);
    assert.equal(await page.evaluate('window.hit'), undefined);
    const id = await picture.locator('clipPath').getAttribute('id');
    assert.equal(await picture.locator('g').first().getAttribute('clip-path'), `url(#${id})`);
    assert.equal(await picture.locator('path.roof').evaluate((e) => getComputedStyle(e).fill), 'none', 'its rules come from the page');
    await page.setViewportSize({ width: 360, height: 800 });
    assert.ok(await picture.isVisible(), 'a wide chart is seen on a narrow screen too');
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    await shot(page, 'audit-narrow');
    await page.setViewportSize({ width: 1200, height: 900 });
    await shot(page, 'audit');
  });
});

test('a run that was started in a terminal is seen, and nothing else may start', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    let goesOn = true;
    await changed(page, (lab) => {
      if (!goesOn) return;
      lab.busy = true;
      lab.running = { part: 3, run: lab.parts[2].runs[0].id, since: new Date(Date.now() - 3000).toISOString().replace(/\.\d+/, ''), controls: {}, expected_s: 20 };
    });
    await openTrack(page, 'Edge Guardian');
    await openView(page, 'Part 3');
    await page.locator('#progress', { hasText: 'started in a terminal' }).waitFor();
    assert.match(await page.locator('#progress').textContent(), /since \d\d:\d\d:\d\d UTC, about 20 s/);
    assert.equal(await page.locator('[data-key^="run:"]:enabled').count(), 0);
    assert.equal(await page.locator('#progress button').count(), 0, 'it is stopped where it was started');
    await shot(page, 'running-elsewhere');
    goesOn = false;
    await page.evaluate(() => location.reload());
    await page.locator('[data-key^="run:"]').first().waitFor();
    assert.equal(await page.locator('#progress progress').count(), 0);
  });
});

test('print shows the evidence and no controls; the keyboard reaches every control in the order of the page', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await openTrack(page, 'Edge Guardian');
    await openView(page, 'Part 3');
    await page.reload();
    await step(page, '3 Measure').waitFor();
    const places = [];
    for (let i = 0; i < 40; ++i) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const e = document.activeElement;
        return e && e !== document.body ? { key: e.getAttribute('data-key') ?? e.textContent, top: e.getBoundingClientRect().top + scrollY,
          outline: getComputedStyle(e).outlineStyle } : null;
      });
      if (!at) break;
      places.push(at);
    }
    assert.match(places[0].key, /To the content/);
    assert.ok(places.length > 8);
    assert.ok(places.every(({ outline }) => outline !== 'none'), 'the focus is always seen');
    const tops = places.slice(1).map(({ top }) => top);
    assert.ok(tops.every((top, i) => i === 0 || top >= tops[i - 1] - 60), 'from the top to the bottom');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('ul.runs').isVisible(), false);
    assert.equal(await page.locator('nav.tabs').isVisible(), false);
    assert.equal(await step(page, '4 Evidence').isVisible(), true);
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
  });
});

test('each text is told from its ground in both themes', { skip }, async () => {
  for (const colorScheme of ['light', 'dark']) {
    await bench.withPage({ colorScheme }, async (page) => {
      const found = await page.evaluate(() => {
        const root = getComputedStyle(document.documentElement);
        const probe = document.body.appendChild(document.createElement('span'));
        const light = (name) => {
          probe.style.color = root.getPropertyValue(name);
          const part = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map((v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
          return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
        };
        const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
        return ['--ink', '--soft', '--link', '--good', '--bad', '--care', '--c1', '--c2', '--c3', '--c4'].flatMap((name) => ['--ground', '--panel'].map((on) => [name, on, ratio(name, on)]));
      });
      for (const [name, on, ratio] of found) assert.ok(ratio >= (/--c\d/.test(name) ? 3 : 4.5), `${colorScheme}: ${name} on ${on} is ${ratio}`);
    });
  }
});

test('the two halves of a comparison are switched from the cards', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await openTrack(page, 'Edge Guardian');
    await lock(page, 'Which scenario stands for', (form) => form.locator('input[type=radio]').first().check());
    await lock(page, 'Eight cameras trigger together', (form) => form.locator('input[type=number]').fill('25'));
    await measure(page, 'SingleStream: one frame');
    await measure(page, 'Offline: everything at once');
    const strip = step(page, 'Evidence').getByText('throughput only');
    await strip.waitFor();
    await page.locator('[data-scenario=offline]').getByRole('button', { name: 'in the chart' }).click();
    await strip.waitFor({ state: 'detached' });
    assert.equal(await page.locator('[data-scenario=server] .card-figure').textContent(), 'not run');
    assert.match(await page.locator('[data-scenario=offline] .card-figure').textContent(), /samples\/s/);
    assert.match(await page.locator('[data-scenario=single]').textContent(), /P99 latency/);
  });
});

test('what a terminal measures comes into the page by itself', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await openTrack(page, 'Edge Guardian');
    const runs = page.locator('[role=group][aria-label=Run] button');
    await runs.first().waitFor();
    const count = await runs.count();
    bench.spawn(['lab', 'run', '--lab', 'assay-lab/edge', '--part', '1', 'offline', '--quiet']);
    await runs.nth(count).waitFor({ timeout: 60000 });
    assert.match(await runs.nth(count).textContent(), /offline/);
    await page.waitForFunction(() => !document.querySelector('#progress progress'));
  });
});

test('a number in the dose table leads to its run, not out of the page', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await openTrack(page, 'Edge Guardian');
    await openView(page, 'Part 2');
    await lock(page, 'Frames take 10 ms', (form) => form.locator('input[type=number]').fill('25'));
    const entry = page.getByRole('spinbutton', { name: /^Background load.*number$/ });
    for (const value of ['0', '20', '40']) {
      await entry.fill(value);
      await entry.press('Tab');
      await measure(page, 'SingleStream beside');
    }
    const link = step(page, 'Evidence').locator('a[href^="#run-"]').first();
    await link.click();
    await page.locator('[role=group][aria-label=Run] button[aria-pressed=true]', { hasText: '#1 load' }).waitFor();
    assert.match(page.url(), /#\/edge\/2$/);
    assert.equal(await page.locator('li[data-run=load] .small').first().textContent(), 'iteration 4 of 10');
  });
});

/** Slows each state of the lab down, and says all the time that there is a new one. @param {any} page @param {number} answer_ms */
async function storm(page, answer_ms) {
  await page.route('**/api/state*', async (route) => {
    const response = await route.fetch();
    await new Promise((done) => setTimeout(done, answer_ms));
    await route.fulfill({ response });
  });
  await page.addInitScript(() => {
    const real = window.fetch;
    window.fetch = async (path, options) => {
      if (path !== '/api/events') return real(path, options);
      const told = new ReadableStream({ start: (into) => { setInterval(() => into.enqueue(new TextEncoder().encode('event: state\ndata: null\n\n')), 50); } });
      return new Response(told);
    };
  });
  await page.reload();
}

test('answers that are slower than the news keep nobody from a view, nor from what was refused', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await storm(page, 400);
    await page.route('**/api/runs', (route) => route.fulfill({ status: 409, json: { error: 'a run of this lab goes on; one at a time' } }));
    await openTrack(page, 'Edge Guardian');
    await page.locator('nav.tabs a', { hasText: 'Part 3' }).click();
    await page.locator('nav.tabs a[aria-current=page]', { hasText: 'Part 3' }).waitFor();
    await page.locator('li[data-run] button:enabled').first().click();
    await page.locator('[data-run]').getByText('one at a time').waitFor();
  });
});

test('a server that stands still is given up after ten seconds, and asked again', { skip }, async () => {
  await bench.withPage({}, async (page) => {
    await page.clock.install();
    await page.reload();
    await openTrack(page, 'Edge Guardian');
    let isStill = true;
    let asked = 0;
    await page.route('**/api/state*', async (route) => {
      ++asked;
      if (!isStill) await route.continue();  // else there is no answer, and no end
    });
    const banner = page.locator('#banner', { hasText: 'The workbench does not answer.' });
    await page.reload();
    await page.waitForFunction(() => document.body !== null);
    while (asked === 0) await new Promise((done) => setTimeout(done, 20));
    await page.clock.fastForward(9000);
    assert.equal(await banner.isVisible(), false);
    await page.clock.fastForward(1500);
    await banner.waitFor();
    isStill = false;
    await page.clock.fastForward(2100);
    await banner.waitFor({ state: 'hidden' });
    await page.getByRole('heading', { name: 'Edge Guardian' }).first().waitFor();
  });
});
