// From the state of a lab (assay/lab-state/1) to what the page shows: texts with their units and intervals.

import { doseAmount } from '/kit/dose.js';
import { formatDuration, formatDurationEstimate } from '/kit/format.js';
import { figureOf, figureText, figuresOf, isNumber, systemsOf } from './figures.js';

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

/** @param {any} run @param {number} index @param {any[]} offers */
const resultView = (run, index, offers) => ({ ...run.facts, id: run.entry.replace('sha256:', ''), label: `#${index + 1} ${run.run}`, run: run.run,
  number: run.number ?? index + 1, title: offers.find(({ id }) => id === run.run)?.title ?? run.run, time: run.time, file: run.file,
  sha256: run.sha256, command: run.command, controls: run.controls ?? {}, figures: figuresOf(run.facts.figures), raw: run.facts.figures,
  systems: systemsOf(run.facts.figures), invalid_codes: run.facts.invalid_codes ?? [], charts: run.charts ?? [],
  sentences: run.facts.sentences ?? [], doses: run.facts.doses ?? [] });

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
      : `no threshold from ${found.levels} ${found.levels === 1 ? 'run' : 'runs'} yet.`}${found.reason ? ` ${found.reason.replace(/\.?$/, '.')}` : ''}` };
  });
}

const SCENARIOS = [['single', 'SingleStream'], ['multi', 'MultiStream'], ['server', 'Server'], ['offline', 'Offline']];

/** Codes of a window that broke. */
const BROKEN_WINDOWS = ['latency_constraint', 'first_token_constraint', 'token_time_constraint'];

/** "7.9 ms (no interval: why)": the figure, and why it has none. @param {string} text */
const figurePart = (text) => text.split(' (no interval')[0];
/** @param {string} text */
const reasonPart = (text) => text.match(/\((no interval: .*)\)$/)?.[1].replace(/: .*; (?=needs )/, ': ') ?? '';

/** What the window says to a run. @param {any} result @param {?string} tail */
function windowNote({ raw, invalid_codes: codes }, tail) {
  const window = raw.window_s?.point;
  if (isNumber(window)) {
    const verdict = tail === 'p99' ? holds(raw.p99_s, window) : null;
    return { verdict, note: verdict === null ? `window ${formatDuration(window)}: not decided` : `${verdict ? '✓ within' : '✗ over'} the window of ${formatDuration(window)}` };
  }
  const isBroken = codes.some((/** @type {string} */ code) => BROKEN_WINDOWS.includes(code));
  return { verdict: isBroken ? false : null, note: isBroken ? '✗ broke its windows' : '' };
}

/** The metric by which a scenario is judged, of its newest run. @param {string} scenario @param {any} result */
function scenarioMetric(scenario, result) {
  const { raw } = result;
  if (scenario === 'offline') {
    const text = figureOf(raw, 'samples_per_s');
    return { name: 'throughput', text: figurePart(text), verdict: null, notes: [reasonPart(text), 'no latency of a request: everything is handed over at once'] };
  }
  const tail = ['p99', 'p90'].find((name) => isNumber(raw[`${name}_s`]?.point)) ?? null;
  const text = tail ? figureOf(raw, `${tail}_s`) : 'not available';
  const { verdict, note } = windowNote(result, tail);
  return { name: `${(tail ?? 'p99').toUpperCase()} latency`, text: figurePart(text), verdict, notes: [reasonPart(text), note] };
}

/** One card a scenario, where the runs of a part are there to compare them; else none. @param {any[]} runs @param {any[]} results */
function scenarioCards(runs, results) {
  const cards = SCENARIOS.flatMap(([scenario, name]) => {
    const offer = runs.find((run) => run.id === scenario && run.scenario === scenario) ?? runs.find((run) => run.scenario === scenario && run.kind === 'run');
    if (!offer) return [];
    const newest = results.filter(({ run }) => run === offer.id).at(-1) ?? null;
    return [{ scenario, name, offer, newest, metric: newest && scenarioMetric(scenario, newest) }];
  });
  return cards.length > 1 ? cards : [];
}

/** The runs of the offer that may be made only so often, each with what was asked for and what was delivered. @param {any[]} controls @param {any[]} runs @param {any[]} results */
function iterationsOf(controls, runs, results) {
  const offer = runs.find(({ most }) => most > 0);
  if (!offer) return null;
  const used = controls.filter(({ id }) => offer.controls.includes(id));
  return { offer, controls: used, rows: results.filter(({ run }) => run === offer.id).map((result) => ({ result,
    doses: used.map((control) => {
      const dose = result.doses.find((/** @type {any} */ each) => each.knob === control.flag);
      if (!dose) return { asked: 'none', achieved: '', delivered: true };
      return { asked: doseAmount(dose.unit, dose.requested), delivered: dose.delivered !== false,
        achieved: isNumber(dose.achieved) ? doseAmount(dose.unit, dose.achieved) : `not available: ${dose.reason ?? 'no reason given'}` };
    }),
    mean: figurePart(figureOf(result.raw, 'mean_s')), p99: figureOf(result.raw, 'p99_s'), over: figureOf(result.raw, 'over_share'),
    verdict: isNumber(result.raw.p99_s?.point) && isNumber(result.raw.window_s?.point) ? holds(result.raw.p99_s, result.raw.window_s.point) : null })) };
}

/**
 * The first lock on the P99 of "10 ms and 5 ms", taken to a run: as many standard deviations above its mean as was said,
 * the way back from what the lab compares it with (lab/flow/measured_figure.cpp). Null where the question is another one
 * or the run has no such moments.
 * @param {any} part @param {any} result @returns {?{value: number, text: string}}
 */
export function predictionOn(part, result) {
  const question = part.questions.find((/** @type {any} */ each) => each.figure === 'p99_at_10_5' || Object.keys(each.reveal?.curves ?? {}).length > 0);
  const said = Number.parseFloat(question?.locks[0]?.answer);
  const { mean_s: mean, sd_s: sd } = result.raw;
  if (!isNumber(said) || !question.revealed_after.includes(result.run) || !isNumber(mean?.point) || !isNumber(sd?.point)) return null;
  const deviations = (said - 10) / 5;
  const value = mean.point + deviations * sd.point;
  return value > 0 ? { value, text: `your lock, ${Number(deviations.toPrecision(3))} sd over the mean` } : null;
}

/** @param {any} lab @param {any} part */
function partView(lab, part) {
  const results = part.evidence.runs.map((/** @type {any} */ run, /** @type {number} */ i) => resultView(run, i, part.runs));
  const runs = part.runs.map((/** @type {any} */ run) => ({ ...run, seconds: run.expected_s, done: run.made, most: run.most ?? 0 }));
  return { ...part, questions: part.questions.map(questionView), results, runs,
    cards: scenarioCards(runs, results), iterations: iterationsOf(part.controls, runs, results),
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
