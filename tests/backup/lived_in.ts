/** An installation in which everything has happened at least once. @module */
import { type DiscussionId, type GroupId, seq, unixMs, type UserId } from "@gatz/domain";
import * as moderating from "../../packages/domain/testing/discussion_drafts.ts";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import { Town } from "../storage/town.ts";

/** Where it happened. */
export interface LivedIn {
  readonly group: GroupId;
  readonly discussion: DiscussionId;
}

/** A town with a group and a discussion of its people, edits, reactions, deletions, comings and goings; effects have arrived. */
export async function livedIn(): Promise<Town & { readonly lived: LivedIn }> {
  const town = await Town.start({ people: 5, shards: 4 });
  const [owner, user, other, guest, late] = town.users as [UserId, UserId, UserId, UserId, UserId];
  const { group, discussion } = await town.discussion(owner, [user, other, guest]);
  const one = drafts.newMessage(user, discussion, { text: 'one \\ "quoted"\t\n{},"body":' });
  const two = drafts.newMessage(owner, discussion, { text: "two", replyTo: one.id, mentions: [user] });
  for (
    const proposal of [
      one,
      two,
      drafts.newMessage(user, discussion, { text: "шалом 👋", attachments: [] }),
      drafts.editMessage(user, discussion, { target: one.id, text: "one, edited" }),
      drafts.react(user, discussion, { target: one.id }),
      drafts.react(owner, discussion, { target: one.id, emoji: "🎉" }),
      drafts.react(owner, discussion, { target: one.id, emoji: "🎉", on: false }),
      drafts.deleteMessage(owner, discussion, { target: two.id, reason: "a slip" }),
      drafts.addToGroup(owner, group, { users: [late] }),
      drafts.addToDiscussion(owner, discussion, { users: [late], historyFrom: "now" }),
      drafts.removeFromDiscussion(owner, discussion, { user: guest }),
      drafts.leaveDiscussion(late, discussion),
      drafts.addToDiscussion(owner, discussion, { users: [late], historyFrom: seq(4) }),
    ]
  ) await town.accepted(proposal);
  await town.settled();
  const four = drafts.newMessage(user, discussion, { text: "four" });
  const flags = [
    moderating.flag(other, discussion, { target: four.id }),
    moderating.flag(late, discussion, { target: four.id }),
  ];
  const five = drafts.newMessage(user, discussion, { text: "five" });
  for (
    const proposal of [
      four,
      ...flags,
      moderating.setRole(owner, discussion, { user: other, role: "moderator" }),
      moderating.pin(other, discussion, four.id),
      moderating.slowMode(other, discussion, { seconds: 1, until: unixMs(9_000_000_000_000) }),
      // A message's event that answers a flag, and one that slow mode notes.
      drafts.deleteMessage(other, discussion, { target: four.id, flag: flags[0]!.id }),
      five,
      moderating.flag(late, discussion, { target: five.id }),
      moderating.mute(other, discussion, { user: late }),
      moderating.expunge(owner, discussion, { author: user, upToSeq: seq(6), reason: "spam" }),
      moderating.ban(owner, discussion, { user: guest }),
      moderating.describeDiscussion(owner, discussion, { description: "of this and that", curatedBy: "moderators" }),
      moderating.lock(owner, discussion),
      moderating.unlock(owner, discussion),
    ]
  ) await town.accepted(proposal);
  // Out of the discussion too, by an effect of an effect.
  await town.accepted(drafts.leaveGroup(late, group));
  await town.settled();
  for (
    const proposal of [
      drafts.setProfile(user, { name: "Rosa", about: 'שלום \\ "me"' }),
      drafts.blockUser(user, late),
      drafts.blockUser(user, guest),
      drafts.unblockUser(user, guest),
    ]
  ) await town.accepted(proposal);
  const read = { type: "read", discussion, seq: seq(8) } as const;
  const own = [read, { type: "setting", discussion, notify: "none" } as const];
  for (const reader of [owner, user, other]) await town.storage.setPersonal(reader, own, { deadlineMs: 5_000 });
  await town.storage.setPersonal(user, [{ ...read, type: "unread", seq: seq(2) }], { deadlineMs: 5_000 });
  // A handle, another that leads to it, another spelling of it, and one of an account that has ended.
  for (const handle of ["alice", "rosa", "r0sa"]) await town.storage.directory.claimHandle(handle, user);
  await town.accepted(drafts.setHandle(user, "r0sa"));
  await town.storage.directory.claimHandle("late_one", late);
  const { at } = await town.accepted(drafts.endAccount(late));
  await town.storage.directory.endAccount(late, { at });
  await town.settled();
  await town.storage.directory.setHome(user, town.homeOf(other));
  return Object.assign(town, { lived: { group, discussion } });
}

/** A folder that goes when the test is over. */
export async function inTempFolder() {
  const folder = await Deno.makeTempDir({ prefix: "gatz-backup-" });
  return {
    path: (name: string) => `${folder}/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
