/** A feed that begins: something happens in the place, and comes, or does not. @module */
import { strict as assert } from "node:assert";
import { shardOf } from "@gatz/domain";
import { freshId } from "@gatz/testing/test_server.ts";
import type { Call } from "./calls/call.ts";
import { openFeed } from "./feed.ts";
import { type Bench, type Case, nothingLeaks } from "./judge.ts";
import { by, newEvent, offer } from "./offer.ts";
import type { Place } from "./place.ts";
import { type Asked, call } from "./wire.ts";

/**
 * What happens is looked for once two beats have come: missing events come before a beat (LIVE4), so what has not come by then does not.
 */
export async function judgeFeed(bench: Bench, { one, asked }: { one: Case; asked: Asked }): Promise<void> {
  const { call: { news }, cell, place } = one;
  const begun = await openFeed(bench.url, asked);
  if ("status" in begun) assert.fail(begun.body);
  await using feed = begun;
  if (news !== undefined) {
    await feed.until((text) => text.includes('"type":"live"'));
    const word = await happen(bench, { place, in: news });
    const from = feed.text().length;
    await feed.until((text) => text.split('"type":"beat"').length > 2, from);
    assert.equal(feed.text().includes(word), cell === "ok", `news of ${news}: ${feed.text()}`);
  }
  nothingLeaks(feed.text(), { one, asked });
}

/** Makes something happen that can be repeated; returns a text of what is told of it, such as the id of the event. */
async function happen(
  { url, storage }: Bench,
  { place, in: where }: { place: Place; in: NonNullable<Call["news"]> },
): Promise<string> {
  const { cast, group, discussion } = place;
  if (where === "typing") {
    const { token } = cast.other;
    const input = { discussion, on: true };
    const { body } = await call(url, { procedure: "live.typing", kind: "mutation", input, token, isNear: false });
    assert.match(body, /"signalled"/);
    return `"kind":"typing"`;
  }
  if (where === "discussion") {
    const id = freshId("msg", shardOf(discussion));
    const body = { text: "news", mentions: [], attachments: [] };
    await offer(storage, discussion, [
      by(cast.other, { stream: discussion, id, type: "new-message", version: 1, body }),
    ]);
    return id;
  }
  const [id, user] = [newEvent(group), cast.guest.user];
  const added = { users: [user], historyFrom: "now" } as const;
  await offer(storage, group, [
    by(cast.gowner, { stream: group, id, type: "add-members", version: 1, body: added }),
    by(cast.gowner, { stream: group, id: newEvent(group), type: "remove-member", version: 1, body: { user } }),
  ]);
  return id;
}
