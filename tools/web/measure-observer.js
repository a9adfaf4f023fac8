// What watching a measurement costs it: the P99 of a kernel of about 100 us, alone, beside a page that stays quiet, and
// beside one that is told of the progress 2 and 10 times a second. tools/measure-observer starts it.

import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import playwright from 'playwright-core';

const [program, roundsText = '7', duration = '8s'] = process.argv.slice(2);
const rounds = Number(roundsText);
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (!program || !(rounds >= 1) || !browserPath) throw new Error('measure-observer: PROGRAM [ROUNDS] [DURATION], and a chromium is needed');

const MODES = ['none', 'quiet', 'live@2Hz', 'live@10Hz'];
const TITLES = { none: 'no page', quiet: 'quiet page', 'live@2Hz': 'live page, 2 Hz', 'live@10Hz': 'live page, 10 Hz' };
const TARGET_S = 100e-6;

const folder = mkdtempSync(join(tmpdir(), 'assay-observer-'));
const environment = { ...process.env, TMPDIR: join(folder, 'tmp'), XDG_CONFIG_HOME: join(folder, 'config') };
mkdirSync(environment.TMPDIR);

/** @param {string} cwd @param {string[]} args */
function assay(cwd, args) {
  try {
    return execFileSync(program, args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    return String(/** @type {any} */ (error).stdout ?? '');  // an INVALID run is a figure too
  }
}

/** The size of the kernel whose mean is nearest to 100 us on this machine. */
function fittingSize() {
  const means = [64, 96, 128, 160, 192, 224, 256, 320].map((size) => {
    const text = assay(folder, ['run', 'gemm', '--param', `n=${size}`, '--duration', '300ms', '--threads', '1', '--quiet', '--json']);
    return { size, mean: JSON.parse(text).result.latency.mean_s };
  });
  return means.reduce((best, each) => (Math.abs(Math.log(each.mean / TARGET_S)) < Math.abs(Math.log(best.mean / TARGET_S)) ? each : best));
}

/** A lab whose first part measures that kernel; its other parts are there since a lab has three. @param {number} size */
const flow = (size) => `track = "edge"
title = "Observer"
persona = "whoever measures"
north_star = "a result that does not depend on being looked at"
crisis = "none"
claim = "watching costs nothing"
stakeholder = "You"
window = "10ms@p99"
workload = "gemm"
parameters = ["n=${size}"]
metric = "p99"
${[1, 2, 3].map((part) => `[[parts]]
title = "Part ${part}"
objective = "See what watching costs."
situation = ["One kernel of about 100 us."]
[[parts.questions]]
id = "q"
text = "Does it cost anything?"
key = "no"
runs = ["single"]
options = [{ id = "yes", text = "yes" }, { id = "no", text = "no" }]
reasons = [{ id = "guess", text = "a guess" }]
[[parts.runs]]
id = "single"
title = "One after the other"
duration = "${duration}"
flags = { scenario = "single", threads = "1" }
[[parts.reflections]]
id = "why"
text = "Why?"
`).join('')}`;

/** @param {any} browser @param {string} cwd @param {string} mode */
async function runFromPage(browser, cwd, mode) {
  const server = spawn(program, ['lab', '--no-open', '--observer', mode], { cwd, env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  const address = await new Promise((done) => { let text = ''; server.stdout.on('data', (bytes) => { text += bytes; if (text.includes('\n')) done(text.split('\n')[0]); }); });
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${address}&track=edge`);
  await page.locator('button', { hasText: /^Run/ }).first().click();
  await page.locator('#progress progress').waitFor();
  await page.locator('#progress progress').waitFor({ state: 'detached', timeout: 120000 });
  await page.context().close();
  server.kill('SIGTERM');
  await new Promise((done) => server.on('exit', done));
}

/** @param {any} browser @param {string} flowFile @param {string} mode */
async function measure(browser, flowFile, mode) {
  const cwd = mkdtempSync(join(folder, 'lab-'));
  assay(cwd, ['lab', 'begin', '--track', flowFile, '--lab', 'assay-lab/edge']);
  assay(cwd, ['lab', 'lock', '--lab', 'assay-lab/edge', '--part', '1', 'q=no', '--because', 'guess', '--guess']);
  if (mode === 'none') assay(cwd, ['lab', 'run', '--lab', 'assay-lab/edge', '--part', '1', 'single', '--observer', 'none', '--quiet']);
  else await runFromPage(browser, cwd, mode);
  const state = JSON.parse(assay(cwd, ['lab', 'status', '--lab', 'assay-lab/edge', '--json']));
  const { figures } = state.parts[0].evidence.runs.at(-1).facts;
  rmSync(cwd, { recursive: true });
  return { p50: figures.p50_s.point, p99: figures.p99_s.point, lower: figures.p99_s.lower, upper: figures.p99_s.upper };
}

/** @param {number[]} values */
const median = (values) => { const sorted = [...values].sort((a, b) => a - b); return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2; };
const micro = (/** @type {number} */ s) => `${(s * 1e6).toFixed(1)} us`;

const { size, mean } = fittingSize();
const flowFile = join(folder, 'observer.toml');
writeFileSync(flowFile, flow(size));
console.log(`gemm n=${size}, 1 thread: mean ${micro(mean)}; ${rounds} rounds of ${duration}, the modes of a round in turn, their order turned by one each round`);
const browser = await playwright.chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
/** @type {Map<string, any[]>} */
const found = new Map(MODES.map((mode) => [mode, []]));
try {
  for (let round = 0; round < rounds; ++round) {
    for (let i = 0; i < MODES.length; ++i) {
      const mode = MODES[(i + round) % MODES.length];
      found.get(mode)?.push(await measure(browser, flowFile, mode));
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log('| watched by | P50, median of rounds | P99, median of rounds | P99 over that of no page in the same round: median [least, most] |\n|---|---|---|---|');
for (const mode of MODES) {
  const runs = found.get(mode) ?? [];
  const ratios = runs.map(({ p99 }, i) => p99 / (found.get('none') ?? [])[i].p99);
  console.log(`| ${TITLES[/** @type {keyof typeof TITLES} */ (mode)]} | ${micro(median(runs.map(({ p50 }) => p50)))} | ${micro(median(runs.map(({ p99 }) => p99)))} | ${
    mode === 'none' ? '1' : `${median(ratios).toFixed(3)} [${Math.min(...ratios).toFixed(3)}, ${Math.max(...ratios).toFixed(3)}]`} |`);
}
if (rounds >= 6) console.log(`least to most of ${rounds} rounds holds the median ratio with ${(100 * (1 - 2 * 0.5 ** rounds)).toFixed(1)} %`);
