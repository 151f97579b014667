/** Who may do what (DISC4), spelled out by hand a second time: each case says which of seven people are accepted. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as draft from "../../testing/discussion_drafts.ts";
import {
  addToDiscussion,
  closeDiscussion,
  createDiscussion,
  createGroup,
  deleteMessage,
  editMessage,
  leaveDiscussion,
  newMessage,
  react,
  register,
  removeFromDiscussion,
} from "../../testing/drafts.ts";
import { setGroupRole } from "../../testing/group_drafts.ts";
import { discussionId, groupId, userId } from "../../testing/ids.ts";
import { code } from "../../testing/scene.ts";
import { World } from "../../testing/world.ts";
import type { Proposal } from "../events.ts";
import type { EventId, MessageId, UserId } from "../ids.ts";
import { seq, unixMs } from "../scalars.ts";

const [own, mod, mob, mem, gow, gmo, out, new_] = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => userId(n)) as [
  ...[UserId, UserId, UserId, UserId, UserId, UserId, UserId, UserId],
];
/** Owner and two moderators of the discussion; a member; the group's owner and moderator, plain members here; one who is not in it. */
const PEOPLE = { own, mod, mob, mem, gow, gmo, out } as const;
type Name = keyof typeof PEOPLE;

const [group, talk] = [groupId(1), discussionId(1)];

interface Stage {
  readonly world: World;
  /** A message of each, and a flag on it. */
  readonly messages: Readonly<Record<Name, MessageId>>;
  readonly flags: Readonly<Record<Name, EventId>>;
}

function stage(): Stage {
  const world = new World();
  for (const user of [...Object.values(PEOPLE), new_]) world.accept(register(user));
  world.accept(createGroup(gow, group, [own, mod, mob, mem, gmo, out, new_]));
  world.accept(setGroupRole(gow, group, { user: gmo, role: "moderator" }));
  const join = { until: unixMs(9_000_000_000_000), historyFrom: "all" as const };
  world.accept(createDiscussion(own, talk, { group, members: [mod, mob, mem, gow, gmo], join }));
  for (const user of [mod, mob]) world.accept(draft.setRole(own, talk, { user, role: "moderator" }));
  const messages: Partial<Record<Name, MessageId>> = {};
  const flags: Partial<Record<Name, EventId>> = {};
  for (const name of ["own", "mod", "mob", "mem", "gow", "gmo"] as const) {
    const { id } = world.accept(newMessage(PEOPLE[name], talk));
    messages[name] = id;
    const flagger = name === "mem" ? mod : mem;
    flags[name] = world.accept(draft.flag(flagger, talk, { target: id })).id;
  }
  // Who is outside has none; no case asks for it.
  return { world, messages, flags } as Stage;
}

/** Each of the people offers what `make` makes for them, in a world of its own; the names of those that were accepted. */
function accepted(make: (actor: UserId, stage: Stage) => Proposal, prepare: (stage: Stage) => void = () => {}): string {
  const stages = stage();
  prepare(stages);
  return (Object.keys(PEOPLE) as Name[])
    .filter((name) => code(stages.world.clone().offer(make(PEOPLE[name], stages))) === "accepted")
    .join(" ");
}

const all = "own mod mob mem gow gmo";
const moderators = "own mod mob gow gmo";

Deno.test("[DISC4] members speak, flag, leave, and say what the discussion is; the owner sets roles", () => {
  const cases: [string, (actor: UserId, stage: Stage) => Proposal, string][] = [
    ["send", (actor) => newMessage(actor, talk), all],
    ["react", (actor, { messages }) => react(actor, talk, { target: messages.own }), all],
    ["edit the owner's", (actor, { messages }) => editMessage(actor, talk, { target: messages.own }), "own"],
    ["delete the owner's", (actor, { messages }) => deleteMessage(actor, talk, { target: messages.own }), "own"],
    ["flag", (actor, { messages }) => draft.flag(actor, talk, { target: messages.gow }), "own mod mob gow gmo"], // mem has
    ["leave", (actor) => leaveDiscussion(actor, talk), all],
    ["rename", (actor) => draft.renameDiscussion(actor, talk, "Another"), all],
    ["describe", (actor) => draft.describeDiscussion(actor, talk, { description: "d" }), all],
    ["pin", (actor, { messages }) => draft.pin(actor, talk, messages.own), all],
    ["add", (actor) => addToDiscussion(actor, talk, { users: [new_] }), all],
    ["join", (actor) => draft.join(actor, talk), "out"],
    ["say who curates", (actor) => draft.describeDiscussion(actor, talk, { curatedBy: "moderators" }), moderators],
    ["lock", (actor) => draft.lock(actor, talk), moderators],
    ["close", (actor) => closeDiscussion(actor, talk), moderators],
    ["slow mode", (actor) => draft.slowMode(actor, talk, { seconds: 5 }), moderators],
    ["set a role", (actor) => draft.setRole(actor, talk, { user: mem, role: "moderator" }), "own"],
    ["take a role", (actor) => draft.setRole(actor, talk, { user: mod, role: "member" }), "own"],
    ["hand over", (actor) => draft.setRole(actor, talk, { user: mem, role: "owner" }), "own"],
    ["set the owner's role", (actor) => draft.setRole(actor, talk, { user: own, role: "member" }), ""],
  ];
  for (const [what, make, who] of cases) strictEqual(accepted(make), who, what);
});

Deno.test("[DISC4] a discussion can say that moderators curate: then they rename, describe, pin and add, and nobody else", () => {
  const curated = ({ world }: Stage) => {
    world.accept(draft.describeDiscussion(mod, talk, { curatedBy: "moderators" }));
  };
  const cases: [string, (actor: UserId, stage: Stage) => Proposal][] = [
    ["rename", (actor) => draft.renameDiscussion(actor, talk, "Another")],
    ["describe", (actor) => draft.describeDiscussion(actor, talk, { description: "d" })],
    ["pin", (actor, { messages }) => draft.pin(actor, talk, messages.own)],
    ["add", (actor) => addToDiscussion(actor, talk, { users: [new_] })],
  ];
  for (const [what, make] of cases) strictEqual(accepted(make, curated), moderators, what);
});

Deno.test("[DISC4] what is done to somebody is done by those above them, and by the group's moderators to plain members", () => {
  /** Who may, by whom it is done to. Nobody may to themselves, also who is a moderator through the group only. */
  const who: Readonly<Partial<Record<Name, string>>> = {
    mem: "own mod mob gow gmo",
    mod: "own",
    own: "",
    gow: "own mod mob gmo",
    gmo: "own mod mob gow",
  };
  const cases: [string, (actor: UserId, over: Name, stage: Stage) => Proposal, ((over: Name) => Proposal)?][] = [
    ["mute", (actor, over) => draft.mute(actor, talk, { user: PEOPLE[over] })],
    [
      "unmute",
      (actor, over) => draft.unmute(actor, talk, PEOPLE[over]),
      (over) => draft.mute("system", talk, { user: PEOPLE[over] }),
    ],
    ["ban", (actor, over) => draft.ban(actor, talk, { user: PEOPLE[over] })],
    ["remove", (actor, over) => removeFromDiscussion(actor, talk, { user: PEOPLE[over] })],
    ["purge", (actor, over) => draft.expunge(actor, talk, { author: PEOPLE[over], upToSeq: seq(9) })],
    ["resolve", (actor, over, { flags }) => draft.resolveFlag(actor, talk, { flag: flags[over] })],
    [
      "answer by locking",
      (actor, over, { flags }) => draft.lock(actor, talk, { flag: flags[over] }),
    ],
  ];
  for (const [what, make, prepare] of cases) {
    for (const over of Object.keys(who) as Name[]) {
      const stages = (stage: Stage) => prepare && void stage.world.accept(prepare(over));
      strictEqual(accepted((actor, stage) => make(actor, over, stage), stages), who[over], `${what} ${over}`);
    }
  }
  for (const over of Object.keys(who) as Name[]) {
    const self = over === "own" ? "own" : [...who[over]!.split(" "), over].toSorted(byPlace).join(" ");
    const erase = (actor: UserId, { messages }: Stage) => deleteMessage(actor, talk, { target: messages[over] });
    strictEqual(accepted(erase), self, `delete what ${over} said`);
  }
});

const places = Object.keys(PEOPLE);
const byPlace = (a: string, b: string) => places.indexOf(a) - places.indexOf(b);

Deno.test("[DISC4] muted, locked and closed keep from what the rule says, and from nothing else", () => {
  const states: Record<string, (stage: Stage) => void> = {
    Muted: ({ world }) => void world.accept(draft.mute(own, talk, { user: mem })),
    Locked: ({ world }) => void world.accept(draft.lock(own, talk)),
    Closed: ({ world }) => void world.accept(closeDiscussion(own, talk)),
  };
  const members: [string, (actor: UserId, stage: Stage) => Proposal, string[]][] = [
    ["send", (actor) => newMessage(actor, talk), ["Muted", "Locked", "Closed"]],
    ["react", (actor, { messages }) => react(actor, talk, { target: messages.mem }), ["Muted", "Locked", "Closed"]],
    ["edit", (actor, { messages }) => editMessage(actor, talk, { target: messages.mem }), [
      "Muted",
      "Locked",
      "Closed",
    ]],
    ["delete", (actor, { messages }) => deleteMessage(actor, talk, { target: messages.mem }), ["Closed"]],
    ["flag", (actor, { messages }) => draft.flag(actor, talk, { target: messages.mem }), []],
    ["leave", (actor) => leaveDiscussion(actor, talk), []],
    ["rename", (actor) => draft.renameDiscussion(actor, talk, "x"), ["Muted", "Locked", "Closed"]],
    ["describe", (actor) => draft.describeDiscussion(actor, talk, { description: "d" }), ["Muted", "Locked", "Closed"]],
    ["pin", (actor, { messages }) => draft.pin(actor, talk, messages.own), ["Muted", "Locked", "Closed"]],
    ["add", (actor) => addToDiscussion(actor, talk, { users: [new_] }), ["Locked", "Closed"]],
  ];
  for (const [state, prepare] of Object.entries(states)) {
    for (const [what, make, by] of members) {
      const stages = stage();
      prepare(stages);
      const found = code(stages.world.offer(make(mem, stages)));
      strictEqual(found, by.includes(state) ? state : "accepted", `${what} while ${state}`);
    }
  }
  for (const state of ["Locked", "Closed"] as const) {
    const stages = stage();
    states[state]!(stages);
    const { world, messages, flags } = stages;
    strictEqual(code(world.offer(newMessage(own, talk))), state); // for all
    strictEqual(code(world.offer(draft.join(out, talk))), state);
    for (
      const moderation of [
        deleteMessage(mod, talk, { target: messages.mem }),
        draft.mute(mod, talk, { user: gow }),
        draft.expunge(mod, talk, { author: gow, upToSeq: seq(5) }),
        draft.resolveFlag(mod, talk, { flag: flags.gmo }),
        draft.slowMode(mod, talk, { seconds: 5 }),
        draft.setRole(own, talk, { user: gow, role: "moderator" }),
        draft.ban(mod, talk, { user: mem }),
        state === "Closed" ? draft.reopen(mod, talk) : draft.unlock(mod, talk),
      ]
    ) strictEqual(code(world.offer(moderation)), "accepted", `${moderation.type} while ${state}`);
    strictEqual(code(world.offer(newMessage(own, talk))), "accepted");
  }
});

Deno.test("[FACT1] a right through the group is kept with the group that it was read of; one's own role needs none", () => {
  const { world } = stage();
  for (const [actor, right] of [[gow, "group-owner"], [gmo, "group-moderator"]] as const) {
    const lock = draft.lock(actor, talk);
    const copy = world.clone();
    deepStrictEqual(copy.accept(lock).decided, { right, basis: [{ stream: group, seq: world.group(group).seq }] });
    const unavailable = { ...world.facts(lock), group: { kind: "unavailable" as const } };
    deepStrictEqual(world.clone().offer(lock, unavailable), {
      kind: "not-now",
      reason: "Unavailable",
      retryAfterMs: 1,
    });
  }
  const mods = draft.lock(mod, talk);
  const unavailable = { ...world.facts(mods), group: { kind: "unavailable" as const } };
  strictEqual(code(world.clone().offer(mods, unavailable)), "accepted");
  deepStrictEqual(world.accept(mods).decided, {});
});
