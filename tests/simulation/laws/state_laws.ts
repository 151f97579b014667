/** What is stored of a stream is what its events come to (LOG6). */
import { PlainGroup } from "../../../tools/oracle/group.ts";
import { PlainPerson } from "../../../tools/oracle/person.ts";
import type { Roster } from "../../../tools/oracle/roster.ts";
import { PlainTalk } from "../../../tools/oracle/talk.ts";
import type { History, StateRecord } from "../history.ts";
import type { PlainLogs } from "../../../tools/oracle/logs.ts";

export function* brokenInStates({ states }: History, logs: PlainLogs): Generator<string> {
  for (const state of states) {
    const [stored, wanted] = [stateOf(state), folded(state, logs)].map((side) => JSON.stringify(side));
    if (stored !== wanted) yield `[LOG6] ${state.id} is stored as ${stored}, and should be ${wanted}`;
  }
}

function stateOf(state: StateRecord): object {
  const { kind, seq, name, members = {} } = state;
  if (kind === "user") {
    const { handle, blocks = [], endedAt } = state;
    return { seq, name, handle, blocks: blocks.toSorted(), isEnded: endedAt !== undefined };
  }
  const open = Object.entries(members).flatMap(([user, stays]) => {
    const last = stays.at(-1);
    return last === undefined || last.left !== undefined ? [] : [`${user} ${last.role}`];
  });
  const common = { seq, name, owner: state.owner ?? null, members: open.sort() };
  if (kind === "group") return { ...common, isArchived: state.archived === true, invites: ids(state.invites) };
  const { mutes = {}, bans = {}, pins = [], expunged = {} } = state;
  return {
    ...common,
    isClosed: state.closed,
    isLocked: state.locked === true,
    isCurated: state.curatedBy === "moderators",
    slow: state.slowMode?.seconds ?? 0,
    mutes: Object.keys(mutes).sort(),
    bans: Object.keys(bans).sort(),
    pins: pins.map(({ message }) => message).sort(),
    flags: ids(state.flags),
    expunged: Object.entries(expunged).map(([user, marks]) => `${user} ${marks.at(-1)?.upToSeq}`).sort(),
  };
}

function ids(things: readonly { readonly id: string }[] = []): string[] {
  return things.map(({ id }) => id).sort();
}

function folded({ id, kind }: StateRecord, logs: PlainLogs): object {
  const log = logs.of(id);
  const seq = log.length;
  if (kind === "user") {
    const { name, handle, blocks, isEnded } = new PlainPerson(log);
    return { seq, name, handle, blocks: [...blocks].sort(), isEnded };
  }
  if (kind === "group") {
    const { name, roster, isArchived, invites } = log.reduce((group, event) => group.apply(event), new PlainGroup());
    const good = [...invites].filter(([, { uses, maxUses }]) => uses < maxUses).map(([invite]) => invite);
    return { seq, name, ...people(roster), isArchived, invites: good.sort() };
  }
  const talk = log.reduce((talk, event) => talk.apply(event), new PlainTalk());
  const { name, roster, isClosed, isLocked, isCurated, slow, mutes, bans, pins, flags, expunged } = talk;
  return {
    ...{ seq, name, ...people(roster), isClosed, isLocked, isCurated, slow: slow?.seconds ?? 0 },
    mutes: [...mutes.keys()].sort(),
    bans: [...bans.keys()].sort(),
    pins: [...pins].sort(),
    flags: [...flags.keys()].sort(),
    expunged: [...expunged].map(([user, upToSeq]) => `${user} ${upToSeq}`).sort(),
  };
}

function people(roster: Roster): { owner: string | null; members: string[] } {
  return { owner: roster.owner, members: roster.members.map((user) => `${user} ${roster.roleOf(user)}`).sort() };
}
