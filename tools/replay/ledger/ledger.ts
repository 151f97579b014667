/**
 * The replay's own account of what it sent and which acks came. Shares no code with what it judges: it imports nothing of
 * packages/, ids are plain texts, and its model of a discussion is its own.
 * @module
 */

/** What was acked, at which seq. */
export type Entry = { readonly seq: number; readonly at: number } & Fact;

export type Fact =
  | {
    readonly kind: "sent";
    readonly id: string;
    readonly author: string;
    readonly text: string;
    readonly mentions: readonly string[];
    readonly replyTo?: string;
  }
  | { readonly kind: "edited"; readonly target: string; readonly text: string; readonly mentions: readonly string[] }
  | { readonly kind: "deleted"; readonly target: string; readonly by: string; readonly reason?: string }
  | {
    readonly kind: "reacted";
    readonly target: string;
    readonly user: string;
    readonly emoji: string;
    readonly on: boolean;
  }
  /** Somebody came or went, or the discussion began: takes a seq and changes no message. */
  | { readonly kind: "other"; readonly what: string };

interface Base {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
  readonly author: string;
  readonly replyTo?: string;
  readonly revision: number;
}

/** How a message should stand in the end, for somebody who sees all of its discussion. */
export type ExpectedMessage =
  | Base & {
    readonly kind: "live";
    readonly text: string;
    readonly mentions: readonly string[];
    /** By first use of those that remain; users in the order of theirs. */
    readonly reactions: readonly { readonly emoji: string; readonly users: readonly string[] }[];
  }
  | Base & { readonly kind: "deleted"; readonly by: string; readonly reason?: string };

/** An ack that can't be: seqs and times of one discussion go up in the order in which its events were offered. */
export interface OddAck {
  readonly seq: number;
  readonly problem: string;
}

export class DiscussionLedger {
  readonly #entries: Entry[] = [];
  readonly #odd: OddAck[] = [];

  /** Enters an ack, in the order in which the events were offered. */
  enter(entry: Entry): void {
    const last = this.#entries.at(-1);
    if (last && entry.seq <= last.seq) this.#odd.push({ seq: entry.seq, problem: `acked after seq ${last.seq}` });
    if (last && entry.at < last.at) {
      this.#odd.push({ seq: entry.seq, problem: `at ${entry.at}, before the ${last.at} of seq ${last.seq}` });
    }
    this.#entries.push(entry);
  }

  /** The newest seq acked; 0 before any. */
  get head(): number {
    return this.#entries.reduce((head, entry) => Math.max(head, entry.seq), 0);
  }

  get oddAcks(): readonly OddAck[] {
    return this.#odd;
  }

  /** Every message that was acked as it should stand, newest first. */
  expected(): ExpectedMessage[] {
    const messages = new Map<string, Draft>();
    for (const entry of [...this.#entries].sort((one, other) => one.seq - other.seq)) apply(messages, entry);
    return [...messages.values()].map(finished).reverse();
  }
}

/** A message while entries are applied to it. */
interface Draft extends Omit<Base, "revision"> {
  revision: number;
  text: string;
  mentions: readonly string[];
  /** Those that are on, in the order of use. */
  reactions: { emoji: string; user: string }[];
  deleted?: { by: string; reason?: string };
}

function apply(messages: Map<string, Draft>, entry: Entry): void {
  if (entry.kind === "other") return;
  if (entry.kind === "sent") {
    const { kind: _, ...message } = entry;
    messages.set(entry.id, { ...message, revision: 0, reactions: [] });
    return;
  }
  const target = messages.get(entry.target);
  if (!target) throw new Error(`the ledger has a change of ${entry.target}, which was never acked`);
  // A tombstone stays one, whatever else was acked.
  if (target.deleted) return;
  switch (entry.kind) {
    case "edited":
      target.text = entry.text;
      target.mentions = entry.mentions;
      target.revision++;
      break;
    case "deleted":
      target.deleted = { by: entry.by, ...(entry.reason !== undefined && { reason: entry.reason }) };
      break;
    case "reacted":
      target.reactions = target.reactions.filter(({ emoji, user }) => emoji !== entry.emoji || user !== entry.user);
      if (entry.on) target.reactions.push({ emoji: entry.emoji, user: entry.user });
      break;
  }
}

function finished(draft: Draft): ExpectedMessage {
  const { text, mentions, reactions, deleted, ...base } = draft;
  if (deleted) return { ...base, kind: "deleted", ...deleted };
  const emoji = [...new Set(reactions.map((reaction) => reaction.emoji))];
  const sets = emoji.map((one) => ({
    emoji: one,
    users: reactions.filter((reaction) => reaction.emoji === one).map(({ user }) => user),
  }));
  return { ...base, kind: "live", text, mentions, reactions: sets };
}
