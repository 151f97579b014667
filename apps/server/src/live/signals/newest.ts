/** The newest news about each thing, of so many things at most: the one that waits the longest makes room. @module */

export class Newest<T> {
  readonly #waiting = new Map<string, T>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#waiting.size;
  }

  /** Takes the place of what waits about the same. True if something else had to go. */
  put(about: string, news: T): boolean {
    this.#waiting.delete(about);
    this.#waiting.set(about, news);
    if (this.#waiting.size <= this.most) return false;
    const [oldest] = this.#waiting.keys();
    this.#waiting.delete(oldest!); // it holds more than it may
    return true;
  }

  /** Takes one after the other, the oldest first, for as long as they are wanted. */
  take(wanted: (news: T) => boolean): void {
    for (const [about, news] of this.#waiting) {
      if (!wanted(news)) return;
      this.#waiting.delete(about);
    }
  }

  forget(unwanted: (news: T) => boolean): void {
    for (const [about, news] of this.#waiting) if (unwanted(news)) this.#waiting.delete(about);
  }

  clear(): void {
    this.#waiting.clear();
  }
}
