/** Reads, each noted with what it answered. @module */
import type { History } from "../history/history.ts";
import type { NotedRow } from "../history/record.ts";
import { zList, zLogPage, zMessagePage } from "./answers.ts";
import type { Answer, Line, Transport } from "./line.ts";
import { notedItem, notedMessage } from "./notes.ts";

export interface Reader {
  readonly user: string;
  readonly line: Line;
  readonly history: History;
  readonly transport?: Transport;
}

export interface ReadResult {
  readonly incarnation: string;
  /** Where the next page begins; null: there is none. */
  readonly next: number | null;
}

/** All of one's discussions. */
export interface List {
  readonly incarnation: string;
  readonly rows: readonly NotedRow[];
  /** From where a feed goes on. */
  readonly cursor: string;
}

const LIST_ROWS = 100;

/** Null: it did not come whole. */
export async function readList(line: Line): Promise<List | null> {
  const noted: NotedRow[] = [];
  let list: List | undefined;
  let before: string | null = null;
  do {
    const input: { limit: number; before?: string } = { limit: LIST_ROWS, ...(before !== null && { before }) };
    const answer = await line.call({ kind: "query", path: "discussions.byUser", input, answer: zList });
    if (answer.kind !== "answered" || answer.value.unavailable.length > 0) return null;
    const { incarnation, asOf, rows, next } = answer.value;
    // The first page's cursor is the oldest: what happens while the others are read comes by the feed.
    list ??= { incarnation, rows: noted, cursor: asOf };
    if (list.incarnation !== incarnation) return null;
    for (const { id: stream, head, mark, unread, mentions, preview } of rows) {
      if (head === undefined) return null;
      const counts = { unread: unread?.count ?? 0, mentions: mentions?.count ?? 0 };
      noted.push({ stream, head, read: mark?.seq ?? null, ...counts, preview: preview ? notedMessage(preview) : null });
    }
    before = next;
  } while (before !== null);
  return list;
}

/** A page of a stream's log. */
export async function readLog(
  { user, line, history, transport }: Reader,
  { stream, fromSeq, limit }: { readonly stream: string; readonly fromSeq: number; readonly limit: number },
): Promise<Answer<ReadResult>> {
  const asked = history.now();
  const input = { stream, fromSeq, limit };
  const answer = await line.call({ kind: "query", path: "log.read", input, answer: zLogPage, transport });
  if (answer.kind !== "answered") return noteUnread(answer, { user, history, what: stream });
  const { incarnation, asOf } = answer.value;
  const items = answer.value.items.map(notedItem);
  history.note({ k: "log-page", asked, user, stream, fromSeq, limit, incarnation, asOf, items });
  const last = items.at(-1);
  const upTo = last?.[0] === "event" ? last[2] : last?.[0] === "opaque" ? last[3] : fromSeq - 1;
  return { kind: "answered", value: { incarnation, next: upTo < asOf && last !== undefined ? upTo + 1 : null } };
}

/** A page of a discussion's messages. */
export async function readMessages(
  { user, line, history, transport }: Reader,
  { stream, before, limit }: { readonly stream: string; readonly before: number | null; readonly limit: number },
): Promise<Answer<ReadResult>> {
  const asked = history.now();
  const input = { discussion: stream, limit, ...(before === null ? {} : { before }) };
  const answer = await line.call({
    ...{ kind: "query" as const, path: "messages.byDiscussion", input, answer: zMessagePage },
    transport,
  });
  if (answer.kind !== "answered") return noteUnread(answer, { user, history, what: stream });
  const { incarnation, asOf } = answer.value;
  const messages = answer.value.messages.map(notedMessage);
  history.note({ k: "message-page", asked, user, stream, before, limit, incarnation, asOf, messages });
  return { kind: "answered", value: { incarnation, next: answer.value.before } };
}

function noteUnread<A extends Exclude<Answer<unknown>, { kind: "answered" }>>(
  answer: A,
  { user, history, what }: { readonly user: string; readonly history: History; readonly what: string },
): A {
  const code = answer.kind === "refused" ? answer.code : "lost";
  history.note({ k: "unread", user, what, code });
  return answer;
}
