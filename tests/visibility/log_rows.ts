/** The whole log as the tables have it, by plain SQL: for an oracle that believes nothing of gatz's own code. @module */
import { administer, type TestDatabase } from "@gatz/testing/test_database.ts";
import { typeId } from "../../tools/torture/client/ids.ts";

/** `events.type`, as the schema's description has it; what people can be shown of a user's own stream is public. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: "new-message", 2: "edit-message", 3: "delete-message", 4: "react-to-message" },
  ...{ 10: "create", 11: "add-members", 12: "remove-member", 13: "leave", 14: "rename", 15: "describe", 16: "join" },
  ...{ 17: "set-role", 18: "pin-message", 19: "unpin-message", 20: "lock", 21: "unlock", 22: "close", 23: "reopen" },
  ...{ 24: "mute-member", 25: "unmute-member", 26: "ban-member", 27: "unban-member", 28: "set-slow-mode" },
  ...{ 29: "flag-message", 30: "resolve-flag", 31: "expunge", 32: "continued" },
  ...{ 50: "create", 51: "add-members", 52: "remove-member", 53: "leave", 54: "rename", 55: "describe" },
  ...{ 56: "set-avatar", 57: "set-role", 58: "transfer-ownership", 59: "create-invite", 60: "revoke-invite" },
  ...{ 61: "join-by-invite", 62: "discussion-open", 63: "archive" },
};

/** What the oracle reads of a body: each field only where the row's type has it. */
export interface Body {
  readonly [field: string]: unknown;
  readonly group: string;
  readonly discussion: string;
  readonly join?: { readonly historyFrom: "all" | "now"; readonly until: number };
  readonly members: readonly string[];
  readonly users: readonly string[];
  readonly historyFrom: "all" | "now" | number;
  readonly user: string;
  readonly role: string;
  readonly to: string;
  readonly target: string;
  readonly text: string;
  readonly mentions?: readonly string[];
  readonly replyTo?: string;
  readonly emoji: string;
  readonly on: boolean;
  readonly author: string;
  readonly upToSeq: number;
}

export interface Row {
  readonly stream: string;
  readonly kind: "disc" | "grp";
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  /** Null: gatz itself. */
  readonly actor: string | null;
  readonly target: number | null;
  readonly body: Body;
  readonly skipped: readonly string[];
}

interface Stored {
  readonly stream: string;
  readonly seq: number;
  readonly id: string;
  readonly type: number;
  readonly actor: string | null;
  readonly target_seq: number | null;
  readonly decided: { readonly skipped?: readonly { readonly user: string }[] } | null;
  readonly body: Body | null;
}

export interface Log {
  /** Of groups and discussions, by stream, in the order of their seqs. */
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  /** Whom each user blocks in the end. */
  readonly blocks: ReadonlyMap<string, ReadonlySet<string>>;
}

const [BLOCK, UNBLOCK] = [96, 97];

export async function readLog({ servers }: Pick<TestDatabase, "servers">): Promise<Log> {
  const rows: Row[] = [];
  const blocks = new Map<string, Set<string>>();
  for (const url of new Set(Object.values(servers))) {
    await administer(url, async (sql) => {
      const schemas = await sql<{ name: string }[]>`
        SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^gatz_s[0-9]{4}$'`;
      for (const { name } of schemas) {
        const stored = await sql<Stored[]>`
          SELECT stream, seq, id, type, actor, target_seq, decided, body FROM ${sql(name)}.events
          WHERE type < 90 ORDER BY stream, seq`;
        rows.push(...stored.map(rowOf));
        const changes = await sql<{ stream: string; type: number; user: string }[]>`
          SELECT stream, type, body ->> 'user' AS user FROM ${sql(name)}.events
          WHERE type IN (${BLOCK}, ${UNBLOCK}) ORDER BY stream, seq`;
        for (const { stream, type, user } of changes) {
          const blocker = typeId("user", stream);
          const its = blocks.get(blocker) ?? new Set();
          if (type === BLOCK) its.add(user);
          else its.delete(user);
          blocks.set(blocker, its);
        }
      }
    });
  }
  return { rows: Map.groupBy(rows, ({ stream }) => stream), blocks };
}

function rowOf({ stream, seq, id, type: code, actor, target_seq: target, decided, body }: Stored): Row {
  const type = TYPES[code];
  if (type === undefined) throw new Error(`an event of a type that the oracle does not know: ${code}`);
  const kind = code < 50 ? "disc" : "grp";
  return {
    ...{ kind, seq, type, target },
    stream: typeId(kind, stream),
    id: typeId(type === "new-message" ? "msg" : "evt", id),
    actor: actor === null ? null : typeId("user", actor),
    body: body ?? {} as Body, // of those types that have nothing to say
    skipped: (decided?.skipped ?? []).map(({ user }) => user),
  };
}
