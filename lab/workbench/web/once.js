// Work that is asked for again while it is under way.

/**
 * Does the work one at a time. Asked for meanwhile, it is done once more afterwards, however often it was asked for: the
 * last result is never older than the last call, and calls that come faster than results cannot keep all of them away.
 * @param {() => Promise<void>} work
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
    if (next) return next;
    if (!current) return begin();
    next = current.then(begin, begin);
    return next;
  };
}
