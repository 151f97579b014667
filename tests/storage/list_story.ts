/** What people do that changes their lists, made up by fast-check; what storage refuses simply does not happen. @module */
import { type DiscussionId, type MessageId, type Proposal, seq, unreachable, type UserId } from "@gatz/domain";
import fc from "fast-check";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import type { Town } from "./town.ts";

const KINDS = [
  ...["send", "send", "send", "mention", "edit", "edit", "delete", "react", "purge"] as const,
  ...["add", "add", "remove", "leave", "ban", "unban", "rename", "lock", "close", "mute"] as const,
  ...["block", "unblock", "read", "read", "race", "unread"] as const,
];

export interface ListStep {
  readonly kind: (typeof KINDS)[number];
  readonly who: number;
  readonly whom: number;
  readonly n: number;
  readonly history: "all" | "now" | number;
  readonly on: boolean;
}

/** What has happened so far. The first of the town's people owns the discussion. */
export interface ListStory {
  readonly town: Town;
  readonly discussion: DiscussionId;
  readonly sent: { id: MessageId; by: UserId }[];
}

export function listSteps(people: number): fc.Arbitrary<ListStep[]> {
  const history: fc.Arbitrary<ListStep["history"]> = fc.oneof(
    fc.constant("all" as const),
    fc.constant("now" as const),
    fc.integer({ min: 1, max: 60 }),
  );
  return fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      who: fc.nat(people - 1),
      whom: fc.nat(people - 1),
      n: fc.nat(60),
      history,
      on: fc.boolean(),
    }),
    { minLength: 40, maxLength: 90 },
  );
}

const WRITE_MS = 5_000;

export async function runListStep(story: ListStory, step: ListStep): Promise<void> {
  const { town, discussion, sent } = story;
  const { kind, who, n } = step;
  const actor = town.users[who]!; // a step names one of the town
  const mark = (type: "read" | "unread", at: number) =>
    town.storage.setPersonal(actor, [{ type, discussion, seq: seq(at) }], { deadlineMs: WRITE_MS });
  if (kind === "read" || kind === "unread") return void await mark(kind, n);
  // Two devices of one person at once.
  if (kind === "race") return void await Promise.all([mark("read", n), mark("unread", n >> 1), mark("read", n + 3)]);
  const proposal = proposalOf(story, { ...step, kind });
  if (proposal === null) return;
  const outcome = await town.offer(proposal);
  if (outcome.kind === "accepted" && proposal.type === "new-message") sent.push({ id: proposal.id, by: actor });
}

type Said = Exclude<ListStep["kind"], "read" | "unread" | "race">;

function proposalOf(
  { town, discussion, sent }: ListStory,
  { kind, who, whom, n, history, on }: ListStep & { kind: Said },
): Proposal | null {
  const [owner, actor, user] = [town.users[0]!, town.users[who]!, town.users[whom]!]; // likewise
  const about = sent[n % Math.max(1, sent.length)];
  const event = drafts.event;
  const stream = discussion;
  switch (kind) {
    case "send":
      return drafts.newMessage(actor, stream, { text: `message ${n} of ${who}` });
    case "mention":
      return drafts.newMessage(actor, stream, { text: `hello ${whom}`, mentions: [user] });
    case "edit":
      return about === undefined
        ? null
        : drafts.editMessage(about.by, stream, { target: about.id, text: `edited ${n}`, mentions: on ? [user] : [] });
    case "delete":
      return about === undefined ? null : drafts.deleteMessage(on ? owner : about.by, stream, { target: about.id });
    case "react":
      return about === undefined ? null : drafts.react(actor, stream, { target: about.id, on });
    case "purge":
      return event(owner, {
        stream,
        type: "expunge",
        body: { author: user, upToSeq: seq(n + 1), why: "purge" as const },
      });
    case "add": {
      const from = typeof history === "number" ? seq(history) : history;
      return drafts.addToDiscussion(on ? owner : actor, stream, { users: [user], historyFrom: from });
    }
    case "remove":
      return drafts.removeFromDiscussion(owner, stream, { user });
    case "leave":
      return drafts.leaveDiscussion(actor, stream);
    case "ban":
      return event(owner, { stream, type: "ban-member", body: { user } });
    case "unban":
      return event(owner, { stream, type: "unban-member", body: { user } });
    case "rename":
      return event(actor, { stream, type: "rename", body: { name: `name ${n}` } });
    case "lock":
      return event(owner, { stream, type: on ? "lock" : "unlock", body: {} });
    case "close":
      return event(owner, { stream, type: on ? "close" : "reopen", body: {} });
    case "mute":
      return event(owner, { stream, type: on ? "mute-member" : "unmute-member", body: { user } });
    case "block":
      return drafts.blockUser(actor, user);
    case "unblock":
      return drafts.unblockUser(actor, user);
    default:
      return unreachable(kind);
  }
}
