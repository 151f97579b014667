import { DEFAULT_LIMITS, type DiscussionDraft, type MessageId, unixMs } from "@gatz/domain";
import { HeldStream } from "../../packages/client/src/stream/held_stream.ts";
import { drawDiscussion } from "../../packages/client/src/stream/picture.ts";
import { DISCUSSION } from "../../packages/client/testing/hand_written_log.ts";
import { compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { median } from "../stats.ts";
import { ALICE, BOB, type LongTalk, longTalk, messageDraft, reaction, wholeOf } from "./long_talk.ts";

const MESSAGES = 5_000;
const TIMES = 200;

/** From an event, or a draft, to the picture of 5,000 messages; against the usual immutable update of as many by hand, which judges and hides nothing. */
export function redrawRows(plan: Plan): Row[] {
  const byHand: number[] = [];
  const took: Record<"event" | "draft", number[]> = { event: [], draft: [] };
  for (let n = -1; n < plan.repetitions; n++) {
    const talk = longTalk(MESSAGES);
    const [event, draft, hand] = [redrawAfterEvents(talk), redrawAfterDrafts(talk), updateByHand(talk)];
    if (n < 0) continue; // warms up
    took.event.push(event);
    took.draft.push(draft);
    byHand.push(hand);
  }
  const against = { name: "update by hand", values: byHand };
  return [
    compared({ name: `redraw/${MESSAGES}/event`, unit: "ms", values: took.event, against, wanted: { atMost: 2 } }),
    compared({ name: `redraw/${MESSAGES}/draft`, unit: "ms", values: took.draft, against, wanted: { atMost: 2 } }),
  ];
}

const LOOK = { self: null, at: unixMs(1), limits: DEFAULT_LIMITS };

function held(talk: LongTalk): HeldStream {
  const held = new HeldStream({ stream: DISCUSSION, viewer: BOB });
  held.open(wholeOf(talk));
  return held;
}

/** What comes is by turns a message and a reaction on one. */
const news = ({ messages }: LongTalk, n: number): DiscussionDraft =>
  n % 2 === 0 ? messageDraft(`news ${n}`) : reaction(messages[(n * 37) % messages.length]!, "🎉");

function redrawAfterEvents(talk: LongTalk): number {
  const stream = held(talk);
  return timed((n) => {
    const event = talk.log.write(ALICE, news(talk, n));
    return () => {
      stream.take({ type: "event", event });
      return drawDiscussion({ ...LOOK, held: stream, pendingDrafts: [] }).byId.size;
    };
  });
}

function redrawAfterDrafts(talk: LongTalk): number {
  const stream = held(talk);
  return timed((n) => {
    const pendingDrafts = [{ draft: news(talk, n), madeAt: 1 }];
    return () => drawDiscussion({ ...LOOK, held: stream, pendingDrafts }).byId.size;
  });
}

interface Said {
  readonly id: MessageId;
  readonly text: string;
  readonly reactions: number;
}

/** As a store of an app would keep it: a list of ids and the messages by id, of which each change makes new ones. */
function updateByHand({ messages }: LongTalk): number {
  let ids: readonly MessageId[] = messages;
  let byId: ReadonlyMap<MessageId, Said> = new Map(ids.map((id) => [id, { id, text: "said", reactions: 0 }]));
  return timed((n) => {
    const { id } = messageDraft(`news ${n}`);
    const target = messages[(n * 37) % messages.length]!;
    return () => {
      if (n % 2 === 0) {
        ids = [...ids, id];
        byId = new Map(byId).set(id, { id, text: "news", reactions: 0 });
      } else {
        const before = byId.get(target)!;
        byId = new Map(byId).set(target, { ...before, reactions: before.reactions + 1 });
      }
      return ids.map((id) => byId.get(id)).length;
    };
  });
}

/** The median of many, in milliseconds; what each comes to is looked at, so that none can be left out. */
function timed(prepare: (n: number) => () => number): number {
  const took: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const act = prepare(n);
    const from = performance.now();
    if (act() < MESSAGES) throw new Error("some messages are missing");
    took.push(performance.now() - from);
  }
  return median(took);
}
