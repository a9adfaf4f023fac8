// The ledger: every line that was written, what is missing, and the files to hand in.

import { h } from '/kit/dom.js';
import { download } from './client.js';

/** @typedef {import('./app.js').Context} Context */

const FORMATS = [['html', 'Export .html'], ['md', 'Export .md'], ['json', 'Export .json']];

/** @param {any} lab */
function predictionTable(lab) {
  const rows = lab.parts.flatMap((/** @type {any} */ part) => part.questions.filter((/** @type {any} */ question) => question.locks.length > 0)
    .map((/** @type {any} */ question) => h('tr', {}, h('th', { scope: 'row' }, `${part.number} · ${question.text}`),
      h('td', {}, question.locks[0].answer), h('td', {}, question.reveal?.measured ?? (question.reveal ? 'not available' : 'not measured yet')),
      h('td', {}, question.offBy ?? '–'))));
  if (rows.length === 0) return h('p', { class: 'aside' }, 'Nothing is locked yet.');
  return h('div', { class: 'scroll' }, h('table', { class: 'left' },
    h('thead', {}, h('tr', {}, ...['Question', 'You said', 'Measured', 'Off by'].map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, ...rows)));
}

/** @param {Context} context @param {any} lab @returns {Node[]} */
export function ledgerView(context, lab) {
  const isComplete = lab.missing.length === 0;
  const notice = context.notices.get('export');
  return [
    h('section', { class: 'step' }, h('h2', {}, 'Predictions and outcomes'), predictionTable(lab)),
    h('section', { class: 'step' }, h('h2', {}, 'To hand in'),
      isComplete ? h('p', {}, 'The lab is complete.') : h('p', {}, 'Not complete yet; these are open:'),
      !isComplete && h('ul', { class: 'missing' }, ...lab.missing.map((/** @type {string} */ each) => h('li', {}, each))),
      h('p', { class: 'buttons' }, ...FORMATS.map(([format, name]) => h('button', { type: 'button', 'data-key': `export:${format}`,
        disabled: isComplete ? undefined : '', click: () => context.act('export', () => download(
          `/api/report?track=${context.track}&format=${format}`, `assay-lab-${context.track}.${format}`)) }, name))),
      notice && h('p', { class: 'notice', role: 'alert' }, notice)),
    h('section', { class: 'step' }, h('h2', {}, 'Lines of the ledger'),
      h('p', {}, lab.chain.intact ? '✓ Every line holds the hash of the line before it.' : `✗ The chain is broken: ${lab.chain.problem}`,
        h('span', { class: 'small' }, 'That shows order and accidental edits, not honesty.')),
      h('div', { class: 'scroll' }, h('table', { class: 'left' },
        h('thead', {}, h('tr', {}, ...['Time (UTC)', 'What', 'Hash'].map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, ...lab.lines.map((/** @type {any} */ line) => h('tr', {}, h('td', {}, line.time),
          h('td', {}, line.text), h('td', {}, h('code', {}, `#${line.hash.replace('sha256:', '').slice(0, 4)}`)))))))),
  ];
}
