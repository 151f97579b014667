import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { AssertionFailed } from "./asserts.ts";
import { EVENT_TYPES } from "./event_types.ts";
import { foldStream } from "./fold.ts";
import { FOLD_VERSION } from "./state.ts";
import { streamKind } from "./streams.ts";
import { upcast } from "./upcast.ts";
import type { StoredEvent } from "./upcast.ts";
import golden from "../testing/golden_v1.json" with { type: "json" };
import goldenDiscussions from "../testing/golden_discussions_v1.json" with { type: "json" };
import goldenGroups from "../testing/golden_groups_v1.json" with { type: "json" };
import goldenUsers from "../testing/golden_users_v1.json" with { type: "json" };

// The rows are JSON, whose ids and seqs have no brands.
const GOLDEN = [golden, goldenDiscussions, goldenGroups, goldenUsers] as unknown as readonly {
  foldVersion: number;
  streams: readonly { rows: readonly StoredEvent[]; state: unknown; messages: unknown }[];
}[];
const STREAMS = GOLDEN.flatMap(({ streams }) => streams);

Deno.test("[LOG7] golden rows of version 1 are read, and fold to what they folded to when they were written", () => {
  for (const { foldVersion } of GOLDEN) {
    deepStrictEqual(FOLD_VERSION, foldVersion, "a new fold needs new golden states beside these rows");
  }
  const types = new Set<string>();
  for (const { rows, state, messages } of STREAMS) {
    const folded = foldStream(rows.map(upcast));
    deepStrictEqual(JSON.parse(JSON.stringify(folded.state)), state);
    deepStrictEqual(JSON.parse(JSON.stringify([...folded.messages.values()])), messages);
    for (const row of rows) types.add(`${streamKind(row.stream)} ${row.type}`);
  }
  for (const kind of ["user", "group", "discussion"] as const) {
    for (const type of EVENT_TYPES[kind]) ok(types.has(`${kind} ${type}`), `no golden row of ${type} in a ${kind}`);
  }
});

Deno.test("[LOG7] what a newer gatz wrote is not guessed at", () => {
  const [row] = STREAMS[0]!.rows;
  throws(() => upcast({ ...row!, version: 2 }), AssertionFailed);
  throws(() => upcast({ ...row!, type: "new-thing" }), AssertionFailed);
  throws(() => upcast({ ...row!, type: "new-message" }), AssertionFailed); // no such type in this kind of stream
});
