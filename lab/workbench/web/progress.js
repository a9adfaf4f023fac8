// Where a measurement is: one that this workbench started, or one of the same lab that was started in a terminal.

import { h } from '/kit/dom.js';
import { doseAmount } from '/kit/dose.js';
import { formatCount } from '/kit/format.js';
import { ask } from './client.js';
import { isNumber } from './figures.js';
import { spokenSeconds } from './parts.js';

/** @typedef {import('./app.js').Context} Context */

/** Here or in another process. @param {Context} context */
export const isMeasuring = ({ state }) => state.measuring.run !== null || state.lab?.busy === true || Boolean(state.lab?.running);

/** This run of this part goes on now. @param {Context} context @param {any} part @param {string} run */
export function isRunning({ state, track }, part, run) {
  const here = state.measuring.run;
  if (here) return here.track === track && here.part === part.number && here.run === run;
  return state.lab?.running?.part === part.number && state.lab?.running?.run === run;
}

/** @param {any} lab */
function elsewhere({ running, parts }) {
  if (!running) return [h('p', {}, 'A run of this lab goes on in another process; its result comes here by itself.')];
  const offer = parts.find((/** @type {any} */ part) => part.number === running.part)?.runs.find((/** @type {any} */ run) => run.id === running.run);
  const passed = (Date.now() - Date.parse(running.since)) / 1000;
  const expected = running.expected_s;
  // The clock of another machine may differ: what makes no sense is left out.
  const isPlain = isNumber(expected) && expected > 0 && passed >= 0 && passed < 10 * expected + 60;
  return [h('p', {}, h('strong', {}, `${offer?.title ?? running.run}: measuring`)),
    h('progress', isPlain ? { max: expected, value: Math.min(passed, expected), 'aria-label': 'of this run' } : { 'aria-label': 'of this run' }),
    h('p', { class: 'small' }, `started in a terminal, since ${running.since.replace(/^.*T|Z$/g, '')} UTC`
      + `${isNumber(expected) ? `, about ${spokenSeconds(expected)}` : ''}. Its result comes here by itself; it is stopped where it was started.`)];
}

/** @param {Context} context */
function panelParts(context) {
  const { run, last } = context.state.measuring;
  if (!run) {
    if (isMeasuring(context)) return elsewhere(context.state.lab);
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
  if (!isMeasuring(context) || !context.isOnline) return;
  const { run } = context.state.measuring;
  // In the quiet view no event comes; the clock of this page goes on every 2 s.
  const begin = performance.now();
  ticking = window.setTimeout(() => {
    const passed = (performance.now() - begin) / 1000;
    if (run) {
      run.elapsed_s += passed;
      run.phase_elapsed_s += passed;
    }
    progressPanel(context);
  }, 2000);
}

/** The panel's place in the page. @param {Context} context */
export const progressPlace = (context) => [h('div', { id: 'progress', class: 'progress' }, ...panelParts(context)),
  context.notices.get('stop') && h('p', { class: 'notice', role: 'alert' }, context.notices.get('stop'))];
