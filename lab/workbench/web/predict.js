// Predictions: locked before anything is measured, never changed, shown beside what was measured.

import { h } from '/kit/dom.js';
import { ask, Refused } from './client.js';
import { draft, dropDrafts, fold, numberEntry, radios, select } from './parts.js';

/** @typedef {import('./app.js').Context} Context */

/** Every question of the part is locked. @param {any} part */
export const isOpen = (part) => part.locked;

/** @param {any} lock @param {number} index */
function lockLine(lock, index) {
  return h('li', {}, h('strong', {}, lock.answer), h('span', {}, `, because: ${lock.because}`),
    h('span', {}, lock.sure ? ', sure' : ', a guess'),
    h('span', { class: 'small' }, `locked ${lock.time} · ${lock.id} · cannot be changed`,
      index > 0 && ' · a later word on the same question; the first one counts', lock.late && ' · LATE: after a run of this part'));
}

/** @param {Context} context @param {any} part @param {any} question */
function questionForm(context, part, question) {
  const key = `lock:${context.track}:${part.number}:${question.id}`;
  const place = key;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    context.act(place, async () => {
      const typed = draft(`${key}:answer`).replace(',', '.');
      const isWhole = typed.trim() !== '' && draft(`${key}:sure`) !== '' && (question.reasons.length === 0 || draft(`${key}:because`) !== '');
      if (!isWhole) throw new Refused(422, 'Give an answer, a reason, and how sure you are.');
      await ask('POST', '/api/locks', { track: context.track, part: part.number, question: question.id,
        ...(question.options.length > 0 ? { choice: typed } : { number: typed.trim() === '' || !Number.isFinite(Number(typed)) ? null : Number(typed) }),
        because: draft(`${key}:because`), sure: { sure: true, guess: false }[draft(`${key}:sure`)] ?? null });
      dropDrafts(`${key}:`);
    });
  };
  const notice = context.notices.get(place);
  return h('form', { submit, novalidate: '' },
    question.options.length > 0 ? radios(`${key}:answer`, question.options, question.text)
      : numberEntry(`${key}:answer`, question.text, question.unit, question),
    question.reasons.length > 0 && select(`${key}:because`, 'Because', question.reasons, 'choose a reason'),
    radios(`${key}:sure`, [{ id: 'sure', text: 'sure' }, { id: 'guess', text: 'a guess' }], 'How sure are you?'),
    notice && h('p', { class: 'notice', role: 'alert' }, notice),
    h('p', {}, h('button', { type: 'submit', class: 'primary', 'data-key': `${key}:send` }, 'Lock it')));
}

/** @param {Context} context @param {any} part @param {any} question */
function questionBlock(context, part, question) {
  if (question.locks.length === 0) return questionForm(context, part, question);
  return h('div', { class: 'locked' }, h('p', { class: 'question' }, question.text),
    h('ul', { class: 'locks' }, ...question.locks.map((/** @type {any} */ lock, /** @type {number} */ i) => lockLine(lock, i))),
    fold(`again:${context.track}:${part.number}:${question.id}`, 'Add a second thought',
      h('p', { class: 'aside' }, 'It stands below the first one, which stays and counts.'), questionForm(context, part, question)));
}

/** @param {Context} context @param {any} part */
export function predictStep(context, part) {
  return h('section', { class: 'step' }, h('h2', {}, '2 Your prediction'),
    h('div', { class: 'questions' }, ...part.questions.map((/** @type {any} */ question) => h('div', {}, questionBlock(context, part, question)))));
}

/** What each law makes of the question's mean and standard deviation. @param {any} question */
function lawTable({ reveal, unit }) {
  const laws = Object.entries(reveal.curves ?? {});
  if (laws.length === 0) return false;
  return h('div', { class: 'scroll' }, h('table', { class: 'laws' }, h('caption', {}, 'The same question, answered by a law'),
    h('thead', {}, h('tr', {}, ...['Law', 'Value'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...laws.map(([law, value]) => h('tr', {}, h('th', { scope: 'row' }, law), h('td', {}, `${Number(value).toPrecision(3)} ${unit}`))))));
}

/** What the part's runs say to each prediction. @param {any} part */
export function reveals(part) {
  const revealed = part.questions.filter((/** @type {any} */ question) => question.reveal);
  if (revealed.length === 0) return false;
  return h('section', { class: 'step' }, h('h2', {}, 'You said, it was'),
    ...revealed.map((/** @type {any} */ question) => h('div', { class: 'reveal' }, h('p', { class: 'question' }, question.text),
      h('p', { class: 'sentence' }, question.reveal.sentences[0]),
      ...question.reveal.sentences.slice(1).map((/** @type {string} */ text) => h('p', {}, text)), lawTable(question))));
}
