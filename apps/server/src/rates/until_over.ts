/** Knowing when a subscription is over: its procedure returns long before. @module */

/**
 * The same items; calls `over` once when there are no more, or when nobody asks for any more. Unlike a generator's `finally`, also if
 * none was ever asked for.
 */
export function untilOver<T>(items: AsyncIterable<T>, over: () => void): AsyncIterableIterator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    over();
  };
  return {
    async next() {
      try {
        const next = await iterator.next();
        if (next.done === true) end();
        return next;
      } catch (error) {
        end();
        throw error;
      }
    },
    async return(value) {
      end();
      return await iterator.return?.(value) ?? { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
