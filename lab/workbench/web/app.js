// The page: what the server's state says, drawn anew whenever it changes. Nothing is kept here but drafts.

import { h } from '/kit/dom.js';
import { ask, follow, hasKey, Refused, takeKey } from './client.js';
import { homePage } from './home.js';
import { labPage } from './lab.js';
import { progressPanel } from './progress.js';
import { labView } from './model.js';
import { oneAtATime } from './once.js';
import { speak } from './parts.js';

/** @typedef {{state: any, track: ?string, view: string, isOnline: boolean, notices: Map<string, string>,
 *   act: (place: string, action: () => Promise<void>) => Promise<void>, redraw: () => void}} Context */

/** @type {Context} */
const context = { state: null, track: null, view: '1', isOnline: true, notices: new Map(), act, redraw: draw };
/** @type {?string} the track of which `context.state` tells */
let toldTrack = null;
let drawnState = '';
let isDrawWanted = false;
let drawn = 0;
let acts = 0;
let reading = new AbortController();
const ANSWER_MS = 10000;

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** "#/edge/2": a track and one of its views. */
function readRoute() {
  const [, track, view] = location.hash.match(/^#\/([a-z]+)(?:\/([a-z0-9]+))?$/) ?? [];
  context.track = track ?? null;
  context.view = view ?? '1';
}

/** Does what the student asked for; a refusal is said beside the place. @param {string} place @param {() => Promise<void>} action */
async function act(place, action) {
  context.notices.delete(place);
  try {
    await action();
  } catch (error) {
    context.notices.set(place, error instanceof Refused ? error.message : 'The server does not answer; nothing was saved.');
    if (!(error instanceof Refused)) setOnline(false);
    draw();
  }
  ++acts;
  await read(true);
}

/** @param {boolean} isOnline */
function setOnline(isOnline) {
  if (context.isOnline === isOnline) return;
  context.isOnline = isOnline;
  speak(isOnline ? 'The workbench is back.' : 'The workbench does not answer.');
  draw();
}

/** @param {unknown} error */
function tellUnread(error) {
  if (!(error instanceof Refused)) return setOnline(false);
  drawnState = '';  // whatever comes next is drawn
  if (error.status === 401) return drawWithoutKey();
  element('main').replaceChildren(h('section', {}, h('h2', {}, 'The lab cannot be read'), h('p', {}, error.message)));
}

const readState = oneAtATime(async () => {
  const { track } = context;
  const mine = acts;
  // The page went elsewhere, or did something, of which this answer may not know: both ask again.
  const isOld = () => track !== context.track || mine !== acts;
  reading = new AbortController();
  const patience = setTimeout(() => reading.abort(), ANSWER_MS);
  let told;
  try {
    told = await ask('GET', `/api/state${track ? `?track=${encodeURIComponent(track)}` : ''}`, undefined, reading.signal);
  } catch (error) {
    if (isOld()) return;
    tellUnread(error);
    if (reading.signal.aborted) setTimeout(read, 2000);  // given up: nothing else may ask again
    return;
  } finally {
    clearTimeout(patience);
  }
  if (isOld()) return;
  const state = { ...told, lab: labView(told.lab) };
  announceEnd(context.state, state);
  context.state = state;
  toldTrack = track;
  setOnline(true);
  if (isDrawWanted || JSON.stringify(state) !== drawnState) draw();
});

/** @param {boolean} [always] draws even if nothing changed */
function read(always = false) {
  isDrawWanted ||= always;
  return readState();
}

/** @param {any} before @param {any} now */
function announceEnd(before, now) {
  if (before?.lab?.running && !now.lab?.running && !before.measuring.run) speak('The measurement from the terminal is done.');
  if (!before?.measuring.run || now.measuring.run) return;
  const last = now.measuring.last;
  speak(last?.text ? `The measurement ended: ${last.text}` : 'The measurement is done.');
}

function drawWithoutKey() {
  element('top').replaceChildren(h('p', { class: 'brand' }, 'Assay lab'));
  element('main').replaceChildren(h('section', {}, h('h1', {}, 'Open the address from the terminal'),
    h('p', {}, 'This page belongs to one session of ', h('code', {}, 'assay lab'), '. Its whole address, with the part behind ',
      h('code', {}, '#t='), ', is printed there when it starts; a new start prints another.')));
}

function drawBanner() {
  const banner = element('banner');
  banner.hidden = context.isOnline;
  banner.replaceChildren(...(context.isOnline ? [] : [h('p', { class: 'banner' }, h('strong', {}, 'The workbench does not answer. '),
    'Everything on this page can still be read; nothing can be saved or measured. Start it again with ',
    h('code', {}, 'assay lab'), ' and open the address that it prints. What was saved is on the disk.')]));
}

/** What has the focus, by its key, and where the cursor stands in it. */
function focusNow() {
  const focused = /** @type {any} */ (document.activeElement);
  return { key: focused?.getAttribute?.('data-key'), from: focused?.selectionStart, to: focused?.selectionEnd };
}

/** @param {ReturnType<typeof focusNow>} focus */
function restoreFocus({ key, from, to }) {
  if (!key) return;
  const found = /** @type {any} */ ([...document.querySelectorAll('[data-key]')].find((e) => e.getAttribute('data-key') === key));
  found?.focus({ preventScroll: true });
  if (typeof from === 'number' && found?.setSelectionRange && found.tagName === 'TEXTAREA') found.setSelectionRange(from, to);
}

// A click belongs to the element on which it began: between press and release nothing is put in its place.
let isPressed = false;
let isDrawDue = false;
for (const name of ['pointerdown', 'keydown']) addEventListener(name, () => { isPressed = true; }, true);
for (const name of ['pointerup', 'pointercancel', 'keyup', 'blur']) {
  addEventListener(name, ({ target }) => {
    if (name === 'blur' && target !== window) return; // the focus moved within the page: a press goes on
    isPressed = false;
    if (isDrawDue) setTimeout(draw); // after the click that the release makes
  }, true);
}

function draw() {
  isDrawDue = isPressed;
  if (isPressed) return;
  drawBanner();
  document.body.classList.toggle('offline', !context.isOnline);
  if (!context.state || context.track !== toldTrack) return;
  isDrawWanted = false;
  const focus = focusNow();
  const { scrollX, scrollY } = window;
  /** @type {any} */
  const page = context.track ? labPage(context) : homePage(context);
  const main = element('main');
  // Charts come a moment later: until then the page keeps its height, so that nothing jumps.
  main.style.minHeight = `${main.offsetHeight}px`;
  element('top').replaceChildren(...page.top);
  main.replaceChildren(...page.main.filter(Boolean));
  document.title = page.title;
  const mine = ++drawn;
  // What is drawn to fit has no size before it is in the page.
  Promise.allSettled((page.after ?? []).map((/** @type {() => any} */ then) => then())).then(() => {
    if (mine === drawn) main.style.minHeight = '';
  });
  drawnState = JSON.stringify(context.state);
  if (!context.isOnline) for (const e of main.querySelectorAll('button, input, select, textarea')) if (!e.closest('.chart')) e.setAttribute('disabled', '');
  restoreFocus(focus);
  window.scrollTo(scrollX, scrollY);
}

/** @param {string} event @param {any} data */
function onEvent(event, data) {
  if (event === 'state') {
    read();
  } else if (event === 'measuring' && context.state) {
    const before = context.state.measuring.run?.phase;
    context.state.measuring = data;
    if (data.run && data.run.phase !== before) speak(`Phase: ${data.run.phase}`);
    progressPanel(context);
  }
}

function start() {
  const track = takeKey();
  if (track) history.replaceState(null, '', `#/${track}`);
  if (!hasKey()) return drawWithoutKey();
  readRoute();
  addEventListener('hashchange', () => {
    if (takeKey() !== null) history.replaceState(null, '', '#/');
    readRoute();
    context.notices.clear();
    window.scrollTo(0, 0);
    const focusMain = () => element('main').focus({ preventScroll: true });
    if (context.state && context.track === toldTrack) {  // another view of what was told already
      draw();
      focusMain();
      read();
    } else {
      reading.abort();
      read(true).then(focusMain);
    }
  });
  read(true);
  const onLost = () => {
    reading.abort();
    setOnline(false);
  };
  return follow({ onOpen: () => { read(); }, onEvent, onLost });
}

start();
