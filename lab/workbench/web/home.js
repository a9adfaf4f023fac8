// Home: the machine, and the four tracks to choose from.

import { h } from '/kit/dom.js';
import { ask } from './client.js';
import { figureOf, windowText } from './figures.js';
import { labView } from './model.js';
import { draft, setDraft } from './parts.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {any} machine */
function machineCard(machine) {
  return h('section', { 'aria-labelledby': 'machine' }, h('h2', { id: 'machine' }, 'This machine'),
    h('dl', { class: 'facts' }, ...machine.facts.map((/** @type {any} */ fact) => h('div', {}, h('dt', {}, fact.name), h('dd', {}, fact.value)))),
    h('div', { id: 'doctor' }));
}

/** @param {Context} context @param {any} track */
function trackCard(context, track) {
  const open = () => context.act('begin', async () => {
    if (!track.begun) await ask('POST', '/api/labs', { track: track.track, nonce: draft('nonce') });
    location.hash = `#/${track.track}/1`;
  });
  return h('li', { class: 'card' }, h('h3', {}, track.title), h('p', {}, track.persona),
    h('dl', { class: 'short' }, h('dt', {}, 'Mission'), h('dd', {}, track.north_star), h('dt', {}, 'Window'), h('dd', {}, windowText(track.window)),
    ...(track.crisis ? [h('dt', {}, 'Crisis'), h('dd', {}, track.crisis)] : [])),
    track.progress && h('p', { class: 'small' }, track.progress),
    h('button', { type: 'button', class: track.begun ? 'primary' : '', 'data-key': `open:${track.track}`, click: open },
      track.begun ? 'Go on' : 'Begin'));
}

const STATES = { stop: ['✗ STOP', 'stop'], warn: ['! WARN', 'warn'] };

/** What stands in the way of a number that can be trusted, the worst first, with what to do. @param {any[]} findings */
function worst(findings) {
  const found = ['stop', 'warn'].flatMap((state) => findings.filter((finding) => finding.state === state));
  if (found.length === 0) return h('p', {}, h('strong', { class: 'state ok' }, '✓ '), 'No check warns.');
  return h('ul', { class: 'verdicts' }, ...found.map((finding) => {
    const [text, css] = /** @type {any} */ (STATES)[finding.state];
    return h('li', {}, h('p', {}, h('strong', { class: `state ${css}` }, `${text} `), h('strong', {}, `${finding.check}: `), finding.fact,
      finding.consequence && h('span', { class: 'small' }, finding.consequence), finding.remedy && h('span', { class: 'small' }, `To do: ${finding.remedy}`)));
  }));
}

/** Asks until the server has listened long enough, or this page is gone. @param {Context} context */
async function showDoctor(context) {
  const place = document.getElementById('doctor');
  if (!place || !context.isOnline) return;
  try {
    const finding = await ask('GET', '/api/doctor');
    place.replaceChildren(...(finding.verdict ? [h('p', { class: 'finding trust' }, finding.verdict), worst(finding.findings ?? [])]
      : [h('p', { class: 'aside' }, finding.error ?? 'Listening to this machine for 3 s, to say what can be trusted here …')]));
    if (!finding.verdict && !finding.error) setTimeout(() => { if (place.isConnected) showDoctor(context); }, 1500);
  } catch {
    place.replaceChildren(h('p', { class: 'aside' }, 'The doctor does not answer.'));
  }
}

const MOST_RUNS = 10;

/** The newest runs of the labs that were begun here. @param {Context} context */
async function showRuns(context) {
  const place = document.getElementById('last-runs');
  const begun = context.state.tracks.filter((/** @type {any} */ track) => track.begun);
  if (!place || begun.length === 0 || !context.isOnline) return;
  const labs = await Promise.all(begun.map((/** @type {any} */ { track }) => ask('GET', `/api/state?track=${encodeURIComponent(track)}`)
    .then((state) => labView(state.lab)).catch(() => null)));
  const runs = labs.flatMap((lab) => (lab ? lab.parts.flatMap((/** @type {any} */ part) => part.results.map((/** @type {any} */ result) => ({ lab, part, result }))) : []))
    .sort((a, b) => b.result.time.localeCompare(a.result.time)).slice(0, MOST_RUNS);
  if (!place.isConnected || runs.length === 0) return;
  place.hidden = false;
  place.replaceChildren(h('h2', {}, 'Last runs'), h('div', { class: 'scroll' }, h('table', { class: 'left' },
    h('thead', {}, h('tr', {}, ...['Time (UTC)', 'Run', 'Throughput', 'P99', 'State'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...runs.map(({ lab, part, result }) => h('tr', {}, h('td', {}, result.time.replace('T', ' ').replace('Z', '')),
      h('th', { scope: 'row' }, h('a', { href: `#/${lab.track}/${part.number}` }, `${lab.title} ${part.number}`), h('span', { class: 'small' }, result.title)),
      h('td', {}, shortFigure(result.raw, 'samples_per_s')), h('td', {}, shortFigure(result.raw, 'p99_s')),
      h('td', {}, h('span', { class: `chip ${result.valid ? 'valid' : 'invalid'}` }, result.valid ? '✓ valid' : '✗ INVALID'))))))));
}

/** @param {any} figures @param {string} name */
function shortFigure(figures, name) {
  const text = figureOf(figures, name).split(' (')[0];
  return text === 'not available' ? '–' : text;
}

/** @param {Context} context */
export function homePage(context) {
  const { state } = context;
  const notice = context.notices.get('begin');
  const begun = state.tracks.some((/** @type {any} */ track) => track.begun);
  return {
    title: 'Assay lab',
    top: [h('p', { class: 'brand' }, 'Assay'), h('h1', {}, 'What is this machine really worth?'),
      h('p', { class: 'sub' }, 'A lab of three parts and about 45 minutes. In each you write down what you expect, lock it, load '
        + 'this machine for real, and see how far off you were.')],
    main: [
      h('section', { 'aria-labelledby': 'tracks' }, h('h2', { id: 'tracks' }, 'Choose a track'),
        !begun && h('p', { class: 'aside' }, 'Each is the work of somebody else, with a window and a crisis of its own.'),
        notice && h('p', { class: 'notice', role: 'alert' }, notice),
        h('ul', { class: 'cards' }, ...state.tracks.map((/** @type {any} */ track) => trackCard(context, track))),
        h('details', { class: 'nonce' }, h('summary', {}, 'A word from your instructor?'), h('label', { class: 'field' },
          h('span', {}, 'It is copied into every lock of the lab that you begin now.'),
          h('input', { type: 'text', maxlength: 40, 'data-key': 'nonce', value: draft('nonce'), autocomplete: 'off',
            input: (/** @type {any} */ event) => setDraft('nonce', event.target.value) })))),
      h('section', { id: 'last-runs', hidden: '' }), machineCard(state.machine)],
    after: [() => showDoctor(context), () => showRuns(context)],
  };
}
