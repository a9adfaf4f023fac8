// Measuring: controls that are staged and taken by a run, the cost of it in seconds before it starts, and where it is.

import { h } from '/kit/dom.js';
import { doseAmount } from '/kit/dose.js';
import { formatCount } from '/kit/format.js';
import { ask } from './client.js';
import { draft, plain, setDraft, slider, spokenSeconds, staged } from './parts.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} context @param {any} part @param {string} id */
const controlKey = (context, part, id) => `control:${context.track}:${part.number}:${id}`;

/** @param {Context} context @param {any} part @param {any} run */
function controlsOf(context, part, run) {
  return part.controls.filter((/** @type {any} */ control) => run.controls.includes(control.id))
    .map((/** @type {any} */ control) => [control.id, staged(controlKey(context, part, control.id), control)]);
}

/** Here or in another process. @param {Context} context */
const isMeasuring = ({ state }) => state.measuring.run !== null || state.lab?.busy === true;

/** @param {Context} context @param {any} part @param {any} run */
function runButton(context, part, run) {
  const place = `run:${context.track}:${part.number}:${run.id}`;
  const isBusy = isMeasuring(context);
  const isRefused = !run.allowed;
  const takesFile = run.kind === 'file';
  const fileKey = `file:${context.track}:${part.number}:${run.id}`;
  const start = () => context.act(place, async () => {
    await ask('POST', '/api/runs', { track: context.track, part: part.number, run: run.id,
      controls: Object.fromEntries(controlsOf(context, part, run)), ...(takesFile ? { file: draft(fileKey) } : {}) });
  });
  const notice = context.notices.get(place);
  const count = run.most > 0 ? `run ${Math.min(run.done + 1, run.most)} of ${run.most}` : run.done > 0 ? `done ${run.done} ×` : run.required ? 'not run' : 'if you like';
  return h('li', {}, h('div', {}, h('strong', {}, run.title), h('span', { class: 'small' }, isRefused ? run.refusal : count),
    takesFile && h('label', { class: 'field' }, h('span', {}, 'File on this machine'), h('input', { type: 'text', 'data-key': fileKey, value: draft(fileKey),
      placeholder: 'audit.json', autocomplete: 'off', input: (/** @type {any} */ event) => setDraft(fileKey, event.target.value) }),
    h('span', { class: 'small' }, 'written by: assay audit A B --json=audit.json'))),
    h('button', { type: 'button', class: run.done === 0 && run.required ? 'primary' : '', 'data-key': place, click: start,
      disabled: isBusy || isRefused ? '' : undefined }, takesFile ? 'Take it in' : `Run, ${spokenSeconds(run.seconds)}`),
    notice && h('p', { class: 'notice', role: 'alert' }, notice));
}

/** @param {any} value */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** What was asked for and what the machine delivered, of the newest run. @param {any} part */
function doseTable(part) {
  const last = part.results.filter((/** @type {any} */ result) => result.doses.length > 0).at(-1);
  if (!last) return false;
  return h('div', { class: 'scroll' }, h('table', {}, h('caption', {}, `Injected load of run ${last.label}`),
    h('thead', {}, h('tr', {}, ...['Load', 'Requested', 'Achieved'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...last.doses.map((/** @type {any} */ dose) => h('tr', {}, h('th', { scope: 'row' }, dose.knob),
      h('td', {}, doseAmount(dose.unit, dose.requested)),
      h('td', {}, isNumber(dose.achieved) ? doseAmount(dose.unit, dose.achieved) : `not available: ${dose.reason ?? 'no reason given'}`,
        dose.delivered === false && h('span', { class: 'small state warn' }, `not delivered${dose.reason ? `: ${dose.reason}` : ''}`)))))));
}

/** @param {Context} context */
function panelParts(context) {
  const { run, last } = context.state.measuring;
  if (!run) {
    if (context.state.lab?.busy) return [h('p', {}, 'A run of this lab goes on in another process; its result comes here by itself.')];
    return last && last.track === context.track && last.text
      ? [h('p', { class: last.exit_code === 0 ? 'aside' : 'notice' }, `The last measurement: ${last.text}`)] : [];
  }
  const isHere = run.track === context.track;
  const expected = run.phase_expected_s;
  const done = run.phase_elapsed_s;
  const progress = run.progress;
  return [h('p', {}, h('strong', {}, `${run.title}: ${run.phase}`), isHere ? '' : ` (track ${run.track})`),
    h('progress', isNumber(expected) && expected > 0 ? { max: expected, value: Math.min(done, expected), 'aria-label': 'of this phase' } : { 'aria-label': 'of this phase' }),
    h('p', { class: 'small' }, isNumber(expected) ? `${done.toFixed(0)} of ${spokenSeconds(expected)} of this phase` : `${done.toFixed(0)} s in this phase`,
      isNumber(run.expected_total_s) ? ` · ${run.elapsed_s.toFixed(0)} of about ${spokenSeconds(run.expected_total_s)} in all` : '',
      progress ? ` · ${formatCount(progress.settled)} queries done` : ' · quiet view: nothing is drawn while it measures'),
    ...(progress?.doses ?? []).map((/** @type {any} */ dose) => h('p', { class: 'small' },
      `${dose.knob}: ${doseAmount(dose.unit, dose.requested)} asked for, ${isNumber(dose.achieved) ? doseAmount(dose.unit, dose.achieved) : 'not yet known'} achieved`)),
    h('button', { type: 'button', 'data-key': 'stop', disabled: run.stopping ? '' : undefined,
      click: () => context.act('stop', async () => { await ask('DELETE', '/api/runs/current'); }) }, run.stopping ? 'Stopping …' : 'Stop and keep what is there')];
}

/** @type {number|undefined} */
let ticking;

/** Draws where the measurement is, and no more than that. @param {Context} context */
export function progressPanel(context) {
  clearTimeout(ticking);
  const place = document.getElementById('progress');
  if (!place) return;
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(...panelParts(context));
  if (hadFocus) /** @type {HTMLElement} */ (place.querySelector('button'))?.focus();
  const { run } = context.state.measuring;
  if (!run || !context.isOnline) return;
  // In the quiet view no event comes; the clock of this page goes on every 2 s.
  const begin = performance.now();
  ticking = window.setTimeout(() => {
    const passed = (performance.now() - begin) / 1000;
    run.elapsed_s += passed;
    run.phase_elapsed_s += passed;
    progressPanel(context);
  }, 2000);
}

/** @param {Context} context @param {any} lab @param {any} part */
export function measureStep(context, lab, part) {
  const isBusy = isMeasuring(context);
  const cost = h('p', { class: 'small' });
  const showStaged = () => {
    const moved = part.controls.map((/** @type {any} */ control) => [control, staged(controlKey(context, part, control.id), control)])
      .filter(([control, value]) => value !== control.start);
    cost.textContent = part.controls.length === 0 ? '' : moved.length === 0 ? 'Nothing is staged: a run goes without injected load.'
      : `Staged for the next run: ${moved.map(([control, value]) => `${control.title} ${plain(value)} ${control.unit}`).join(', ')}`;
  };
  showStaged();
  return h('section', { class: 'step' }, h('h2', {}, '3 Measure'),
    h('div', { id: 'progress', class: 'progress' }, ...panelParts(context)),
    context.notices.get('stop') && h('p', { class: 'notice', role: 'alert' }, context.notices.get('stop')),
    part.controls.length > 0 && h('div', { class: 'sliders' }, ...part.controls.map((/** @type {any} */ control) => slider(
      controlKey(context, part, control.id), control, isBusy, showStaged))), cost,
    h('ul', { class: 'runs' }, ...part.runs.map((/** @type {any} */ run) => runButton(context, part, run))),
    lab.size === null && h('p', { class: 'small' }, 'The first run also finds the size of the work that suits this machine: some seconds more.'),
    h('p', { class: 'small' }, `Each run of this part once or as often as it may: about ${spokenSeconds(part.expected_s)}. The whole lab: about ${spokenSeconds(lab.expected_s)}.`), doseTable(part));
}
