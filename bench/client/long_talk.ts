/** Long discussions for the client's figures: what people say, answer and react to. @module */
import { type DiscussionEvent, type DiscussionId, type MessageId, seq, uuidToId } from "@gatz/domain";
import type { Opened } from "../../packages/client/src/server/contract.ts";
import {
  ALICE,
  BOB,
  CLEO,
  draft,
  HandWrittenLog,
  messageDraft,
} from "../../packages/client/testing/hand_written_log.ts";

const WORDS = "so the lunch is at noon and then we could go on with what was left of the plan from last week".split(
  " ",
);

export interface LongTalk {
  readonly log: HandWrittenLog;
  readonly messages: readonly MessageId[];
}

/** Of so many messages, every fourth a reply, and two reactions for every five. */
export function longTalk(count: number): LongTalk {
  const log = new HandWrittenLog();
  const messages: MessageId[] = [];
  for (let n = 0; n < count; n++) {
    const text = Array.from({ length: 4 + n % 17 }, (_, word) => WORDS[(n * 7 + word * 3) % WORDS.length]).join(" ");
    const replyTo = n % 4 === 3 ? { replyTo: messages[n - 3]! } : {};
    messages.push(log.say([ALICE, BOB, CLEO][n % 3]!, `${text} ${n}`, replyTo).id);
    if (n % 5 < 2) log.write(CLEO, reaction(messages[n - n % 3]!, "👍"));
  }
  return { log, messages };
}

export const reaction = (target: MessageId, emoji: string) => draft("react-to-message", { target, emoji, on: true });

export { ALICE, BOB, messageDraft };

/** What `log.open` answers, with the whole log; of another discussion, if one is named. Nothing in it is hidden from anybody. */
export function wholeOf({ log }: LongTalk, stream?: DiscussionId): Pick<Opened, "asOf" | "items" | "state"> {
  const { state } = log.opened(BOB, 1);
  const events = stream === undefined ? log.events : log.events.map((event): DiscussionEvent => ({ ...event, stream }));
  return {
    asOf: seq(events.length),
    state: stream === undefined || state.kind !== "discussion" ? state : { ...state, id: stream },
    items: events.map((event) => ({ type: "event", event })),
  };
}

export const nthDiscussion = (n: number): DiscussionId =>
  uuidToId("disc", `0198c0de-0000-7003-8000-${String(100_000 + n).padStart(12, "0")}`);
