import { type LogEvent, seq, type Signal, unixMs, type UserId, uuidToId } from "@gatz/domain";
import { deepStrictEqual } from "node:assert/strict";
import { ALICE, BOB, brought, discussionOn, message } from "../../testing/list_kit.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { Cell } from "../observable.ts";
import { Signals } from "./signals.ts";

const TALK = discussionOn(3);

function listening() {
  const time = new VirtualTime();
  const users = new Cell<ReadonlySet<UserId> | null>(null);
  const signals = new Signals({ blocks: { users }, timing: time });
  const says = (signal: Signal) => signals.take([{ type: "signal", ...signal }]);
  const types = (user = BOB, { on = true, ms = 5_000 } = {}) =>
    says({ kind: "typing", discussion: TALK, user, on, expiresAt: unixMs(time.now() + ms) });
  return { time, signals, users, says, types, typing: signals.typing(TALK) };
}

Deno.test("[LIVE7] who types does so until it is not said again, until they stop, or until they have sent it", async () => {
  const { time, signals, types, typing } = listening();
  types(BOB);
  types(ALICE);
  deepStrictEqual(typing.snapshot(), [BOB, ALICE]);
  await time.pass(4_000);
  types(ALICE);
  await time.pass(2_000);
  deepStrictEqual(typing.snapshot(), [ALICE]);
  types(ALICE, { on: false });
  deepStrictEqual(typing.snapshot(), []);
  types(BOB);
  signals.take([brought(message(TALK, 3))]);
  deepStrictEqual(typing.snapshot(), []);
  await time.pass(20_000);
  deepStrictEqual(typing.snapshot(), []);
  signals.close();
});

Deno.test("[LIVE7] [BLK1] who is removed, or blocked, types no more, and whom one blocks does not begin to", () => {
  const { signals, users, types, typing } = listening();
  const place = { version: 1, at: unixMs(1), decided: {}, id: uuidToId("evt", "0198c0de-0000-7003-8000-000000077001") };
  types(BOB);
  const removed = { ...place, stream: TALK, seq: seq(9), type: "remove-member", actor: ALICE, body: { user: BOB } };
  signals.take([brought(removed as LogEvent)]);
  deepStrictEqual(typing.snapshot(), []);
  types(BOB);
  const blocked = { ...place, stream: ALICE, seq: seq(4), type: "block-user", actor: ALICE, body: { user: BOB } };
  signals.take([brought(blocked as LogEvent)]);
  deepStrictEqual(typing.snapshot(), []);
  users.set(new Set([BOB]));
  types(BOB);
  deepStrictEqual(typing.snapshot(), []);
  users.set(new Set());
  types(BOB);
  deepStrictEqual(typing.snapshot(), [BOB]);
  signals.close();
});

Deno.test("[LIVE7] a clock that is wrong neither hides who types nor shows them for ever", async () => {
  const { time, signals, types, typing } = listening();
  types(BOB, { ms: -3_600_000 });
  deepStrictEqual(typing.snapshot(), [BOB]);
  await time.pass(2_000);
  deepStrictEqual(typing.snapshot(), []);
  types(BOB, { ms: 3_600_000 });
  await time.pass(11_000);
  deepStrictEqual(typing.snapshot(), []);
  signals.close();
});

Deno.test("[LIVE7] how somebody is there is believed as long as it says", async () => {
  const { time, signals, says } = listening();
  const presence = signals.presence(BOB);
  deepStrictEqual(presence.snapshot(), { status: "unknown" });
  says({ kind: "presence", user: BOB, status: "away", expiresAt: unixMs(time.now() + 60_000) });
  deepStrictEqual(presence.snapshot(), { status: "away" });
  await time.pass(61_000);
  deepStrictEqual(presence.snapshot(), { status: "unknown" });
  const lastSeen = unixMs(5);
  says({ kind: "presence", user: BOB, status: "offline", lastSeen, expiresAt: unixMs(time.now() + 60_000) });
  deepStrictEqual(presence.snapshot(), { status: "offline", lastSeen });
  signals.close();
});

Deno.test("[LIVE7] of people nobody looks at a great many are heard of, and not all are kept; who is looked at is", async () => {
  const { time, signals, says } = listening();
  const nth = (n: number) => uuidToId("user", `0198c0de-0000-7003-8000-${String(50_000 + n).padStart(12, "0")}`);
  const expiresAt = unixMs(time.now() + 60_000);
  const online = (user: UserId) => says({ kind: "presence", user, status: "online", expiresAt });
  const end = signals.presence(BOB).subscribe(() => {});
  online(BOB);
  for (let n = 0; n < 2_100; n++) online(nth(n));
  const status = (user: UserId) => signals.presence(user).snapshot().status;
  deepStrictEqual([status(BOB), status(nth(2_099)), status(nth(0))], ["online", "online", "unknown"]);
  await time.pass(61_000);
  deepStrictEqual(status(nth(2_099)), "unknown");
  end();
  signals.close();
});
