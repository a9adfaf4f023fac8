// The ledger: every line that was written, what is missing, and the files to hand in.

import { h } from '/kit/dom.js';
import { ask, askText, download, Refused } from './client.js';
import { pictureOf } from './picture.js';

/** @typedef {import('./app.js').Context} Context */

const FORMATS = [['html', 'Download .html'], ['md', 'Download .md'], ['json', 'Download .json']];

/** The plot of all predictions, which the server draws once something is revealed. @param {Context} context @param {HTMLElement} place */
async function showCalibration(context, place) {
  try {
    const picture = pictureOf(await askText(`/api/calibration?track=${context.track}`));
    if (picture && place.isConnected) place.replaceChildren(h('h3', {}, 'Predicted over measured'), h('div', { class: 'scroll calibration' }, /** @type {any} */ (picture)));
  } catch {
    place.replaceChildren();  // nothing is revealed yet
  }
}

/** The parts in the places of the texts they answer. @param {Context} context @param {any} lab */
function handIn(context, lab) {
  const isComplete = lab.missing.length === 0;
  const notice = context.notices.get('export');
  const done = context.notices.get('exported');
  // A server of an earlier version writes the export with the first download.
  const write = () => context.act('export', async () => {
    await ask('POST', '/api/exports', { track: context.track }).catch((error) => {
      if (!(error instanceof Refused && error.status === 404)) throw error;
    });
    context.notices.set('exported', 'The export is written into the folder of the lab; it names every line of this ledger so far.');
  });
  return h('section', { class: 'step' }, h('h2', {}, 'To hand in'),
    isComplete ? h('p', {}, h('strong', { class: 'state ok' }, '✓ '), 'The lab is complete.') : h('p', {}, `Not complete yet; ${lab.missing.length === 1 ? 'this is' : `these ${lab.missing.length} are`} open:`),
    !isComplete && h('ul', { class: 'missing' }, ...lab.missing.map((/** @type {string} */ each) => h('li', {}, each))),
    h('p', { class: 'buttons' }, h('button', { type: 'button', class: 'primary', 'data-key': 'export', disabled: isComplete ? undefined : '', click: write }, 'Export the lab'),
      ...FORMATS.map(([format, name]) => h('button', { type: 'button', 'data-key': `export:${format}`,
        disabled: isComplete ? undefined : '', click: () => context.act('export', () => download(
          `/api/report?track=${context.track}&format=${format}`, `assay-lab-${context.track}.${format}`)) }, name))),
    notice ? h('p', { class: 'notice', role: 'alert' }, notice) : done && h('p', { class: 'small' }, done));
}

/** @param {any} lab */
function predictionTable(lab) {
  const rows = lab.parts.flatMap((/** @type {any} */ part) => part.questions.filter((/** @type {any} */ question) => question.locks.length > 0)
    .map((/** @type {any} */ question) => h('tr', {}, h('th', { scope: 'row' }, `${part.number} · ${question.text}`),
      h('td', {}, question.locks[0].answer), h('td', {}, question.reveal?.measured ?? (question.reveal ? 'not available' : 'not measured yet')),
      h('td', {}, question.offBy ?? '–'))));
  if (rows.length === 0) return h('p', { class: 'aside' }, 'Nothing is locked yet.');
  return h('div', { class: 'scroll' }, h('table', { class: 'left outcomes' },
    h('thead', {}, h('tr', {}, ...['Question', 'You said', 'Measured, or what holds', 'Off by'].map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, ...rows)));
}

/** The view, and what is asked for once it is in the page. @param {Context} context @param {any} lab */
export function ledgerView(context, lab) {
  const calibration = h('div', { class: 'chart server-chart' });
  const main = [
    h('section', { class: 'step' }, h('h2', {}, 'Predictions and outcomes'), predictionTable(lab), calibration),
    handIn(context, lab),
    h('section', { class: 'step' }, h('h2', {}, 'Lines of the ledger'),
      h('p', {}, lab.chain.intact ? '✓ Every line holds the hash of the line before it.' : `✗ The chain is broken: ${lab.chain.problem}`,
        h('span', { class: 'small' }, 'That shows order and accidental edits, not honesty.')),
      h('div', { class: 'scroll' }, h('table', { class: 'left lines' },
        h('thead', {}, h('tr', {}, ...['Time (UTC)', 'What', 'Hash'].map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, ...lab.lines.map((/** @type {any} */ line) => h('tr', {}, h('td', {}, line.time),
          h('td', {}, line.text), h('td', {}, h('code', {}, `#${line.hash.replace('sha256:', '').slice(0, 4)}`)))))))),
  ];
  return { main, after: [() => showCalibration(context, calibration)] };
}
