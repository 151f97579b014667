import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as draft from "../../testing/discussion_drafts.ts";
import {
  addToDiscussion,
  createDiscussion,
  deleteMessage,
  editMessage,
  leaveDiscussion,
  newMessage,
  react,
} from "../../testing/drafts.ts";
import { discussionId, eventId, messageId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, say, scene, talk } from "../../testing/scene.ts";
import type { World } from "../../testing/world.ts";
import type { Actor } from "../events.ts";
import type { UserId } from "../ids.ts";
import type { Rejection } from "../outcome.ts";
import { viewOf } from "../view.ts";
import { visible } from "../visible.ts";
import { seq, unixMs } from "../scalars.ts";

const second = discussionId(2);

/** What a viewer is shown of a message: its text, or why it is gone. */
function shown(world: World, viewer: typeof ann, id: ReturnType<typeof say>): string | undefined {
  const message = viewOf(world.log(talk), viewer).messages.get(id as ReturnType<typeof messageId>);
  return message?.kind === "live" ? message.text : message && `${message.why} ${message.reason ?? ""}`.trim();
}

Deno.test("[MOD1] a mute and a ban hold until their time, or until they are taken back", () => {
  const world = scene();
  const until = unixMs(world.now + 3);
  world.accept(draft.mute(ann, talk, { user: ben, until }));
  const refused = world.offer(newMessage(ben, talk));
  deepStrictEqual(refused, { kind: "rejected", code: "Muted", field: "stream", detail: { until } });
  for (let n = 0; n < 2; n++) say(world);
  strictEqual(world.now, until);
  strictEqual(code(world.offer(newMessage(ben, talk))), "accepted");
  world.accept(draft.mute(ann, talk, { user: cleo }));
  deepStrictEqual(world.offer(newMessage(cleo, talk)), { kind: "rejected", code: "Muted", field: "stream" });
  world.accept(draft.unmute(ann, talk, cleo));
  strictEqual(code(world.offer(newMessage(cleo, talk))), "accepted");
  for (const body of [{ user: ben, until: unixMs(world.now) }, { user: ben, until: unixMs(1) }]) {
    deepStrictEqual(world.offer(draft.mute(ann, talk, body)), {
      ...{ kind: "rejected", code: "PeriodInvalid", field: "body.until" },
    });
  }
});

Deno.test("[MOD1] a mute outlasts leaving and coming back; another one replaces it", () => {
  const world = scene();
  world.accept(draft.mute(ann, talk, { user: ben }));
  strictEqual(code(world.offer(draft.mute(ann, talk, { user: ben }))), "NoChange");
  world.accept(draft.mute(ann, talk, { user: ben, until: unixMs(world.now + 100) }));
  world.accept(leaveDiscussion(ben, talk));
  strictEqual(code(world.offer(draft.mute(ann, talk, { user: ben }))), "NotFound"); // who is not here
  world.accept(addToDiscussion(cleo, talk, { users: [ben] }));
  strictEqual(code(world.offer(newMessage(ben, talk))), "Muted");
});

Deno.test("[DISC1] a ban ends the stay, keeps from joining, and is for who has gone already too", () => {
  const world = scene();
  const window = { until: unixMs(world.now + 1_000), historyFrom: "now" as const };
  world.accept(createDiscussion(ann, second, { group, members: [ben, cleo], join: window }));
  const away = world.accept(draft.ban(ann, second, { user: ben, until: unixMs(world.now + 3) }));
  strictEqual(world.discussion(second).members[ben]?.at(-1)?.left, away.seq);
  strictEqual(code(world.offer(newMessage(ben, second))), "NotMember");
  strictEqual(code(world.offer(draft.join(ben, second))), "Banned");
  world.accept(leaveDiscussion(cleo, second));
  world.accept(draft.ban(ann, second, { user: cleo }));
  strictEqual(code(world.offer(draft.join(cleo, second))), "Banned");
  strictEqual(code(world.offer(draft.join(ben, second))), "accepted"); // it is over
  world.accept(draft.unban(ann, second, cleo));
  strictEqual(code(world.offer(draft.join(cleo, second))), "accepted");
  for (const user of [dan, eve]) strictEqual(code(world.offer(draft.ban(ann, second, { user }))), "NotFound");
  strictEqual(code(world.offer(draft.unban(ann, second, ben))), "accepted"); // also what has run out
  strictEqual(code(world.offer(draft.unban(ann, second, ben))), "NoChange");
});

Deno.test("[DISC3] who joins has to be of the group, in time, and not in it; where there never was a window nothing is to be seen", () => {
  const world = scene();
  const window = { until: unixMs(world.now + 4), historyFrom: "all" as const };
  world.accept(createDiscussion(ann, second, { group, join: window }));
  const joined = world.accept(draft.join(dan, second));
  deepStrictEqual(joined.decided, { basis: [{ stream: group, seq: world.group(group).seq }] });
  deepStrictEqual(world.discussion(second).members[dan], [{ from: joined.seq, historyFrom: 1, role: "member" }]);
  strictEqual(code(world.offer(draft.join(dan, second))), "NoChange");
  strictEqual(code(world.offer(draft.join(eve, second))), "NotFound");
  strictEqual(code(world.offer(draft.join(dan, talk))), "NotFound");
  const late = draft.join(ben, second);
  const unavailable = { ...world.facts(late), group: { kind: "unavailable" as const } };
  strictEqual(code(world.offer(late, unavailable)), "not-now");
  say(world);
  world.accept(leaveDiscussion(dan, second));
  strictEqual(code(world.offer(late)), "NotJoinable");
  strictEqual(code(world.offer(draft.join(dan, second))), "NotJoinable");
});

Deno.test("[DISC4] slow mode asks members to wait, between two of their own; for moderators, and when it is over, it is not there", () => {
  const world = scene({ slowModeSeconds: 60 });
  world.accept(draft.slowMode(ann, talk, { seconds: 2, until: unixMs(world.now + 1_500) }));
  world.accept(newMessage(ben, talk));
  deepStrictEqual(world.offer(newMessage(ben, talk)), {
    ...{ kind: "not-now", reason: "RateLimited", limiter: "slow-mode", retryAfterMs: 1_498 }, // over before two seconds are
  });
  strictEqual(code(world.offer(newMessage(ben, talk, { text: "" }))), "EmptyMessage"); // waiting would not help
  strictEqual(code(world.offer(newMessage(cleo, talk))), "accepted");
  for (let n = 0; n < 2; n++) strictEqual(code(world.offer(newMessage(ann, talk))), "accepted");
  world.accept(draft.setRole(ann, talk, { user: ben, role: "moderator" }));
  strictEqual(code(world.offer(newMessage(ben, talk))), "accepted");
  strictEqual(code(world.offer(newMessage(cleo, talk))), "not-now");
  world.accept(draft.slowMode(ann, talk, { seconds: 0 }));
  deepStrictEqual([world.discussion(talk).slowMode, world.discussion(talk).lastSent], [undefined, undefined]);
  strictEqual(code(world.offer(newMessage(cleo, talk))), "accepted");
  strictEqual(code(world.offer(draft.slowMode(ann, talk, { seconds: 0 }))), "NoChange");
  deepStrictEqual(world.offer(draft.slowMode(ann, talk, { seconds: 61 })), {
    ...{ kind: "rejected", code: "PeriodInvalid", field: "body.seconds", detail: { limit: 60 } },
  });
});

Deno.test("[DISC4] a discussion remembers of slow mode who has to wait: not who is free, nor anybody once it is over", () => {
  const world = scene();
  const waiting = () => Object.keys(world.discussion(talk).lastSent ?? {});
  world.accept(draft.slowMode(ann, talk, { seconds: 2 }));
  world.accept(newMessage(ben, talk));
  world.wait(2_500);
  world.accept(newMessage(cleo, talk));
  deepStrictEqual(waiting(), [cleo]); // ben's two seconds are over
  world.wait(2_500);
  world.accept(draft.slowMode(ann, talk, { seconds: 60, until: unixMs(world.now + 10_000) }));
  deepStrictEqual(waiting(), []); // who is free stays so, though it is slower now
  world.accept(newMessage(cleo, talk));
  strictEqual(code(world.offer(newMessage(cleo, talk))), "not-now");
  world.wait(20_000);
  world.accept(newMessage(ben, talk));
  deepStrictEqual([waiting(), world.discussion(talk).slowMode?.seconds], [[], 60]); // it has ended by itself
  world.accept(draft.slowMode(ann, talk, { seconds: 30 }));
  strictEqual(code(world.offer(newMessage(ben, talk))), "accepted");
});

Deno.test("[MOD1] a purge is one mark: what one member said up to a seq is gone, for who sees the mark", () => {
  const world = scene();
  const [first, cleos, later] = [say(world, ben), say(world, cleo), say(world, ben)];
  const upToSeq = seq(world.discussion(talk).seq - 1);
  world.accept(react(cleo, talk, { target: first }));
  world.accept(leaveDiscussion(cleo, talk));
  const mark = world.accept(draft.expunge(ann, talk, { author: ben, upToSeq, reason: "spam" }));
  deepStrictEqual(world.discussion(talk).expunged, {
    [ben]: [{ seq: mark.seq, upToSeq, by: ann, at: mark.at, why: "purge", reason: "spam" }],
  });
  deepStrictEqual([shown(world, ann, first), shown(world, ann, cleos), shown(world, ann, later)], [
    ...["purge spam", "hello", "hello"],
  ]);
  strictEqual(shown(world, cleo, first), "hello"); // she had left
  for (const change of [editMessage(ben, talk, { target: first }), react(ben, talk, { target: first })]) {
    strictEqual(code(world.offer(change)), "MessageDeleted");
  }
  strictEqual(code(world.offer(deleteMessage(ben, talk, { target: first }))), "MessageDeleted");
  strictEqual(code(world.offer(draft.flag(ann, talk, { target: first }))), "MessageDeleted");
  strictEqual(code(world.offer(draft.pin(ann, talk, first))), "MessageDeleted");
  strictEqual(code(world.offer(newMessage(ben, talk, { replyTo: first }))), "accepted"); // that is no target
  strictEqual(code(world.offer(editMessage(ben, talk, { target: later }))), "accepted");
});

Deno.test("[MOD1] the first mark over a message is the one that shows; a mark reaches no further than the head", () => {
  const world = scene();
  const [first, later] = [say(world, ben), say(world, ben)];
  const at = (n: number) => seq(world.discussion(talk).seq + n);
  const purge = (upToSeq: ReturnType<typeof at>, reason: string) =>
    world.offer(draft.expunge(ann, talk, { author: ben, upToSeq, reason }));
  strictEqual(code(purge(at(1), "in advance")), "NotFound");
  strictEqual(code(purge(at(-1), "one")), "accepted");
  strictEqual(code(purge(at(-2), "less")), "NoChange");
  strictEqual(code(purge(at(0), "two")), "accepted");
  deepStrictEqual([shown(world, ann, first), shown(world, ann, later)], ["purge one", "purge two"]);
  strictEqual(code(world.offer(draft.expunge(ann, talk, { author: eve, upToSeq: seq(1) }))), "NotFound");
  strictEqual(
    code(world.offer(draft.expunge(ann, talk, { author: ben, upToSeq: seq(1), why: "erase" }))),
    "SystemOnly",
  );
  // gatz itself erases whatever there is, however far it is told to.
  world.accept(draft.expunge("system", talk, { author: ben, upToSeq: seq(2 ** 31 - 1), why: "erase" }));
  const afterwards = say(world, ben);
  strictEqual(shown(world, ann, afterwards), "hello");
});

Deno.test("[MOD2] a flag says whose message it is on; each person flags a message once, and moderators alone answer", () => {
  const world = scene();
  const target = say(world, ben);
  const flag = world.accept(draft.flag(cleo, talk, { target, reason: "rude" }));
  const { seq: messageSeq } = world.folded(talk).messages.get(target as ReturnType<typeof messageId>)!;
  deepStrictEqual(flag.decided, { targetSeq: messageSeq, author: ben });
  deepStrictEqual(world.discussion(talk).flags, [{
    ...{ id: flag.id, seq: flag.seq, message: target, messageSeq, author: ben, by: cleo, at: flag.at, reason: "rude" },
  }]);
  strictEqual(code(world.offer(draft.flag(cleo, talk, { target }))), "NoChange");
  strictEqual(code(world.offer(draft.resolveFlag(cleo, talk, { flag: flag.id }))), "Forbidden");
  strictEqual(code(world.offer(draft.resolveFlag(ann, talk, { flag: eventId(9_999) }))), "NotFound");
  strictEqual(code(world.offer(draft.resolveFlag(ann, talk, { flag: flag.id, verdict: "upheld" }))), "accepted");
  strictEqual(world.discussion(talk).flags, undefined);
  strictEqual(code(world.offer(draft.resolveFlag(ann, talk, { flag: flag.id }))), "NotFound");
});

Deno.test("[DISC4] [MOD2] a flag on the owner's message is for nobody to resolve until somebody else owns the discussion", () => {
  const world = scene();
  const { id: flag } = world.accept(draft.flag(cleo, talk, { target: say(world) }));
  world.accept(draft.setRole(ann, talk, { user: ben, role: "moderator" }));
  for (const actor of [ann, ben]) strictEqual(code(world.offer(draft.resolveFlag(actor, talk, { flag }))), "Forbidden");
  strictEqual(world.discussion(talk).flags?.length, 1);
  world.accept(draft.setRole(ann, talk, { user: ben, role: "owner" }));
  strictEqual(code(world.offer(draft.resolveFlag(ann, talk, { flag }))), "Forbidden");
  strictEqual(code(world.offer(draft.resolveFlag(ben, talk, { flag }))), "accepted");
});

Deno.test("[MOD2] one member's flags leave room for those of others", () => {
  const world = scene({ openFlags: 4, openFlagsPerMember: 3 });
  const flag = (user: UserId) => draft.flag(user, talk, { target: say(world, ben) });
  const flags = (user: UserId, room: number) => {
    for (let n = 0; n < room; n++) world.accept(flag(user));
    const { field, detail } = world.offer(flag(user)) as Rejection;
    return [field, detail];
  };
  deepStrictEqual(flags(cleo, 3), ["body.target", { limit: 3 }]);
  deepStrictEqual(flags(ben, 1), ["body.target", { limit: 4 }]);
  const [first] = world.discussion(talk).flags!; // there are four
  world.accept(draft.resolveFlag(ann, talk, { flag: first!.id }));
  strictEqual(code(world.offer(flag(cleo))), "accepted");
});

Deno.test("[MOD1] purges of a discussion are bounded, but not what gatz itself erases", () => {
  const world = scene({ purges: 2 });
  const purge = (actor: Actor, why: "purge" | "erase") => {
    say(world, ben);
    return world.offer(draft.expunge(actor, talk, { author: ben, upToSeq: world.discussion(talk).seq, why }));
  };
  deepStrictEqual([code(purge(ann, "purge")), code(purge(ann, "purge"))], ["accepted", "accepted"]);
  deepStrictEqual(purge(ann, "purge"), {
    ...{ kind: "rejected", code: "TooManyPurges", field: "body.upToSeq", detail: { limit: 2 } },
  });
  strictEqual(code(purge("system", "erase")), "accepted");
});

Deno.test("[MOD1] a moderator's action answers the flag that it names, if they may resolve it", () => {
  const world = scene();
  world.accept(draft.setRole(ann, talk, { user: cleo, role: "moderator" }));
  const [bens, anns] = [say(world, ben), say(world)];
  const onBen = world.accept(draft.flag(cleo, talk, { target: bens })).id;
  const onAnn = world.accept(draft.flag(ben, talk, { target: anns })).id;
  // Not that on the owner's message, by locking; nor one's own, by deleting what it is on.
  strictEqual(code(world.offer(draft.lock(cleo, talk, { flag: onAnn }))), "Forbidden");
  strictEqual(code(world.offer(deleteMessage(ben, talk, { target: bens, flag: onBen }))), "Forbidden");
  strictEqual(code(world.offer(draft.mute(cleo, talk, { user: ben, flag: eventId(9_999) }))), "NotFound");
  strictEqual(code(world.offer(draft.mute(cleo, talk, { user: ben, flag: onBen }))), "accepted");
  deepStrictEqual(world.discussion(talk).flags?.map(({ id }) => id), [onAnn]);
});

Deno.test("[MOD2] who flags what is between the flagger and the moderators; which flag is answered, between moderators", () => {
  const world = scene();
  const target = say(world, ben);
  const flag = world.accept(draft.flag(cleo, talk, { target }));
  const answer = world.accept(draft.mute(ann, talk, { user: ben, flag: flag.id }));
  const again = world.accept(draft.flag(cleo, talk, { target }));
  const resolved = world.accept(draft.resolveFlag(ann, talk, { flag: again.id }));
  const forms = (event: Parameters<typeof visible>[0]) =>
    [ann, ben, cleo, eve].map((viewer) => visible(event, viewer, world.discussion(talk)));
  deepStrictEqual(forms(flag), ["full", "opaque", "full", "opaque"]);
  deepStrictEqual(forms(answer), ["full", "public", "public", "opaque"]);
  deepStrictEqual(forms(resolved), ["full", "opaque", "opaque", "opaque"]);
});

Deno.test("[DISC3] a message goes on as another discussion of its group, begun by who sees it; it records the link", () => {
  const world = scene();
  const target = say(world) as ReturnType<typeof messageId>;
  const continues = { discussion: talk, message: target };
  const begin = (actor: typeof ann, of = continues) =>
    world.offer(createDiscussion(actor, second, { group, continues: of }));
  const missing = { kind: "rejected", code: "NotFound", field: "body.continues.message" };
  deepStrictEqual(begin(dan), missing); // is not in it
  deepStrictEqual(begin(ann, { ...continues, message: messageId(4_242) }), missing);
  deepStrictEqual(begin(ann, { ...continues, discussion: discussionId(77) }), missing);
  const create = createDiscussion(ben, second, { group, members: [cleo], continues });
  const facts = world.facts(create);
  strictEqual(code(world.clone().offer(create, { ...facts, source: { kind: "unavailable" } })), "not-now");
  const other = {
    ...facts,
    source: { kind: "known" as const, value: { seq: seq(2), messageSeq: seq(2), group: "grp_other" as typeof group } },
  };
  deepStrictEqual(world.clone().offer(create, other), missing);
  const head = world.discussion(talk).seq;
  deepStrictEqual(world.accept(create).decided.basis?.at(-1), { stream: talk, seq: head });
  world.deliverAll();
  const link = world.log(talk).at(-1)!;
  deepStrictEqual([link.type, link.actor, link.body, link.decided], [
    ...["continued", "system", { target, discussion: second }, { targetSeq: head }],
  ]);
  strictEqual(code(world.offer(draft.continued(ann, talk, { target, discussion: second }))), "SystemOnly");
});

Deno.test("[DISC4] a hand-over makes the former owner a moderator; a role that is had already is no change", () => {
  const world = scene();
  strictEqual(code(world.offer(draft.setRole(ann, talk, { user: ben, role: "member" }))), "NoChange");
  strictEqual(code(world.offer(draft.setRole(ann, talk, { user: dan, role: "moderator" }))), "NotFound");
  world.accept(draft.setRole(ann, talk, { user: ben, role: "owner" }));
  const { owner, members } = world.discussion(talk);
  deepStrictEqual([owner, members[ann]?.[0]?.role, members[ben]?.[0]?.role], [ben, "moderator", "owner"]);
  // She has a moderator's rights twice over, and the owner's no more.
  strictEqual(code(world.offer(draft.setRole(ann, talk, { user: cleo, role: "moderator" }))), "Forbidden");
  strictEqual(code(world.offer(draft.mute(ann, talk, { user: ben }))), "Forbidden");
});

Deno.test("[DISC1] a discussion says what it is about: as much as is allowed, or nothing any more", () => {
  const world = scene({ descriptionCodePoints: 5 });
  const describe = (description: string) => world.offer(draft.describeDiscussion(ben, talk, { description }));
  deepStrictEqual(describe("too long"), {
    ...{ kind: "rejected", code: "TextTooLong", field: "body.description", detail: { limit: 5, unit: "codePoints" } },
  });
  strictEqual(code(describe("\0")), "TextMalformed");
  strictEqual(code(describe("")), "NoChange");
  strictEqual(code(describe("lunch")), "accepted");
  strictEqual(world.discussion(talk).description, "lunch");
  strictEqual(code(describe("lunch")), "NoChange");
  strictEqual(code(describe("")), "accepted");
  strictEqual("description" in world.discussion(talk), false);
  const described = createDiscussion(ann, second, { group, description: "too long" });
  strictEqual(code(world.offer(described)), "TextTooLong");
});
