/** What a town stores and shows in the words of the naive oracles: rows read by hand, names for ids. @module */
import assert from "node:assert/strict";
import { type DiscussionId, idToUuid, shardOf, type ShownMessage, type UserId } from "@gatz/domain";
import type { PlainMessage, PlainRow } from "./naive_view.ts";
import type { Town } from "./town.ts";

/** The name of who has an id, in the API's form or the tables'. */
export function names(users: readonly UserId[]): (id: string) => string {
  const known = new Map(users.flatMap((user, n): [string, string][] => [[user, `u${n}`], [idToUuid(user), `u${n}`]]));
  return (id) => known.get(id) ?? assert.fail(`nobody: ${id}`);
}

/** All events of a discussion, by plain SQL. */
export function logOf(town: Town, discussion: DiscussionId): Promise<PlainRow[]> {
  return town.byHand(shardOf(discussion), async (sql) => {
    const rows = await sql<PlainRow[]>`
      select seq, id, at::float8 as at, type, actor, target_seq, decided, body from events
      where stream = ${idToUuid(discussion)} order by seq`;
    return [...rows];
  });
}

export function plain(message: ShownMessage, nameOf: (id: string) => string): PlainMessage {
  return {
    seq: message.seq,
    author: nameOf(message.author),
    text: message.kind === "live" ? message.text : null,
    by: message.kind === "deleted" ? (message.by === "system" ? "system" : nameOf(message.by)) : null,
    reason: message.kind === "deleted" ? message.reason ?? null : null,
    revision: message.revision,
    changedSeq: message.changedSeq,
    replyToSeq: message.replyToSeq ?? null,
    mentions: message.kind === "live" ? message.mentions.map(nameOf) : [],
    reactions: message.kind === "live" ? message.reactions.map((r) => ({ ...r, users: r.users.map(nameOf) })) : [],
  };
}
