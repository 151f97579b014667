import type { PlainMessage } from "../../oracle/messages.ts";
import { type Difference, firstDifference } from "../judge/difference.ts";

/** A message as a page of the API shows it; what the ledger does not know is not looked at. */
export interface ShownMessage {
  readonly kind: "live" | "deleted" | "blocked";
  readonly id: string;
  readonly seq: number;
  readonly at: number;
  readonly author: string;
  readonly revision?: number;
  readonly replyTo?: string;
  readonly text?: string;
  readonly mentions?: readonly string[];
  readonly reactions?: readonly ShownReaction[];
  readonly by?: string;
  readonly reason?: string;
  readonly why?: string;
  readonly quote?: object;
}

export interface ShownReaction {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  readonly users: readonly string[];
}

const USERS_SHOWN = 10;
const QUOTE_CODE_POINTS = 200;

export interface Shown {
  readonly shown: readonly ShownMessage[];
  readonly viewer: string;
  /** Whom the viewer blocks. */
  readonly blocks: ReadonlySet<string>;
}

/** The first place where a discussion's messages, newest first, are not what the ledger expects them to be for a viewer. */
export function disagreement(
  expected: readonly PlainMessage[],
  { shown, viewer, blocks }: Shown,
): Omit<Difference, "about"> | null {
  const byId = new Map(expected.map((message) => [message.id, message]));
  const wanted = expected.map((message) => shownAs(message, { viewer, blocks, byId }));
  return firstDifference(wanted, shown.map(picked), "messages");
}

interface Viewpoint {
  readonly viewer: string;
  readonly blocks: ReadonlySet<string>;
  readonly byId: ReadonlyMap<string, PlainMessage>;
}

function shownAs(message: PlainMessage, { viewer, blocks, byId }: Viewpoint): ShownMessage {
  const { id, seq, at, author, text, mentions, revision, replyTo, end } = message;
  const base = { id, seq, at, author };
  if (text !== null && blocks.has(author)) return { kind: "blocked", ...base };
  const answer = replyTo === undefined ? {} : { replyTo, quote: quoteOf(replyTo, { blocks, byId }) };
  if (text === null) {
    const { reason, why } = end?.body ?? {};
    return { kind: "deleted", ...base, revision, ...answer, by: end?.actor, reason, why } as ShownMessage;
  }
  const reactions = [...Map.groupBy(message.reactions, ({ emoji }) => emoji)].map(([emoji, same]) => {
    const users = same.map(({ user }) => user);
    return { emoji, count: users.length, mine: users.includes(viewer), users: users.slice(0, USERS_SHOWN) };
  });
  return { kind: "live", ...base, revision, ...answer, text, mentions, reactions };
}

function quoteOf(id: string, { blocks, byId }: Omit<Viewpoint, "viewer">): object {
  const answered = byId.get(id);
  if (!answered) return { id, hidden: true };
  if (answered.text === null) return { id, deleted: true };
  if (blocks.has(answered.author)) return { id, blocked: true };
  return { id, author: answered.author, text: [...answered.text].slice(0, QUOTE_CODE_POINTS).join("") };
}

/** Only the fields that the ledger has an opinion of. */
function picked(message: ShownMessage): ShownMessage {
  const { kind, id, seq, at, author, revision, replyTo, text, mentions, reactions, by, reason, why, quote } = message;
  return {
    kind,
    id,
    seq,
    at,
    author,
    revision,
    replyTo,
    text,
    mentions,
    reactions,
    by,
    reason,
    why,
    quote,
  } as ShownMessage;
}
