import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { addToGroup, blockUser, endAccount, leaveGroup, register, removeFromGroup } from "../../testing/drafts.ts";
import { archiveGroup, createInvite, joinByInvite, revokeInvite, setGroupRole } from "../../testing/group_drafts.ts";
import { eventId, groupId, userId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, scene } from "../../testing/scene.ts";
import type { World } from "../../testing/world.ts";
import { effects } from "../effects.ts";
import { currentInterval } from "../membership.ts";
import { unixMs } from "../scalars.ts";
import { visible } from "../visible.ts";

const zoe = userId(50);

/** The world's time now. */
const now = (world: World) => world.facts(createInvite(ann, group)).at;

function joined(world: World, actor = eve, body: Parameters<typeof createInvite>[2] = {}) {
  const invite = world.accept(createInvite(ben, group, body)).id;
  return { invite, outcome: code(world.offer(joinByInvite(actor, group, invite))) };
}

Deno.test("[GRP3] an invite lets in who shows its token; the event records the invite, and the inviter brings them in", () => {
  const world = scene();
  const { invite, outcome } = joined(world);
  strictEqual(outcome, "accepted");
  const event = world.log(group).at(-1)!;
  deepStrictEqual([event.type, event.actor, event.body], ["join-by-invite", eve, { invite }]);
  deepStrictEqual(event.decided, { basis: [{ stream: ben, seq: world.user(ben).seq }] });
  const { role, historyFrom } = currentInterval(world.group(group), eve)!;
  deepStrictEqual({ role, historyFrom }, { role: "member", historyFrom: event.seq });
  const { seq } = event;
  deepStrictEqual(effects(event, world.group(group)).map(({ stream, body }) => ({ stream, body })), [
    { stream: eve, body: { stream: group, seq, group, groupSeq: seq, by: ben } },
  ]);
  strictEqual(code(world.offer(joinByInvite(eve, group, invite))), "NoChange");
  world.accept(leaveGroup(eve, group));
  strictEqual(code(world.offer(joinByInvite(eve, group, invite))), "accepted", "who has left may come back by it");
});

Deno.test("[GRP3] an invite is good for as many as it says, and is gone then", () => {
  const world = scene();
  world.accept(register(zoe));
  const { invite, outcome } = joined(world, eve, { maxUses: 1 });
  strictEqual(outcome, "accepted");
  strictEqual(code(world.offer(joinByInvite(zoe, group, invite))), "InviteInvalid");
  strictEqual("invites" in world.group(group), false);
});

Deno.test("[GRP3] an invite ends at its expiry, by revoking, with its maker's stay, and with the group", () => {
  const world = scene();
  const until = unixMs(now(world) + 2);
  const short = world.accept(createInvite(cleo, group, { expiresAt: until })).id;
  const revoked = world.accept(createInvite(cleo, group)).id;
  const orphan = world.accept(createInvite(cleo, group)).id;
  strictEqual(now(world) > until, true);
  strictEqual(code(world.offer(joinByInvite(eve, group, short))), "InviteInvalid");
  strictEqual(code(world.offer(revokeInvite(dan, group, revoked))), "Forbidden");
  world.accept(setGroupRole(ann, group, { user: dan, role: "moderator" }));
  world.accept(revokeInvite(dan, group, revoked));
  strictEqual(code(world.offer(joinByInvite(eve, group, revoked))), "InviteInvalid");
  strictEqual(code(world.offer(revokeInvite(dan, group, revoked))), "NotFound");
  world.accept(removeFromGroup(ann, group, { user: cleo }));
  strictEqual(code(world.offer(joinByInvite(eve, group, orphan))), "InviteInvalid");
  strictEqual(code(world.offer(joinByInvite(cleo, group, orphan))), "InviteInvalid", "nobody is their own inviter");
  world.accept(addToGroup(ann, group, { users: [cleo] }));
  strictEqual(code(world.offer(joinByInvite(eve, group, orphan))), "accepted");
  world.accept(leaveGroup(eve, group));
  world.accept(archiveGroup(ann, group));
  strictEqual(code(world.offer(joinByInvite(eve, group, orphan))), "InviteInvalid");
});

Deno.test("[GRP3] its maker takes an invite back; those that have run out do not count and are forgotten", () => {
  const world = scene({ invites: 2 });
  const [short, kept] = [unixMs(now(world) + 3), createInvite(cleo, group)];
  world.accept(createInvite(cleo, group, { expiresAt: short }));
  world.accept(kept);
  strictEqual(code(world.offer(createInvite(ann, group))), "TooManyInvites");
  world.accept(addToGroup(ann, group, { users: [eve] })); // and so time goes on
  const next = world.accept(createInvite(ann, group)).id;
  deepStrictEqual(world.group(group).invites?.map(({ id }) => id), [kept.id, next]);
  world.accept(revokeInvite(cleo, group, kept.id));
  strictEqual(code(world.offer(createInvite(ann, group, { expiresAt: now(world) }))), "PeriodInvalid");
});

Deno.test("[BLK1] [GRP3] between two of whom one blocks the other no invite works, and it does not say why", () => {
  for (const [blocker, blocked] of [[ben, eve], [eve, ben]] as const) {
    const world = scene();
    world.accept(blockUser(blocker, blocked));
    strictEqual(joined(world).outcome, "InviteInvalid");
    const answers = [joined(world).invite, eventId(9)].map((invite) => world.offer(joinByInvite(eve, group, invite)));
    deepStrictEqual(answers[0], answers[1]);
  }
});

Deno.test("[VIS3] by an invite that does not work nobody learns whether there is such a group", () => {
  const world = scene();
  const missing = world.offer(joinByInvite(eve, groupId(77), eventId(9)));
  deepStrictEqual(world.offer(joinByInvite(eve, group, eventId(9))), missing);
});

Deno.test("[FACT1] joining waits for what the streams of joiner and inviter say", () => {
  const world = scene();
  const invite = world.accept(createInvite(ben, group)).id;
  const draft = joinByInvite(eve, group, invite);
  const { actor: _, ...without } = world.facts(draft);
  strictEqual(code(world.offer(draft, without)), "not-now");
  strictEqual(code(world.offer(draft, { ...world.facts(draft), users: new Map() })), "not-now");
  world.accept(endAccount(eve));
  strictEqual(code(world.offer(draft)), "AccountEnded");
});

Deno.test("[GRP1] an invite does not make a group larger than it may be", () => {
  const world = scene({ members: 4 });
  strictEqual(joined(world).outcome, "GroupFull");
});

Deno.test("[VIS1] owner and moderators see invite events whole, others without their private part", () => {
  const world = scene();
  world.accept(setGroupRole(ann, group, { user: dan, role: "moderator" }));
  const event = world.accept(createInvite(cleo, group));
  const seen = [ann, dan, cleo, ben, eve].map((viewer) => visible(event, viewer, world.group(group)));
  deepStrictEqual(seen, ["full", "full", "public", "public", "opaque"]);
});
