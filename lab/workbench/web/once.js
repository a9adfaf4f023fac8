// Work that is asked for again while it is under way.

/**
 * Does the work one at a time. Asked for meanwhile, it is done once more afterwards, however often it was asked for: what
 * comes of it is never older than the last question, and no stream of questions, each faster than an answer, keeps every
 * answer away.
 * @param {() => Promise<void>} work that does not throw
 * @returns {() => Promise<void>} ends with the first work that began after the call
 */
export function oneAtATime(work) {
  /** @type {?Promise<void>} */
  let current = null;
  /** @type {?Promise<void>} */
  let next = null;
  const begin = () => {
    next = null;
    current = work().finally(() => { current = null; });
    return current;
  };
  return () => {
    if (!current) return begin();
    next ??= current.then(begin);
    return next;
  };
}
