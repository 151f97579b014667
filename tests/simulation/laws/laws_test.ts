import assert from "node:assert/strict";
import type { PlainEvent } from "../../../tools/oracle/event.ts";
import { Ranks } from "../../../tools/oracle/forms.ts";
import type { History, Session } from "../history.ts";
import { simulate } from "../simulate.ts";
import { brokenLaws } from "./laws.ts";

/** A run in which nothing goes wrong, and enough happens. */
const { history: whole, problems } = await simulate(2);

type Planted = (history: Writable<History>) => void;
type Writable<T> = T extends ReadonlyMap<infer K, infer V> ? Map<K, Writable<V>>
  : T extends object ? { -readonly [K in keyof T]: Writable<T[K]> }
  : T;

/** The run with something changed afterwards. */
function planted(plant: Planted): string[] {
  const history = structuredClone(whole) as Writable<History>;
  plant(history);
  return brokenLaws(history as History);
}

function lastAck({ offers }: Writable<History>) {
  return offers.findLast(({ outcomes, drafts }) => outcomes?.[0]?.kind === "accepted" && drafts.length === 1)!;
}

function logOf({ shards }: Writable<History>, id: string): Writable<PlainEvent>[] {
  return shards.find(({ log }) => log.some((event) => event.id === id))!.log;
}

/** The items of a session that has two events of one stream in a row. */
function eventsInARow({ sessions }: Writable<History>): { session: Writable<Session>; at: number } {
  for (const session of sessions) {
    const at = session.items.findIndex(({ item }, i) => {
      const next = session.items[i + 1]?.item;
      return item.type === "event" && next?.type === "event" && item.event.stream === next.event.stream;
    });
    if (at >= 0) return { session, at };
  }
  throw new Error("no two events in a row");
}

function joinedIn(sessions: Writable<History>["sessions"]) {
  for (const session of sessions) {
    for (const { item } of session.items) if (item.type === "joined") return { session, item };
  }
  throw new Error("nobody joined");
}

/** The first of a kind of stream and a type. */
function eventOf({ shards }: Writable<History>, kind: string, type: string): Writable<PlainEvent> {
  return shards.flatMap(({ log }) => log).find((event) => event.stream.startsWith(kind) && event.type === type)!;
}

/** At the end of a log. */
function happened({ shards }: Writable<History>, event: Pick<PlainEvent, "stream" | "type" | "actor" | "body">): void {
  const log = shards.find(({ log }) => log.some(({ stream }) => stream === event.stream))?.log ?? shards[0]!.log;
  const seq = log.filter(({ stream }) => stream === event.stream).length + 1;
  log.push({ ...event, seq, id: `evt_${event.type}`, at: 1e15, decided: {} } as Writable<PlainEvent>);
}

const PLANTED: Readonly<Record<string, Planted>> = {
  "[LOG4] an acked event that is lost": (history) => {
    const { drafts: [draft] } = lastAck(history);
    const log = logOf(history, draft!.id);
    log.splice(log.findIndex(({ id }) => id === draft!.id), 1);
  },
  "[LOG2] an event twice": (history) => {
    const { log, positions } = history.shards.find(({ log }) => log.length > 0)!;
    log.push({ ...log[0]!, seq: log.filter(({ stream }) => stream === log[0]!.stream).length + 1 });
    positions.push(log.length);
  },
  "[LOG3] a position left out": ({ shards }) => {
    const { positions } = shards.find(({ log }) => log.length > 1)!;
    positions[positions.length - 1]!++;
  },
  "[LOG1] a seq left out": ({ shards }) => {
    shards.find(({ log }) => log.length > 1)!.log.at(-1)!.seq++;
  },
  "[LOG5] a time that goes back": (history) => {
    const { outcomes } = lastAck(history);
    const event = logOf(history, outcomes![0]!.id!).find(({ id }) => id === outcomes![0]!.id)!;
    event.at -= 86_400_000;
  },
  "[LOG4] a rejected draft in the log": (history) => {
    const offer = lastAck(history);
    offer.outcomes = [{ kind: "rejected", code: "NotMember" }];
  },
  "[LOG4] an answer too late": (history) => {
    lastAck(history).settledAt! += 60_000;
  },
  "[LOG2] an ack with another seq": (history) => {
    const offer = lastAck(history);
    offer.outcomes = [{ ...offer.outcomes![0]!, seq: offer.outcomes![0]!.seq! + 1 }];
  },
  "[LOG1] an event that nobody offered": (history) => {
    const { drafts: [draft] } = lastAck(history);
    history.offers = history.offers.filter(({ drafts }) => drafts.every(({ id }) => id !== draft!.id));
  },
  "[LOG3] real time turned around": (history) => {
    const { drafts: [draft] } = lastAck(history);
    const log = logOf(history, draft!.id).filter(({ stream }) => stream === draft!.stream);
    const earlier = history.offers.find(({ drafts }) => drafts.some(({ id }) => id === log[0]!.id))!;
    for (const offer of history.offers) {
      if (offer.drafts.some(({ id }) => id === log[0]!.id)) offer.at = 1e6;
    }
    assert.ok(earlier !== undefined);
  },
  "[DISC4] what its stream forbids": (history) => {
    eventOf(history, "disc", "new-message").actor = "user_nobody";
  },
  "[DISC4] what the group's head forbids": (history) => {
    eventOf(history, "disc", "create").decided = {};
  },
  "[LOG6] a state that is not the fold of its log": ({ states }) => {
    states.find(({ kind }) => kind === "discussion")!.name += "?";
  },
  "[LOG6] an owner who is none": ({ states }) => {
    states.find(({ kind }) => kind === "group")!.owner = "user_nobody";
  },
  "[FACT2] somebody who was not told that they were added": (history) => {
    eventOf(history, "user", "added-to").body.seq = 99;
  },
  "[FACT2] somebody taken out for no reason": (history) => {
    const { stream, body: { members } } = eventOf(history, "disc", "create");
    happened(history, { stream, type: "remove-member", actor: "system", body: { user: members![0]! } });
  },
  "[DISC2] somebody who stays when their account is over": (history) => {
    const log = history.shards.flatMap(({ log }) => log);
    const over = new Set(log.filter(({ type }) => type === "end-account").map(({ actor }) => actor));
    const { actor } = log.find(({ type, actor }) => type === "register" && !over.has(actor))!;
    happened(history, { stream: actor, type: "end-account", actor, body: {} });
  },
  "[USR4] a message of somebody whose account is over": (history) => {
    const { actor } = eventOf(history, "disc", "new-message");
    happened(history, { stream: actor, type: "end-account", actor, body: {} });
  },
  "[GRP1] two direct groups of two people": (history) => {
    const { actor } = eventOf(history, "grp", "create");
    for (const stream of ["grp_one", "grp_two"]) {
      const body = { members: ["user_other"], direct: true as const };
      happened(history, { stream, type: "create", actor, body });
    }
  },
  "[VIS1] what is for moderators": ({ sessions, shards }) => {
    const log = shards.flatMap(({ log }) => log);
    const ranks = (stream: string) => new Ranks(log.filter((event) => event.stream === stream) as PlainEvent[]);
    for (const { user, items } of sessions) {
      for (const { item } of items) {
        if (item.type !== "event" || item.event.type !== "new-message") continue;
        const stored = log.find(({ id }) => id === (item.event as PlainEvent).id)!;
        const hidden = { ...item.event, type: "flag-message", actor: "user_other" } as PlainEvent;
        if (ranks(hidden.stream).formsOf(hidden, user).has("full")) continue;
        for (const one of [item.event, stored]) Object.assign(one, hidden);
        return;
      }
    }
    throw new Error("everybody moderates");
  },
  "[LIVE3] an event of a feed left out": (history) => {
    const { session, at } = eventsInARow(history);
    session.items.splice(at + 1, 1);
    const { stream } = (session.items[at]!.item as { event: PlainEvent }).event;
    session.items.push({ at: 0, item: { type: "behind", stream, head: 1 } });
  },
  "[LIVE3] a feed that goes back": (history) => {
    const { session, at } = eventsInARow(history);
    session.items.splice(at, 2, session.items[at + 1]!, session.items[at]!);
  },
  "[LIVE3] another event than the log's": (history) => {
    const { session, at } = eventsInARow(history);
    (session.items[at]!.item as { event: Writable<PlainEvent> }).event.at++;
  },
  "[VIS1] an event for somebody else": (history) => {
    const { session, at } = eventsInARow(history);
    session.user = "user_nobody";
    session.items = session.items.slice(at, at + 1);
  },
  "[VIS3] a stream that is told of to who was never in it": ({ sessions }) => {
    joinedIn(sessions).session.user = "user_nobody";
  },
  "[LIVE2] a stay that shows more than it was begun with": ({ sessions }) => {
    joinedIn(sessions).item.visibleFrom = 99;
  },
  "[LIVE4] a head that nothing came for": ({ sessions }) => {
    const session = sessions.find(({ items }) => items.some(({ item }) => item.type === "live"))!;
    session.items.push({ at: 0, item: { type: "beat", heads: [{ stream: "disc_x", seq: 3 }] } });
  },
  "[LIVE3] a device that lacks something": ({ devices }) => {
    const { events } = [...devices[0]!.streams.values()].find(({ events }) => events.size > 0)!;
    events.delete([...events.keys()][0]!);
  },
  "[READ1] an answered mark that is lost": (history) => {
    const { answer } = history.marks.findLast(({ answer }) => answer !== null && answer.rev > 0)!;
    for (const shard of history.shards) {
      shard.reads = shard.reads.filter(({ discussion }) => discussion !== answer!.discussion);
    }
  },
  "[READ1] a device that holds an older mark": ({ devices }) => {
    const { marks } = devices.find(({ marks }) => marks.size > 0)!;
    for (const mark of marks.values()) mark.rev--;
  },
  "[READ1] a mark beyond what its user sees": ({ shards, devices, marks }) => {
    for (const { reads } of shards) for (const mark of reads) mark.seq = 1_000;
    for (const device of devices) for (const mark of device.marks.values()) mark.seq = 1_000;
    for (const call of marks) call.seq = 1_000;
  },
  "[READ1] a mark that was made unread twice for once": ({ shards, devices }) => {
    for (const { reads } of shards) for (const mark of reads) mark.epoch += 100;
    for (const device of devices) for (const mark of device.marks.values()) mark.epoch += 100;
  },
  "[SHARD3] an effect that never came": (history) => {
    const effect = history.shards.flatMap(({ effects }) => effects).find(({ code }) => code === null)!;
    const log = logOf(history, effect.id);
    log.splice(log.findIndex(({ id }) => id === effect.id), 1);
  },
  "[SHARD3] effects in another order": ({ shards }) => {
    const [{ effects }] = shards.toSorted((a, b) => b.effects.length - a.effects.length) as [typeof shards[number]];
    for (const [i, effect] of effects.entries()) effect.position = effects.length - i;
  },
  "[SHARD3] an effect that still waits": ({ shards }) => {
    shards.flatMap(({ effects }) => effects)[0]!.isWaiting = true;
  },
};

Deno.test("the run that violations are planted in is whole", () => {
  assert.deepEqual(problems, []);
});

for (const [what, plant] of Object.entries(PLANTED)) {
  Deno.test(`planted: ${what}`, () => {
    const rule = /^\[\w+\]/.exec(what)![0];
    const found = planted(plant);
    assert.ok(found.some((problem) => problem.startsWith(rule)), `not found; only ${found.slice(0, 3)}`);
  });
}
