/**
 * The replay's own account of what it sent and which acks came. Shares no code with what it judges: it imports nothing but the
 * oracle, which makes of events what the rules say in the plainest way.
 * @module
 */
import type { PlainEvent } from "../../oracle/event.ts";
import { PlainMessages } from "../../oracle/messages.ts";
import type { PlainMessage } from "../../oracle/messages.ts";
import { Stays } from "../../oracle/stays.ts";
import { PlainTalk } from "../../oracle/talk.ts";

/** A draft as it was sent, by whom, and where its ack put it. */
export type Said = Omit<PlainEvent, "stream" | "decided">;

/** An ack that can't be: seqs and times of one discussion go up in the order in which its events were offered. */
export interface OddAck {
  readonly seq: number;
  readonly problem: string;
}

export class DiscussionLedger {
  readonly #discussion: string;
  readonly #events: PlainEvent[] = [];
  readonly #sent = new Map<string, number>();
  readonly #odd: OddAck[] = [];

  constructor(discussion: string) {
    this.#discussion = discussion;
  }

  /** Enters an ack, in the order in which the events were offered. */
  enter(said: Said): void {
    const last = this.#events.at(-1);
    if (last && said.seq <= last.seq) this.#odd.push({ seq: said.seq, problem: `acked after seq ${last.seq}` });
    if (last && said.at < last.at) {
      this.#odd.push({ seq: said.seq, problem: `at ${said.at}, before the ${last.at} of seq ${last.seq}` });
    }
    if (said.type === "new-message") this.#sent.set(said.id, said.seq);
    const targetSeq = said.body.target === undefined ? undefined : this.#sent.get(said.body.target);
    if (said.body.target !== undefined && targetSeq === undefined) {
      throw new Error(`the ledger has a change of ${said.body.target}, which was never acked`);
    }
    const decided = targetSeq === undefined ? {} : { targetSeq };
    this.#events.push({ ...said, stream: this.#discussion, decided });
  }

  /** The newest seq acked; 0 before any. */
  get head(): number {
    return this.#events.reduce((head, { seq }) => Math.max(head, seq), 0);
  }

  get oddAcks(): readonly OddAck[] {
    return this.#odd;
  }

  /** Every message as it should stand for somebody, newest first (VIS4). */
  expectedFor(viewer: string): PlainMessage[] {
    const stays = new Stays(this.#discussion, this.#inOrder);
    return [...new PlainMessages(this.#inOrder).seen((event) => stays.sees(viewer, event))];
  }

  /** What the discussion is in the end. */
  get talk(): PlainTalk {
    return this.#inOrder.reduce((talk, event) => talk.apply(event), new PlainTalk());
  }

  get #inOrder(): readonly PlainEvent[] {
    return this.#events.toSorted((one, other) => one.seq - other.seq);
  }
}
