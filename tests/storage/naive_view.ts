/**
 * What one person should see of a discussion, worked out from its log's rows alone, in the plainest way. Shares no code with what it
 * judges. People go by names that the test gives them.
 * @module
 */

/** A row of `events`, as it is. `at` is Unix milliseconds. */
export interface PlainRow {
  seq: number;
  id: string;
  at: number;
  type: number;
  actor: string | null;
  target_seq: number | null;
  decided: { skipped?: { user: string }[]; replyToSeq?: number } | null;
  body: {
    text?: string;
    mentions?: string[];
    name?: string;
    members?: string[];
    users?: string[];
    user?: string;
    historyFrom?: "all" | "now" | number;
    emoji?: string;
    on?: boolean;
    reason?: string;
    author?: string;
    upToSeq?: number;
  };
}

export interface PlainMessage {
  seq: number;
  author: string;
  /** Null: deleted. */
  text: string | null;
  by: string | null;
  reason: string | null;
  revision: number;
  changedSeq: number;
  replyToSeq: number | null;
  /** None once deleted. */
  mentions: string[];
  /** First come first. */
  reactions: PlainReaction[];
}

/** One emoji on a message. There are never more people here than a message names. */
export interface PlainReaction {
  emoji: string;
  count: number;
  mine: boolean;
  users: string[];
}

export interface PlainView {
  /** The last seq that the person sees; 0 for who never was a member. */
  head: number;
  lastAt: number;
  /** Members when that seq came. */
  memberCount: number;
  /** Newest first. */
  messages: PlainMessage[];
}

const NEW = 1, EDIT = 2, DELETE = 3, REACT = 4, CREATE = 10, ADD = 11, REMOVE = 12, LEAVE = 13, BAN = 26, EXPUNGE = 31;

interface PlainStay {
  name: string;
  begun: number;
  from: number;
  to: number;
}

/** @param nameOf gives a person's name for their UUID and for their shown id */
export function naiveView(rows: readonly PlainRow[], who: string, nameOf: (id: string) => string): PlainView {
  const stays = staysOf(rows, nameOf);
  const mine = stays.filter((stay) => stay.name === who);
  const sees = (seq: number) => mine.some((stay) => stay.from <= seq && seq <= stay.to);
  const seen = rows.filter((row) => sees(row.seq) && (row.target_seq === null || sees(row.target_seq)));
  const last = rows.filter((row) => sees(row.seq)).at(-1);
  const head = last?.seq ?? 0;
  return {
    head,
    lastAt: last?.at ?? 0,
    memberCount: stays.filter((stay) => stay.begun <= head && stay.to > head).length,
    messages: messagesOf(seen, nameOf).reverse().map((message) => ({
      ...message,
      reactions: counted(message.reactions, who),
    })),
  };
}

function staysOf(rows: readonly PlainRow[], nameOf: (id: string) => string): PlainStay[] {
  const stays: PlainStay[] = [];
  const isIn = (name: string) => stays.some((stay) => stay.name === name && stay.to === Infinity);
  const begin = (ids: string[], { seq, from, row }: { seq: number; from: number; row: PlainRow }) => {
    const skipped = (row.decided?.skipped ?? []).map((skip) => nameOf(skip.user));
    for (const name of ids.map(nameOf)) {
      if (!skipped.includes(name) && !isIn(name)) stays.push({ name, begun: seq, from, to: Infinity });
    }
  };
  const end = (name: string, seq: number) => {
    for (const stay of stays) if (stay.name === name && stay.to === Infinity) stay.to = seq;
  };
  for (const row of rows) {
    const { seq, type, body } = row;
    const history = body.historyFrom === "all" ? 1 : body.historyFrom === "now" ? seq : body.historyFrom;
    if (type === CREATE) begin([row.actor ?? "", ...(body.members ?? [])], { seq, from: 1, row });
    if (type === ADD) begin(body.users ?? [], { seq, from: history ?? seq, row });
    if (type === REMOVE || type === BAN) end(nameOf(body.user ?? ""), seq);
    if (type === LEAVE) end(nameOf(row.actor ?? ""), seq);
  }
  return stays;
}

function counted(reactions: readonly string[], who: string): PlainReaction[] {
  const counts: PlainReaction[] = [];
  for (const reaction of reactions) {
    const [emoji = "", user = ""] = reaction.split(" ");
    let same = counts.find((count) => count.emoji === emoji);
    if (same === undefined) counts.push(same = { emoji, count: 0, mine: false, users: [] });
    same.count++;
    same.mine ||= user === who;
    same.users.push(user);
  }
  return counts;
}

function goneBy({ seq, body }: PlainRow, by: string): Partial<Uncounted> {
  return { text: null, by, reason: body.reason ?? null, changedSeq: seq, mentions: [], reactions: [] };
}

/** A message whose reactions are `emoji name`, first come first. */
type Uncounted = Omit<PlainMessage, "reactions"> & { reactions: string[] };

function messagesOf(seen: readonly PlainRow[], nameOf: (id: string) => string): Uncounted[] {
  const messages: Uncounted[] = [];
  for (const row of seen) {
    const by = row.actor === null ? "system" : nameOf(row.actor);
    if (row.type === NEW) {
      messages.push({
        seq: row.seq,
        author: by,
        text: row.body.text ?? null,
        by: null,
        reason: null,
        revision: 0,
        changedSeq: row.seq,
        replyToSeq: row.decided?.replyToSeq ?? null,
        mentions: (row.body.mentions ?? []).map(nameOf),
        reactions: [],
      });
    }
    if (row.type === EXPUNGE) {
      for (const message of messages) {
        const isMeant = message.author === nameOf(row.body.author ?? "") && message.seq <= (row.body.upToSeq ?? 0);
        if (isMeant && message.text !== null) Object.assign(message, goneBy(row, by));
      }
    }
    const target = messages.find((message) => message.seq === row.target_seq);
    if (target === undefined || target.text === null) continue;
    if (row.type === EDIT) {
      target.text = row.body.text ?? null;
      target.mentions = (row.body.mentions ?? []).map(nameOf);
      target.revision++;
      target.changedSeq = row.seq;
    }
    if (row.type === DELETE) {
      Object.assign(target, goneBy(row, by));
    }
    if (row.type === REACT) {
      const reaction = `${row.body.emoji} ${by}`;
      const others = target.reactions.filter((other) => other !== reaction);
      if (row.body.on && others.length === target.reactions.length) target.reactions.push(reaction);
      if (!row.body.on) target.reactions = others;
    }
  }
  return messages;
}
