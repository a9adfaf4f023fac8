// The report in a real browser. ASSAY_SAMPLES names the folder that assay_analysis_samples wrote; without it, without
// playwright-core or without a chromium these tests are skipped and say so.
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

/** @param {string} file @param {object} [options] @param {(page: any) => Promise<void>} use */
async function withPage(file, options, use) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => { if (!/^(file|blob):/.test(request.url())) complaints.push(request.url()); });
  await page.goto(pathToFileURL(`${samples}/${file}`).href);
  await use(page);
  assert.deepEqual(complaints, [], 'the page complained or asked for something');
  await context.close();
}

const picture = (page, section) => page.locator(`${section} svg.picture`).first();

test('the page draws every chart, without a complaint and without a request', { skip }, async () => {
  await withPage('report.html', {}, async (page) => {
    assert.equal(await page.locator('svg.picture').count(), 4);
    assert.equal(await page.locator('[role=img] > title').count(), 4);
    assert.match(await picture(page, '#run-1').locator('desc').textContent(), /SingleStream: 10,240 queries, mean 1\.22 ms/);
    assert.equal(await page.locator('#run-4 svg.picture').count(), 0, 'Offline has no histogram');
  });
});

test('each axis changes by its buttons, from the keyboard, and the focus stays', { skip }, async () => {
  await withPage('report.html', {}, async (page) => {
    for (const axis of ['Latency axis', 'Count axis']) {
      const before = await picture(page, '#run-1').innerHTML();
      const group = page.locator(`#run-1 [role=group][aria-label="${axis}"]`);
      const button = group.locator('button[aria-pressed=false]');
      const name = await button.textContent();
      await button.focus();
      await page.keyboard.press('Enter');
      assert.equal(await group.locator('button[aria-pressed=true]').textContent(), name);
      assert.equal(await page.evaluate('document.activeElement.textContent'), name);
      assert.notEqual(await picture(page, '#run-1').innerHTML(), before);
    }
  });
});

test('runs can be laid over and taken away', { skip }, async () => {
  await withPage('report.html', {}, async (page) => {
    const button = page.locator('#run-1 button', { hasText: 'Server' });
    await button.click();
    assert.equal(await page.locator('#run-1 path.bars:not(.sign *)').count(), 2);
    assert.match(await page.locator('#run-1 svg.picture').textContent(), /P99 Server/);
    assert.match(await page.locator('#run-1 table.legend').textContent(), /✗ INVALID/);
    await button.click();
    assert.equal(await page.locator('#run-1 path.bars:not(.sign *)').count(), 1);
  });
});

test('the response to the dose is drawn, named, and can be worked from the keyboard', { skip }, async () => {
  await withPage('dose.html', {}, async (page) => {
    const drawing = page.locator('#overview .dose svg.picture');
    assert.equal(await drawing.count(), 1);
    assert.match(await drawing.locator('desc').textContent(), /P99 is first over the window of 10\.0 ms at noise 159 bursts\/s; at 79\.5 bursts\/s it is within/);
    assert.match(await drawing.textContent(), /window 10\.0 ms.*P99 over the window: 159 bursts\/s/);
    assert.deepEqual(await drawing.locator('path.curve').evaluateAll((paths) => paths.map((p) => p.getAttribute('stroke-dasharray'))),
      ['', '7 3', '2 3']);
    assert.deepEqual(await page.locator('#overview .dose tbody th a').allTextContents(),
      ['0 bursts/s', '39.8 bursts/s', '79.5 bursts/s', '159 bursts/s', '291 bursts/s']);
    for (const axis of ['Dose axis', 'Latency axis']) {
      const before = await drawing.innerHTML();
      const button = page.locator(`.dose [role=group][aria-label="${axis}"] button[aria-pressed=false]`);
      const name = await button.textContent();
      await button.focus();
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement.textContent'), name);
      assert.notEqual(await drawing.innerHTML(), before);
    }
    assert.match(await page.locator('.dose .words').textContent(), /0 has no place on a logarithmic axis/);
    assert.match(await page.locator('#run-1 [aria-label="Lay over"]').textContent(), /Server, noise 80 bursts\/s/);
  });
  await withPage('report.html', {}, async (page) => {
    assert.equal(await page.locator('[data-chart=dose]').isVisible(), false);
  });
});

test('a soak is drawn over one time axis, with its levels, bands and a table', { skip }, async () => {
  await withPage('soak.html', {}, async (page) => {
    assert.equal(await page.locator('.soak svg.picture').count(), 2);
    const hot = page.locator('#run-2 .soak');
    const drawing = hot.locator('svg.picture');
    assert.match(await drawing.locator('desc').textContent(), /THERMAL; sustained 32\d queries\/s of a peak of 40\d queries\/s/);
    const text = await drawing.textContent();
    for (const part of ['Throughput', 'P99', 'Effective clock', 'Temperature', 'Power', 'trip 95.0 °C', 'window 3.60 ms', 'throttle flag',
      'clock down after 60.0 s', 'peak 40', 'sustained 32', '3 GHz']) assert.ok(text.includes(part), part);
    assert.equal(await drawing.locator('path.curve').count(), 5);
    assert.equal(await drawing.locator('rect.band.flag').count(), 2 * 5);
    assert.match(await drawing.locator('rect.band.clock').first().getAttribute('fill'), /^url\(#soak-hatch-\d+\)$/);
    assert.match(await hot.locator('.burst del').textContent(), /queries\/s in the first 10 s/);
    assert.equal(await page.locator('#run-1 .soak .burst del').count(), 0);
    assert.match(await page.locator('#run-1 .soak .words').textContent(), /Not measured, so no panel: temperature, power\./);
    const toggle = hot.locator('button', { hasText: 'Table' });
    await toggle.focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Table');
    assert.equal(await hot.locator('table.loops tbody tr').count(), 20);
    assert.deepEqual(await hot.locator('table.loops thead th').allTextContents(),
      ['Loop', 'Throughput', 'P99', 'Mean clock', 'Highest temperature', 'Mean power', 'Throttle flag']);
    await toggle.click();
    assert.equal(await hot.locator('table.loops').count(), 0);
    const before = await drawing.innerHTML();
    await hot.locator('button', { hasText: 'fitted' }).click();
    assert.notEqual(await drawing.innerHTML(), before);
  });
});

test('no two texts in the picture of a soak lie over each other, and none is cut', { skip }, async () => {
  for (const width of [360, 768, 1200]) {
    await withPage('soak.html', { viewport: { width, height: 800 } }, async (page) => {
      for (const name of ['from 0', 'fitted']) {
        for (const button of await page.locator('.soak button', { hasText: name }).all()) await button.click();
        const over = await page.evaluate(() => [...document.querySelectorAll('.soak svg.picture')].flatMap((svg) => {
          const boxes = [...svg.querySelectorAll(':scope > text')].map((text) => ({ words: text.textContent, box: text.getBoundingClientRect() }));
          const frame = svg.getBoundingClientRect();
          const cut = boxes.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1).map(({ words }) => `${words} is cut`);
          return cut.concat(boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.box.left < b.box.right && b.box.left < a.box.right
            && a.box.top + 3 < b.box.bottom && b.box.top + 3 < a.box.bottom).map((b) => `${a.words} | ${b.words}`)));
        }));
        assert.deepEqual(over, [], `${width} px, ${name}`);
      }
    });
  }
});

for (const width of [360, 768, 1200]) {
  for (const file of ['report.html', 'hostile.html', 'dose.html', 'soak.html']) {
    test(`${file} fits ${width} px, its labels inside the pictures`, { skip }, async () => {
      await withPage(file, { viewport: { width, height: 800 } }, async (page) => {
        assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
        const outside = await page.evaluate(() => [...document.querySelectorAll('svg.picture')].flatMap((svg) => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('text')].filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
          }).map((text) => text.textContent);
        }));
        assert.deepEqual(outside, []);
      });
    });
  }
}

test('without JavaScript the words, tables and reasons are there', { skip }, async () => {
  await withPage('report.html', { javaScriptEnabled: false }, async (page) => {
    assert.ok(await page.locator('noscript p').first().isVisible());
    assert.equal(await page.locator('.chart:visible').count(), 0);
    const text = await page.locator('main').innerText();
    for (const part of ['INVALID', 'P99 latency 11.9 ms is above the window', 'assay peak mlp', '1.276 ms', 'Example Xeon']) {
      assert.ok(text.includes(part), part);
    }
  });
});

test('text of a file never becomes code', { skip }, async () => {
  await withPage('hostile.html', {}, async (page) => {
    assert.match(await page.title(), /<\/script><img/);
    assert.equal(await page.locator('img').count(), 0);
    assert.match(await page.locator('#run-1').textContent(), /SYNTHETIC/);
    assert.match(await picture(page, '#run-1').textContent(), /SYNTHETIC/);
    assert.match(await page.locator('#run-1 [data-chart=histogram] .words').textContent(), /1 query never came back/);
  });
});

test('the data comes out as it went in', { skip }, async () => {
  await withPage('report.html', {}, async (page) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#data button').first().click()]);
    assert.equal(download.suggestedFilename(), '01JDEXAMPLE0000000000000S1.run.json');
    const { readFile } = await import('node:fs/promises');
    const document = JSON.parse(await readFile(await download.path(), 'utf8'));
    assert.equal(document.schema, 'assay/run/1');
    assert.match(document.hash, /^sha256:/);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: texts and marks stand out from the ground`, { skip }, async () => {
    await withPage('report.html', { colorScheme }, async (page) => {
      const ratios = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const luminance = (/** @type {string} */ name) => {
          const value = style.getPropertyValue(name).trim();
          const parts = [1, 3, 5].map((i) => parseInt(value.slice(i, i + 2), 16) / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const ground = luminance('--ground');
        return Object.fromEntries(['ink', 'soft', 'link', 'good', 'bad', 'care', 'c1', 'c2', 'c3', 'c4'].map((name) => {
          const [low, high] = [ground, luminance(`--${name}`)].sort((a, b) => a - b);
          return [name, (high + 0.05) / (low + 0.05)];
        }));
      });
      // WCAG 2.1: 4.5 for text (1.4.3), 3 for graphical objects (1.4.11).
      for (const [name, ratio] of Object.entries(ratios)) {
        assert.ok(ratio >= (name.startsWith('c') && name.length === 2 ? 3 : 4.5), `${name}: ${ratio}`);
      }
    });
  });
}
