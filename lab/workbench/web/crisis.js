// Each track's crisis: two figures that were measured, side by side. A measurement may also say that there is none.

import { formatDuration, formatPercent } from '/kit/format.js';
import { figureOf, isNumber } from './figures.js';

/** @typedef {{shown: ?boolean, figures: Array<{text: string, name: string}>, sentence: string}} Finding */

/** Of the windows of a run, broken or not. */
const MISSED_WINDOWS = ['latency_constraint', 'first_token_constraint', 'token_time_constraint'];

/** @param {any} result */
const counts = (result) => result.honest && !result.interrupted;
/** @param {any} result @param {string} figure */
const pointOf = (result, figure) => result?.raw[figure]?.point;

/** The first run of that name which counts and has the figure. @param {any[]} results @param {string} run @param {string} figure */
const first = (results, run, figure) => results.find((result) => result.run === run && counts(result) && isNumber(pointOf(result, figure)));

/** @param {any[]} results @returns {?Finding} */
function singleStreamLie(results) {
  const single = first(results, 'single', 'mean_s');
  const cameras = first(results, 'cameras', 'missed_share');
  if (!single || !cameras) return null;
  const { lower, upper } = cameras.raw.missed_share;
  const window = pointOf(single, 'window_s');
  const share = isNumber(window) ? `, ${formatPercent(pointOf(single, 'mean_s') / window)} of the window of ${formatDuration(window)}` : '';
  return { shown: isNumber(lower) && lower > 0.01 ? true : isNumber(upper) && upper <= 0.01 ? false : null,
    figures: [{ text: formatDuration(pointOf(single, 'mean_s')), name: 'SingleStream: the mean of one frame' },
      { text: figureOf(cameras.raw, 'missed_share'), name: 'Eight cameras: frames that missed their deadline' }],
    sentence: `One frame after the other takes ${formatDuration(pointOf(single, 'mean_s'))} on average${share}; `
      + `of eight cameras that trigger together ${formatPercent(pointOf(cameras, 'missed_share'))} of the frames miss their deadline.` };
}

/** @param {any[]} results @returns {?Finding} */
function offlineMirage(results) {
  const offline = first(results, 'offline', 'samples_per_s');
  const held = results.filter((result) => result.run === 'server' && counts(result) && isNumber(pointOf(result, 'samples_per_s'))
    && !result.invalid_codes.some((/** @type {string} */ code) => MISSED_WINDOWS.includes(code)));
  const [server] = held.sort((a, b) => pointOf(b, 'samples_per_s') - pointOf(a, 'samples_per_s'));
  if (!offline || !server) return null;
  const share = pointOf(server, 'samples_per_s') / pointOf(offline, 'samples_per_s');
  return { shown: share < 0.9,
    figures: [{ text: figureOf(offline.raw, 'samples_per_s'), name: 'Offline: everything there from the start' },
      { text: figureOf(server.raw, 'samples_per_s'), name: 'Server: the most so far while its windows held' }],
    sentence: `Offline shows ${figureOf(offline.raw, 'samples_per_s').split(' (no interval')[0]}; Server, while its windows hold, `
      + `${figureOf(server.raw, 'samples_per_s').split(' (no interval')[0]}: ${formatPercent(share)} of it.` };
}

/** @param {any[]} results @returns {?Finding} */
function thermalPeak(results) {
  const run = results.find((result) => counts(result) && isNumber(pointOf(result, 'first_30_s_fps')) && isNumber(pointOf(result, 'last_fps')));
  if (!run) return null;
  const kept = pointOf(run, 'last_fps') / pointOf(run, 'first_30_s_fps');
  return { shown: kept < 0.9,
    figures: [{ text: figureOf(run.raw, 'first_30_s_fps').split(' (no interval')[0], name: 'New frames in the first 30 s' },
      { text: figureOf(run.raw, 'last_fps').split(' (no interval')[0], name: 'New frames at the end' }],
    sentence: `The first 30 s show ${figureOf(run.raw, 'first_30_s_fps').split(' (no interval')[0]}, the end shows `
      + `${figureOf(run.raw, 'last_fps').split(' (no interval')[0]}: ${formatPercent(kept)} of it is left.` };
}

/** @param {any[]} results @returns {?Finding} */
function accuracyBias(results) {
  const run = results.find((result) => counts(result) && isNumber(pointOf(result, 'clean_accuracy')) && isNumber(pointOf(result, 'field_accuracy')));
  if (!run) return null;
  const { clean_accuracy: clean, field_accuracy: field } = run.raw;
  const isBelow = isNumber(field.upper) && isNumber(clean.lower) && field.upper < clean.lower;
  return { shown: isBelow ? true : field.point >= clean.point ? false : null,
    figures: [{ text: figureOf(run.raw, 'clean_accuracy'), name: 'Right on clean recordings' },
      { text: figureOf(run.raw, 'field_accuracy'), name: 'Right in the field' }],
    sentence: `On clean recordings the network is right ${formatPercent(clean.point)} of the time, in the field ${formatPercent(field.point)}.` };
}

/** @type {Object<string, {runs: string[], find: (results: any[]) => ?Finding, otherwise: string}>} by track */
const CRISES = {
  edge: { runs: ['single', 'cameras'], find: singleStreamLie, otherwise: 'the runs lack a mean or a share of missed frames' },
  cloud: { runs: ['offline', 'server'], find: offlineMirage, otherwise: 'no run of Server has held its windows; lower the rate and run it again' },
  mobile: { runs: ['envelope'], find: thermalPeak, otherwise: 'the run was too short to have a first half minute and an end' },
  tiny: { runs: ['field'], find: accuracyBias, otherwise: 'the run lacks an accuracy' },
};

/** What the figures say of it, in a word. @param {?boolean} shown */
export const crisisVerdict = (shown) => (shown === true ? 'It shows on this machine.' : shown === false ? 'It does not show on this machine.'
  : 'These runs do not decide whether it shows on this machine.');

/**
 * The crisis of a lab if this part has the runs that show it: what is still to be run, or what was found.
 * @param {any} lab @param {any} part with its results
 * @returns {?{title: string, waits: string[], finding: ?Finding, otherwise: string}}
 */
export function crisisOf(lab, part) {
  const crisis = CRISES[lab.track];
  if (!crisis || !crisis.runs.every((id) => part.runs.some((/** @type {any} */ run) => run.id === id))) return null;
  const waits = crisis.runs.filter((id) => !part.results.some((/** @type {any} */ result) => result.run === id))
    .map((id) => part.runs.find((/** @type {any} */ run) => run.id === id).title);
  return { title: lab.crisis, waits, finding: waits.length > 0 ? null : crisis.find(part.results), otherwise: crisis.otherwise };
}
