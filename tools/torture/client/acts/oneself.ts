/** What people say of themselves, whom they block, and the end of it (USR2, USR4, BLK1). @module */
import { type Act, type Actor, pickOne, textOf } from "./act.ts";

/** So many of ten may end their account. */
const MAY_END = 2;

export function setProfile(actor: Actor): Act {
  return toOneself(actor, "set-profile", { name: textOf(actor).slice(0, 40), about: textOf(actor) });
}

/** One of a few, so that two may want the same (USR2). */
export function changeHandle(actor: Actor): Act {
  const body = { handle: `handle_${actor.chance.below(40)}` };
  return { ...toOneself(actor, "set-handle", body), asBundle: false };
}

export function block(actor: Actor): Act | undefined {
  const { town, user, chance } = actor;
  const blocked = town.blockedBy(user);
  const other = pickOne(
    actor,
    blocked.size > 0 && chance.once(0.5) ? blocked : town.people.filter((one) => one !== user),
  );
  if (other === undefined) return undefined;
  if (blocked.has(other)) {
    return {
      ...toOneself(actor, "unblock-user", { user: other }),
      acked: () => void blocked.delete(other),
    };
  }
  return { ...toOneself(actor, "block-user", { user: other }), acked: () => void blocked.add(other) };
}

/** Then nobody hears of them any more. */
export function endAccount(actor: Actor): Act | undefined {
  const { town, user } = actor;
  if (10 * town.ended.size >= MAY_END * town.people.length) return undefined;
  town.ended.add(user);
  return toOneself(actor, "end-account", {});
}

function toOneself(actor: Actor, ...[type, body]: [type: string, body: Act["drafts"][number]["body"]]): Act {
  const draft = { id: actor.newId("evt", actor.shardOf(actor.user)), type, body };
  return { stream: actor.user, drafts: [draft], asBundle: actor.chance.once(0.5) };
}
