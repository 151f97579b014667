/** Somebody's inbox over the stock client, on one node after the other: each goes on from the cursor of the one before. @module */
import { strict as assert } from "node:assert";
import type { FeedItem, StreamId } from "@gatz/domain";
import { type Api, connect } from "@gatz/testing/test_server.ts";

export class Listener implements AsyncDisposable {
  /** Of every stream, the seqs that each session brought, in the order in which they came. */
  readonly sessions: Map<StreamId, number[]>[] = [];
  #cursor: string | undefined;
  #api: Api | undefined;

  constructor(private readonly token: string) {}

  /** Leaves the node it listened to, as after a cut, and goes on at this one; resolves once that is live. */
  async moveTo({ url }: { url: string }): Promise<void> {
    const before = this.#api;
    const api = this.#api = connect(url, { transport: "ws", token: this.token });
    const cursor = this.#cursor ?? (await api.api.discussions.byUser.query({})).asOf;
    const session = new Map<StreamId, number[]>();
    this.sessions.push(session);
    const live = Promise.withResolvers<void>();
    api.api.live.inbox.subscribe({ cursor }, {
      onData: ({ id, data }) => {
        this.#cursor = id;
        for (const item of data.items) take(session, item);
        if (data.items.some(({ type }) => type === "live")) live.resolve();
      },
      onError: live.reject,
    });
    await live.promise;
    await before?.[Symbol.asyncDispose]();
  }

  heard(stream: StreamId): number {
    return Math.max(0, ...this.sessions.flatMap((session) => session.get(stream) ?? []));
  }

  /** Every seq of a stream from the first one heard to the last one there, each in order within its session. */
  judge(stream: StreamId, head: number): void {
    const all = new Set<number>();
    for (const session of this.sessions) {
      const seqs = session.get(stream) ?? [];
      seqs.forEach((seq, i) =>
        assert.ok(i === 0 || seq === seqs[i - 1]! + 1, `${stream}: ${seqs[i - 1]}, then ${seq}`)
      );
      for (const seq of seqs) all.add(seq);
    }
    const first = Math.min(...all);
    for (let seq = first; seq <= head; seq++) assert.ok(all.has(seq), `${stream}: ${seq} of ${head} never came`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api?.[Symbol.asyncDispose]();
  }
}

function take(session: Map<StreamId, number[]>, item: FeedItem): void {
  assert.notEqual(item.type, "behind", "nobody was away for so long");
  if (item.type !== "event") return;
  const { stream, seq } = item.event;
  session.set(stream, [...session.get(stream) ?? [], seq]);
}
