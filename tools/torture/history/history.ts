/** The file that a run's history is appended to, and read from again. @module */
import type { HistoryRecord } from "./record.ts";

type Without<R, K extends PropertyKey> = R extends unknown ? Omit<R, K> : never;
/** A record whose time is filled in when it is written. */
export type Note = Without<HistoryRecord, "t">;

const FLUSH_AT = 64 * 1024;

export class History {
  readonly #file: Deno.FsFile;
  readonly #began = performance.now();
  #waiting: string[] = [];
  #size = 0;

  constructor(readonly path: string) {
    this.#file = Deno.openSync(path, { write: true, createNew: true, append: true });
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round((performance.now() - this.#began) * 1000) / 1000;
  }

  /** Written in the order of the calls; returns the record's time. */
  note(note: Note): number {
    const t = this.now();
    const line = JSON.stringify({ ...note, t }) + "\n";
    this.#waiting.push(line);
    this.#size += line.length;
    if (this.#size > FLUSH_AT) this.flush();
    return t;
  }

  flush(): void {
    const bytes = new TextEncoder().encode(this.#waiting.join(""));
    this.#waiting = [];
    this.#size = 0;
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
  }

  close(): void {
    this.flush();
    this.#file.close();
  }
}

/** The records of a history, in the order of their times. */
export async function* readHistory(path: string): AsyncGenerator<HistoryRecord> {
  const file = await Deno.open(path);
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    // Lines are what `note` wrote.
    for (const line of lines) yield JSON.parse(line) as HistoryRecord;
  }
}
