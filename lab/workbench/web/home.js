// Home: the machine, and the four tracks to choose from.

import { h } from '/kit/dom.js';
import { ask } from './client.js';
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
    h('dl', { class: 'short' }, h('dt', {}, 'Mission'), h('dd', {}, track.north_star), h('dt', {}, 'Window'), h('dd', {}, track.window)),
    track.progress && h('p', { class: 'small' }, track.progress),
    h('button', { type: 'button', class: track.begun ? 'primary' : '', 'data-key': `open:${track.track}`, click: open },
      track.begun ? 'Go on' : 'Begin'));
}

/** Asks once; the server tells by an event when it has listened long enough. @param {Context} context */
async function showDoctor(context) {
  const place = document.getElementById('doctor');
  if (!place || !context.isOnline) return;
  try {
    const finding = await ask('GET', '/api/doctor');
    place.replaceChildren(finding.verdict ? h('p', { class: 'finding trust' }, finding.verdict)
      : h('p', { class: 'aside' }, finding.error ?? 'Listening to this machine for 3 s, to say what can be trusted here …'));
  } catch {
    place.replaceChildren();
  }
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
      machineCard(state.machine)],
    after: [() => { showDoctor(context); }],
  };
}
