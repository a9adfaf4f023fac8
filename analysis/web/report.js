// The report's page: puts the charts into their places and offers the data that the page holds.

import { h } from './dom.js';
import { doseResponse } from './dose.js';
import { latencyHistogram } from './histogram.js';
import { scenarioComparison } from './scenarios.js';
import { soakChart } from './soak.js';

/** @param {string} name @param {string} text */
function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function start() {
  const data = JSON.parse(/** @type {HTMLElement} */ (document.getElementById('assay-data')).textContent ?? '');
  const runs = data.runs.map((/** @type {any} */ run, /** @type {number} */ i) => ({ label: data.labels[i], document: run }));
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-chart]'))) {
    place.hidden = false;
    const run = runs[Number(place.dataset.run) - 1];
    const draw = { scenarios: () => scenarioComparison(place, runs), dose: () => doseResponse(place, runs),
      histogram: () => latencyHistogram(place, run, runs),
      soak: () => soakChart(place, run) }[place.dataset.chart ?? ''];
    place.hidden = !draw?.();
  }
  const downloads = /** @type {HTMLElement} */ (document.querySelector('[data-downloads]'));
  downloads.hidden = false;
  downloads.append(...runs.map((/** @type {any} */ run) => h('button', {
    type: 'button',
    click: () => download(`${run.document.id}.run.json`, `${JSON.stringify(run.document, null, 2)}\n`),
  }, `Download ${run.label} as JSON`)));
}

start();
