// What a part offers to run: its button with the cost in seconds, and what a run takes with it.

import { h } from '/kit/dom.js';
import { ask } from './client.js';
import { stagedFor } from './controls.js';
import { draft, select, setDraft, spokenSeconds } from './parts.js';
import { isMeasuring, isRunning } from './progress.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} context @param {any} part @param {any} run */
const placeOf = (context, part, run) => `run:${context.track}:${part.number}:${run.id}`;
/** @param {Context} context @param {any} part @param {any} run */
const fileKey = (context, part, run) => `file:${context.track}:${part.number}:${run.id}`;
/** @param {Context} context @param {any} part @param {any} run @param {number} side */
const systemKey = (context, part, run, side) => `system:${context.track}:${part.number}:${run.id}:${side}`;

/** The two systems as chosen on this page, else as the lab has them. @param {Context} context @param {any} part @param {any} run */
const systemsOf = (context, part, run) => [0, 1].map((side) => draft(systemKey(context, part, run, side), run.chosen?.[side] ?? ''));

/** @param {any} run */
const buttonText = (run) => (run.kind === 'file' ? 'Take it in' : run.seconds > 0 ? `Run, ${spokenSeconds(run.seconds)}` : 'Run');

/** The button that starts a run, and what was said against it. @param {Context} context @param {any} part @param {any} run @returns {Node[]} */
export function runStart(context, part, run) {
  const place = placeOf(context, part, run);
  const isRefused = !run.allowed;
  const needsTwo = run.kind === 'audit';
  const start = () => context.act(place, async () => {
    await ask('POST', '/api/runs', { track: context.track, part: part.number, run: run.id, controls: stagedFor(context, part, run),
      ...(run.kind === 'file' ? { file: draft(fileKey(context, part, run)) } : {}),
      ...(needsTwo ? { systems: systemsOf(context, part, run) } : {}) });
  });
  const notice = context.notices.get(place);
  const isWaiting = needsTwo && new Set(systemsOf(context, part, run).filter(Boolean)).size < 2;
  const button = h('button', { type: 'button', class: run.done === 0 && run.required ? 'primary' : '', 'data-key': place, click: start,
    'aria-label': `${buttonText(run)}: ${run.title}`, disabled: isMeasuring(context) || isRefused || isWaiting ? '' : undefined }, buttonText(run));
  return /** @type {Node[]} */ ([button, notice && h('p', { class: 'notice', role: 'alert' }, notice)].filter(Boolean));
}

/** @param {Context} context @param {any} part @param {any} run */
function fileEntry(context, part, run) {
  const key = fileKey(context, part, run);
  return [h('label', { class: 'field' }, h('span', {}, 'File on this machine'), h('input', { type: 'text', 'data-key': key, value: draft(key),
    placeholder: 'audit.json', autocomplete: 'off', input: (/** @type {any} */ event) => setDraft(key, event.target.value) })),
  h('span', { class: 'small' }, 'written by: assay audit A B --json=audit.json')];
}

const KINDS = { bundle: 'measured', datasheet: 'datasheet' };

/** The two lists of systems. @param {Context} context @param {any} part @param {any} run */
function systemChoice(context, part, run) {
  const options = (run.systems ?? []).map((/** @type {any} */ system) => (
    { id: system.id, text: `${system.title} (${/** @type {any} */ (KINDS)[system.kind] ?? system.kind})` }));
  if (options.length < 2) return [h('p', { class: 'small' }, 'Fewer than two systems are known yet: measure them above first.')];
  const lists = ['System A', 'System B'].map((label, side) => {
    const list = select(systemKey(context, part, run, side), label, options, 'choose', run.chosen?.[side] ?? '');
    list.addEventListener('change', () => context.redraw());
    return list;
  });
  const [a, b] = systemsOf(context, part, run);
  return [h('div', { class: 'pick' }, ...lists), a !== '' && a === b && h('p', { class: 'small' }, 'A and B are the same system: choose another one.')];
}

/** How often it was run, or why it may not be. @param {Context} context @param {any} part @param {any} run */
function countText(context, part, run) {
  if (isRunning(context, part, run.id)) return 'running …';
  if (!run.allowed && run.refusal) return run.refusal;
  if (run.most > 0) return run.done >= run.most ? `all ${run.most} iterations are made` : `iteration ${run.done + 1} of ${run.most}`;
  return run.done > 0 ? `done ${run.done} ×` : run.required ? 'not run' : 'if you like';
}

/** @param {Context} context @param {any} part @param {any} run */
function offerRow(context, part, run) {
  const more = run.kind === 'file' ? fileEntry(context, part, run) : run.kind === 'audit' ? systemChoice(context, part, run) : [];
  return h('li', { 'data-run': run.id }, h('div', { class: 'offer' }, h('strong', {}, run.title),
    h('span', { class: 'small' }, countText(context, part, run)), ...more), ...runStart(context, part, run));
}

/** @param {Context} context @param {any} part @param {any[]} runs */
export const offerList = (context, part, runs) => runs.length > 0
  && h('ul', { class: 'runs' }, ...runs.map((/** @type {any} */ run) => offerRow(context, part, run)));
