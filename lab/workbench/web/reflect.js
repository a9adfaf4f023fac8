// What the student writes: reflections on each part and, at the end, the decision.

import { h } from '/kit/dom.js';
import { ask } from './client.js';
import { draft, dropDrafts, select, textArea } from './parts.js';

/** @typedef {import('./app.js').Context} Context */

/**
 * Fields and one button that saves them.
 * @param {Context} context @param {string} key @param {any[]} fields @param {(texts: Object<string, string>) => Promise<any>} save
 * @param {string} button
 */
function textsForm(context, key, fields, save, button) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    context.act(key, async () => {
      await save(Object.fromEntries(fields.map(({ id, value }) => [id, draft(`${key}:${id}`, value)])));
      dropDrafts(`${key}:`);
      context.notices.set(`${key}-saved`, 'Saved in the ledger.');
    });
  };
  const notice = context.notices.get(key);
  const saved = context.notices.get(`${key}-saved`);
  return h('form', { submit }, ...fields.map(({ id, text, value, options }) => (options?.length > 0
    ? select(`${key}:${id}`, text, options, 'choose', value) : textArea(`${key}:${id}`, text, value))),
  notice ? h('p', { class: 'notice', role: 'alert' }, notice) : saved && h('p', { class: 'small' }, saved),
  h('p', {}, h('button', { type: 'submit', class: 'primary', 'data-key': `${key}:send` }, button)));
}

/** @param {Context} context @param {any} part */
export function reflectStep(context, part) {
  return h('section', { class: 'step writing' }, h('h2', {}, '6 Reflect'),
    textsForm(context, `reflect:${context.track}:${part.number}`, part.reflections,
      (texts) => ask('POST', '/api/reflections', { track: context.track, part: part.number, texts }), 'Save checkpoint'));
}

/** @param {Context} context @param {any} lab */
export function decisionStep(context, lab) {
  return h('section', { class: 'step writing' }, h('h2', {}, '7 Your benchmark strategy'),
    h('p', {}, `For: ${lab.stakeholder}. The claim on the table: ${lab.claim}`),
    textsForm(context, `decide:${context.track}`, lab.decision, (texts) => ask('POST', '/api/decisions', { track: context.track, texts }),
      'Save the decision'));
}
