/** Text search over what is stored, with no server: only what is read from there is found. @module */
import {
  type DiscussionId,
  isDiscussionStream,
  type LiveMessage,
  type LogEvent,
  type UnixMs,
  type UserId,
} from "@gatz/domain";
import type { Entry, Store } from "../store/contract.ts";
import { eventsOf, type StreamRecord } from "../store/records.ts";
import { foldText } from "./fold_text.ts";
import { HeldStream } from "./held_stream.ts";

/** A stored message that was searched for. */
export interface SearchHit {
  readonly discussion: DiscussionId;
  /** As it stands: not one that was deleted or purged, nor one of somebody whom the viewer blocks. */
  readonly message: LiveMessage;
  readonly at: UnixMs;
}

export interface StoredSearch {
  readonly viewer: UserId;
  readonly blocks: ReadonlySet<UserId>;
  /** At most so many, the newest. */
  readonly limit: number;
}

/** Of a text that somebody looks for, so much is read. */
const TEXT_LENGTH = 500;
const WORDS = 20;

/**
 * The messages that have every word of the text in them, newest first. Words are what is between spaces, and may be parts of others: so
 * scripts without spaces are searched too. Case, accents and width make no difference. A text without a word finds nothing.
 */
export async function searchStored(
  store: Pick<Store, "list">,
  text: string,
  { viewer, blocks, limit }: StoredSearch,
): Promise<readonly SearchHit[]> {
  const words = foldText(text.slice(0, TEXT_LENGTH)).split(/\s+/).filter((word) => word !== "").slice(0, WORDS);
  if (words.length === 0) return [];
  let hits: readonly SearchHit[] = [];
  for (const { key, value: record } of await store.list("streams")) {
    // The keys are ids of streams.
    const discussion = key as DiscussionId;
    if (!isDiscussionStream(discussion)) continue;
    // One window at a time: all of them may be more than there is room for.
    const entries = await store.list("events", eventsOf(discussion));
    const found = messagesWith(words, { discussion, viewer, record, entries }).filter(({ author }) =>
      !blocks.has(author)
    );
    if (found.length === 0) continue;
    const more = found.map((message): SearchHit => ({ discussion, message, at: message.at }));
    hits = [...hits, ...more].sort((a, b) => b.at - a.at || b.message.seq - a.message.seq).slice(0, limit);
  }
  return hits;
}

interface StoredStream {
  readonly discussion: DiscussionId;
  readonly viewer: UserId;
  readonly record: StreamRecord;
  readonly entries: readonly Entry<"events">[];
}

/** Most windows have no event with these words: only the others are folded. */
function messagesWith(
  words: readonly string[],
  { discussion: stream, ...stored }: StoredStream,
): readonly LiveMessage[] {
  if (!stored.entries.some(({ value }) => value.type === "event" && saysAll(words, textOf(value.event)))) return [];
  const { messages } = HeldStream.load({ stream, ...stored });
  return messages.filter((message): message is LiveMessage => message.kind === "live" && saysAll(words, message.text));
}

function textOf(event: LogEvent): string | null {
  return event.type === "new-message" || event.type === "edit-message" ? event.body.text : null;
}

function saysAll(words: readonly string[], text: string | null): boolean {
  if (text === null || text === "") return false;
  const folded = foldText(text);
  return words.every((word) => folded.includes(word));
}
