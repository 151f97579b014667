/** A client over all its connections: it goes on from the last cursor that it received, and what it received is judged at the end. */
import type { LogEvent, StreamId, UserId } from "@gatz/domain";
import { strict as assert } from "node:assert";
import type { LiveParts } from "../../apps/server/src/live/feed.ts";
import { lastSeen, Ledger } from "./ledger.ts";
import { brief, Reader } from "./reader.ts";

export class Sessions {
  readonly readers: Reader[] = [];

  constructor(readonly user: UserId) {}

  get reader(): Reader {
    return this.readers.at(-1)!;
  }

  get cursor(): string | undefined {
    return this.readers.findLast((reader) => reader.cursor !== undefined)?.cursor;
  }

  /** Goes on from the last cursor, on any node. */
  connect(node: LiveParts): Reader {
    const { cursor } = this;
    this.readers.push(new Reader(node, this.user, cursor === undefined ? {} : { lastEventId: cursor }));
    return this.reader;
  }

  async cut(): Promise<void> {
    await this.reader.cut();
  }

  /** Every item of every session was right, and together they bring all that this user may see of these streams. */
  judge(logs: ReadonlyMap<StreamId, readonly LogEvent[]>, { before }: { before: ReadonlyMap<StreamId, number> }): void {
    const log = (stream: StreamId) => logs.get(stream) ?? [];
    const ledger = new Ledger(this.user, log);
    for (const [stream, seq] of before) {
      ledger.read(stream, Math.min(seq, lastSeen(log(stream), { stream, user: this.user })));
    }
    for (const { frames, failure } of this.readers) {
      if (failure !== undefined) throw failure;
      ledger.startSession();
      for (const frame of frames) frame.items.forEach((item) => ledger.take(item));
    }
    for (const [stream, events] of logs) {
      const wanted = lastSeen(events, { stream, user: this.user });
      assert.equal(ledger.held(stream), wanted, `${stream} of ${this.user}: ${this.story}`);
    }
  }

  private get story(): string {
    return this.readers.map((reader) => reader.items.map(brief).join(" · ")).join(" | ");
  }
}
