import type { UserId } from "@gatz/domain";
import assert from "node:assert/strict";
import { BOB } from "../../testing/list_kit.ts";
import { Cell } from "../observable.ts";
import { Gatz } from "./gatz.ts";

Deno.test("who is asked for with every drawing is the same each time, and nothing is left behind", () => {
  const person = new Cell({ kind: "unknown", id: BOB });
  const presence = new Cell({ status: "unknown" });
  const session = new Cell<unknown>(null);
  let listeners = 0;
  const subscribe = (listener: () => void) => {
    listeners++;
    return session.subscribe(listener);
  };
  const replica = {
    session: { snapshot: session.snapshot, subscribe },
    outbox: { pending: new Cell(new Map()) },
  };
  const gatz = new Gatz({ replica } as never); // no more of it is looked at
  const early = gatz.person(BOB);
  session.set({ lists: { person: (_: UserId) => person, presence: (_: UserId) => presence } });
  const before = listeners;
  assert.equal(gatz.person(BOB), gatz.person(BOB));
  assert.equal(gatz.presence(BOB), gatz.presence(BOB));
  assert.equal(listeners, before);
  assert.equal(early.snapshot(), gatz.person(BOB).snapshot(), "what was asked for before goes on into the session");
});
