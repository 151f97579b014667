/** Every guard of the API, and how each is taken away in a copy of the code: then at least one case of the matrix has to fail (SEC1). @module */
import { callOf } from "../calls/calls.ts";
import type { Row } from "../rows.ts";
import { rightsMutants } from "./rights.ts";
import { type Edit, type Mutant, type Read, rowsOf } from "./mutant.ts";

const DOMAIN = "packages/domain/src";
const TRPC = "apps/server/src/trpc.ts";

/** Of everything that there is a row for. */
export function allMutants(rows: readonly Row[], read: Read): Mutant[] {
  const procedures = Map.groupBy(rows, ({ procedure }) => procedure);
  return [
    ...[...procedures].map(([procedure, its]) => withoutLogin(procedure, its)),
    ...[...procedures].filter(([, its]) => its.some(isGuardedRead)).map(([procedure, its]) => asOwner(procedure, its)),
    ...[...new Set(rows.flatMap((row) => callOf(row).writes ?? []))].flatMap((draft) => openTo(draft, rows)),
    ...rightsMutants(rows, read),
    ...SINGLE.map(({ of, ...mutant }) => ({ ...mutant, rows: rows.filter(of) })),
  ];
}

/** Whoever may call it or not, the middleware in front lets them in. */
function withoutLogin(procedure: string, rows: readonly Row[]): Mutant {
  const isDev = rows.some(({ cells }) => cells.get("stranger") === "far");
  const find = isDev ? "if (services.config.dev && peer.loopback)" : "if (session === null) throw";
  const replace = isDev
    ? `if (path === "${procedure}" || services.config.dev && peer.loopback)`
    : `if (session === null && path === "${procedure}") return letFinish(() => next({ ctx: { session: SOMEBODY } }), { services, type });
  if (session === null) throw`;
  return {
    guard: `${procedure}: ${isDev ? "from anywhere" : "without logging in"}`,
    rows: rows.slice(0, 1),
    edits: [...WITH_PATH, { file: TRPC, find, replace }],
  };
}

/** Offers are guarded by `decide`; some reads are the same for everybody, or of one's own alone. */
function isGuardedRead(row: Row): boolean {
  return callOf(row).writes === undefined && row.cells.get("stranger") === "none";
}

/** Whoever asks is taken for the owner of what is asked about: nothing is hidden from anybody. */
function asOwner(procedure: string, rows: readonly Row[]): Mutant {
  const replace = `${LOGGED_IN}
  if (path === "${procedure}" && ctx.session !== null) {
    return ownerFor(ctx, getRawInput).then((session) => letFinish(() => next({ ctx: { session } }), { services: ctx.services, type }));
  }`;
  return {
    guard: `${procedure}: whoever asks sees what the owner sees`,
    rows,
    edits: [...WITH_PATH.slice(1), { file: TRPC, find: LOGGED_IN_NOW, replace }],
  };
}

const LOGGED_IN_NOW = "const loggedIn = t.middleware(({ ctx, type, next }) => {";
const LOGGED_IN = "const loggedIn = t.middleware(({ ctx, type, next, path, getRawInput }) => {";
const DEV_NOW = "const fromThisMachine = t.middleware(({ ctx: { services, peer }, type, next }) => {";

/** The middlewares know which procedure they stand before, and there is somebody for who is nobody. */
const WITH_PATH: readonly Edit[] = [
  { file: TRPC, find: LOGGED_IN_NOW, replace: LOGGED_IN },
  { file: TRPC, find: DEV_NOW, replace: DEV_NOW.replace("next }", "next, path }") },
  {
    file: TRPC,
    find: "const procedure = t.procedure",
    replace: `const SOMEBODY = { id: "x", user: "user_01m82v7yp8e04twydvsh7qm0w0", home: 0, expiresAt: 1e15 };
async function ownerFor({ session, services: { storage } }, getRawInput) {
  const { discussion, stream = discussion, group = stream, id } = await getRawInput() ?? {};
  const named = group ?? (id?.startsWith("msg_") ? await storage.discussionOf(id) : null);
  const state = named === null ? null : await storage.state(named);
  return { ...session, user: (state?.kind === "user" ? state.id : state?.owner) ?? session.user };
}
const procedure = t.procedure`,
  },
];

/** A type of draft may be offered by who is in no such stream, or by users at all. */
function openTo(draft: string, rows: readonly Row[]): Mutant[] {
  const [kind, type] = draft.split("/");
  const its = rowsOf(rows, (writes) => writes === draft);
  const guard = `${draft}: by whoever is outside`;
  if (its.some(({ name, cells }) => name.startsWith("log.offer") && cells.get("owner") === "gatz")) {
    const edit = {
      file: `${DOMAIN}/event_types.ts`,
      find: ".includes(type);",
      replace: `.includes(type) && type !== "${type}";`,
    };
    return [{
      guard: `${draft}: by users`,
      rows: its.filter(({ name }) => name.startsWith("log.offer")),
      edits: [edit],
    }];
  }
  if (type === "create" || type === "join") return [];
  const edit = kind === "user"
    ? {
      file: `${DOMAIN}/user/decide.ts`,
      find: `(actor !== stream && actor !== "system")`,
      replace: `(proposal.type !== "${type}" && actor !== stream && actor !== "system")`,
    }
    : {
      file: `${DOMAIN}/${kind}/decide.ts`,
      find: "const outsider = refuseOutsider(proposal.actor, state);",
      replace: `const outsider = proposal.type === "${type}" ? null : refuseOutsider(proposal.actor, state);`,
    };
  return [{ guard, rows: its, edits: [edit] }];
}

/** Guards that are not of a kind with others. */
const SINGLE: readonly (Omit<Mutant, "rows"> & { readonly of: (row: Row) => boolean })[] = [
  {
    guard: "discussion/create: in a group that one is not in",
    of: ({ name }) => name === "discussions.create",
    edits: [{
      file: `${DOMAIN}/discussion/decide_create.ts`,
      find: `if (!isMember(group, actor)) return refuse("NotFound", { field: "body.group" });`,
      replace: "",
    }],
  },
  {
    guard: "discussion/create: going on from a message of a discussion that one is not in",
    of: ({ name }) => name.includes("going on"),
    edits: [{
      file: "packages/storage/src/shard/facts.ts",
      find: `if (!isMember(fact.value, actor)) return { kind: "missing" };`,
      replace: "",
    }],
  },
  {
    guard: "discussion/join: by who is not in the group",
    of: ({ name }) => name.includes("join (while open)"),
    edits: [{
      file: `${DOMAIN}/discussion/decide_members.ts`,
      find: `if (group.kind !== "group" || !isMember(group, actor)) return`,
      replace: `if (group.kind !== "group") return`,
    }],
  },
  {
    guard: "discussion/edit-message: of another's message",
    of: ({ name }) => name.startsWith("messages.edit"),
    edits: [{
      file: `${DOMAIN}/message/decide.ts`,
      find: `if (target.author !== scene.actor) return refuse("NotYourMessage", { field: "body.target" });`,
      replace: "",
    }],
  },
  {
    guard: "adding: somebody whom the adder blocks",
    of: ({ name }) => name.endsWith("addMembers"),
    edits: [{ file: `${DOMAIN}/adding.ts`, find: " || blocked.has(user);", replace: ";" }],
  },
  {
    guard: "adding: somebody who blocks the adder",
    of: ({ name }) => name.endsWith("addMembers"),
    edits: [{
      file: `${DOMAIN}/adding.ts`,
      find: `ended || (adder !== "system" && blocks.has(adder))`,
      replace: "ended",
    }],
  },
  {
    guard: "events: flags for everybody",
    of: ({ name }) => name === "log.read (a discussion)",
    edits: [{
      file: `${DOMAIN}/discussion/visible.ts`,
      find: `event.actor === viewer || isModerator(viewer, state) ? "full" : "opaque"`,
      replace: `"full"`,
    }],
  },
  {
    guard: "events: invites for everybody",
    of: ({ name }) => name === "log.read (a group)",
    edits: [{
      file: `${DOMAIN}/group/visible.ts`,
      find: `role === "owner" || role === "moderator" ? "full" : "public"`,
      replace: `"full"`,
    }],
  },
  {
    guard: "states: invites for everybody",
    of: ({ name }) => name === "log.open (a group)",
    edits: [{ file: `${DOMAIN}/state_for.ts`, find: `without(own, "invites")`, replace: "own" }],
  },
  {
    guard: "states: flags for everybody",
    of: ({ name }) => name === "log.open (a discussion)",
    edits: [{ file: `${DOMAIN}/state_for.ts`, find: `without(own, "flags")`, replace: "own" }],
  },
  {
    guard: "feeds: what happens goes to everybody who listens",
    of: ({ name }) => name === "live.inbox",
    edits: [{
      file: "apps/server/src/live/hub.ts",
      find: "amongThem(audience(delivery.event, delivery.state), this.#subscribers)",
      replace: "this.#subscribers.values()",
    }],
  },
];
