/** Works on up to `limit` items at a time, taken in their order; after a failure no more is begun. */
export async function sideBySide<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    const one: Promise<void> = work(item).then(() => void running.delete(one));
    // What fails stays, and is met below.
    one.catch(() => {});
    running.add(one);
    if (running.size >= limit) await Promise.race(running);
  }
  await Promise.all(running);
}
