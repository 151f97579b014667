import type { Ack } from "@gatz/domain";

/** What has happened so far, for the progress bar and the report. */
export class Tally {
  /** Events that this run added, and those that an earlier one had. */
  accepted = 0;
  duplicates = 0;
  messages = 0;
  discussionsJudged = 0;
  /** Discussions compared, counted once a follower. */
  viewsJudged = 0;
  readonly #onAck: (events: number) => void;

  constructor(onAck: (events: number) => void) {
    this.#onAck = onAck;
  }

  acked(acks: readonly Ack[]): void {
    const duplicates = acks.filter((ack) => ack.kind === "duplicate").length;
    this.duplicates += duplicates;
    this.accepted += acks.length - duplicates;
    this.messages += acks.filter((ack) => ack.id.startsWith("msg_")).length;
    this.#onAck(acks.length);
  }
}
