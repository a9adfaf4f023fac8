// From the state of a lab (assay/lab-state/1) to what the page shows: texts with their units and intervals.

import { formatCount, formatDuration, formatDurationEstimate, formatPercent, formatRateEstimate } from '/kit/format.js';

/** @param {any} estimate */
function shareText({ point, lower, upper }) {
  const isInterval = typeof lower === 'number' && typeof upper === 'number';
  return `${formatPercent(point)}${isInterval ? ` [${formatPercent(lower)}, ${formatPercent(upper)}]` : ''}`;
}

/** @type {Array<[string, string, (estimate: any) => string]>} */
const FIGURES = [
  ['queries', 'Queries', ({ point }) => formatCount(point)],
  ['samples_per_s', 'Throughput', (estimate) => formatRateEstimate(estimate, 'samples/s')],
  ['mean_s', 'Mean latency', formatDurationEstimate],
  ['sd_s', 'Standard deviation', formatDurationEstimate],
  ['p50_s', 'P50 latency', formatDurationEstimate],
  ['p95_s', 'P95 latency', formatDurationEstimate],
  ['p99_s', 'P99 latency', formatDurationEstimate],
  ['p99.9_s', 'P99.9 latency', formatDurationEstimate],
  ['ttft_p99_s', 'P99 of the time to the first token', formatDurationEstimate],
  ['over_share', 'Queries over the window', shareText],
  ['missed_share', 'Frames that missed their deadline', shareText],
  ['first_30_s_fps', 'New frames in the first 30 s', (estimate) => formatRateEstimate(estimate, 'frames/s')],
  ['last_fps', 'New frames at the end', (estimate) => formatRateEstimate(estimate, 'frames/s')],
  ['clean_accuracy', 'Right answers on clean audio', shareText],
  ['field_accuracy', 'Right answers in the field', shareText],
];

/** @param {any} value */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** A figure with its interval, or with why it has none. @param {any} estimate @param {(estimate: any) => string} format */
export function figureText(estimate, format) {
  const text = format(estimate);
  return isNumber(estimate.lower) || isNumber(estimate.upper) || !estimate.reason ? text : `${text} (no interval: ${estimate.reason})`;
}

/** @param {any} figures */
export const figuresOf = (figures) => FIGURES.filter(([name]) => isNumber(figures[name]?.point))
  .map(([name, title, format]) => ({ name: title, text: figureText(figures[name], format) }));

/** @param {any[]} options @param {string} id */
const textOf = (options, id) => options.find((option) => option.id === id)?.text ?? id;

/** @param {any} question */
function questionView(question) {
  const { reveal } = question;
  return { ...question, unit: question.unit ?? '',
    locks: question.locks.map((/** @type {any} */ lock) => ({ ...lock, because: textOf(question.reasons, lock.because),
      answer: question.kind === 'number' ? `${lock.answer} ${question.unit}` : textOf(question.options, lock.answer) })),
    offBy: !reveal ? null : reveal.within_interval ? 'within the interval' : isNumber(reveal.factor) ? `${reveal.factor.toPrecision(2)} ×`
      : isNumber(reveal.difference) ? `${Math.abs(reveal.difference).toPrecision(3)} ${question.unit}`
        : reveal.right === true ? 'right' : reveal.right === false ? 'another one' : 'not available' };
}

/** @param {any} run @param {number} index */
const resultView = (run, index) => ({ ...run.facts, id: run.entry.replace('sha256:', ''), label: `#${index + 1} ${run.run}`, run: run.run,
  time: run.time, file: run.file, sha256: run.sha256, command: run.command, controls: run.controls, figures: figuresOf(run.facts.figures),
  raw: run.facts.figures, sentences: run.facts.sentences ?? [], doses: run.facts.doses ?? [] });

/** Does the interval of the tail decide? @param {any} tail @param {number} window */
export function holds(tail, window) {
  if (isNumber(tail.upper) && tail.upper <= window) return true;
  if (isNumber(tail.lower) && tail.lower > window) return false;
  return null;
}

/** What the newest run of each kind says to the window. @param {any} part @param {any[]} results */
function checksOf(part, results) {
  return part.runs.flatMap((/** @type {any} */ offer) => {
    const result = results.filter(({ run }) => run === offer.id).at(-1);
    if (!result) return [];
    if (!result.honest || result.interrupted) {
      return [{ holds: null, sentence: `${offer.title}: the newest run ${result.interrupted ? 'was interrupted' : 'is INVALID'}, so it says nothing.` }];
    }
    const { p99_s: tail, window_s: window } = result.raw;
    if (!isNumber(tail?.point) || !isNumber(window?.point)) return [];
    const verdict = holds(tail, window.point);
    const said = verdict === null ? '; its interval does not decide about the window of' : verdict ? ' holds the window of' : ' breaks the window of';
    return [{ holds: verdict, sentence: `${offer.title}: P99 ${figureText(tail, formatDurationEstimate)}${said} ${formatDuration(window.point)}.` }];
  });
}

/** @param {any} part */
function thresholdsOf(part) {
  return part.evidence.thresholds.map((/** @type {any} */ found) => {
    const control = part.controls.find((/** @type {any} */ each) => each.id === found.control);
    const amount = (/** @type {number} */ value) => Number(value.toPrecision(3));
    const interval = isNumber(found.lower) && isNumber(found.upper) ? ` [${amount(found.lower)}, ${amount(found.upper)}]` : '';
    return { holds: null, sentence: `${control?.title ?? found.control}: ${isNumber(found.threshold)
      ? `the P99 leaves the window at ${amount(found.threshold)}${interval} ${found.unit}, from ${found.levels} runs.`
      : `no threshold from ${found.levels} ${found.levels === 1 ? 'run' : 'runs'} yet.`}${found.reason ? ` ${found.reason}` : ''}` };
  });
}

/** @param {any} lab @param {any} part */
function partView(lab, part) {
  const results = part.evidence.runs.map(resultView);
  return { ...part, questions: part.questions.map(questionView), results,
    runs: part.runs.map((/** @type {any} */ run) => ({ ...run, seconds: run.expected_s, done: run.made, most: run.most ?? 0 })),
    check: [...checksOf(part, results), ...thresholdsOf(part)], fleet: part.evidence.fleet,
    complete: part.locked && !lab.missing.some((/** @type {string} */ line) => line.startsWith(`part ${part.number},`)),
    reflections: part.reflections.map((/** @type {any} */ asked) => ({ ...asked, value: asked.answer ?? '' })) };
}

/** The fields of a decision, with what was saved. @param {any} lab */
function decisionFields({ decision, metrics }) {
  return [['metric', 'The ultimate metric of this mission'], ['decision', 'What do you recommend?'],
    ['binding_constraint', 'Which constraint binds?'], ['guardrail', 'Which metric must not get worse?'],
    ['rejected', 'Which comparison did you turn down?'], ['why_rejected', 'Why did you turn it down?'],
    ['claim_scope', 'What does your claim hold for, and for what not?'], ['residual_risk', 'What may still go wrong?'],
    ['memo', 'Memo: which figures you rest on, and why the peak figures were put aside']]
    .map(([id, text]) => ({ id, text, value: decision?.[id] ?? '', options: id === 'metric' ? metrics : [] }));
}

/** Lines of the ledger that the state names, oldest first. @param {any[]} parts @param {any} decision */
function linesOf(parts, decision) {
  const lines = parts.flatMap((part) => [
    ...part.questions.flatMap((/** @type {any} */ question) => question.locks.map((/** @type {any} */ lock) => (
      { time: lock.time, hash: lock.entry, text: `Part ${part.number}: locked ${question.id}, ${lock.answer}` }))),
    ...part.results.map((/** @type {any} */ result) => ({ time: result.time, hash: result.id, text: `Part ${part.number}: run ${result.label}, ${result.file}` }))]);
  if (decision) lines.push({ time: decision.time, hash: decision.entry, text: 'The decision' });
  return lines.sort((a, b) => a.time.localeCompare(b.time));
}

/** Without what only the terminal needs: "part 1, run single: assay lab run ..." @param {string} line */
const withoutCommand = (line) => line.replace(/: assay lab .*$/s, '').replace(/^part/, 'Part').replace(/^the/, 'The');

/** @param {any} lab */
export function labView(lab) {
  if (!lab) return null;
  const parts = lab.parts.map((/** @type {any} */ part) => partView(lab, part));
  return { ...lab, parts, decision: decisionFields(lab), missing: lab.missing.map(withoutCommand), lines: linesOf(parts, lab.decision) };
}
