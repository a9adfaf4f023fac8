// What a run left behind, as the server holds it: asked for once, since result files never change.

import { ask, askText } from './client.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('/kit/marks.js').Run} Run */

/** @type {Map<string, any>} */
const documents = new Map();
/** @type {Map<string, string>} */
const charts = new Map();

/** The result file of a run; null where the server has none to give. @param {Context} context @param {any} result */
export async function documentOf(context, result) {
  if (!documents.has(result.id)) {
    const told = await ask('GET', `/api/runs/${result.id}?track=${context.track}`).catch(() => null);
    if (told === null) return null;
    documents.set(result.id, told);
  }
  return documents.get(result.id);
}

/** A run as the charts take it; null where it has no latencies or cannot be read. @param {Context} context @param {any} result @returns {Promise<?Run>} */
export async function runOf(context, result) {
  const document = result.kind === 'run' ? await documentOf(context, result) : null;
  return document?.scenario && document.result ? { label: result.label, document } : null;
}

/** A chart that the server drew. Throws Refused where it has none. @param {Context} context @param {any} result @param {string} name */
export async function chartOf(context, result, name) {
  const path = `/api/runs/${result.id}/charts/${name}?track=${context.track}`;
  if (!charts.has(path)) charts.set(path, await askText(path));
  return /** @type {string} */ (charts.get(path));
}
