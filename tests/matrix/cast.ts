/** The people of the table's columns, and those whom they do something to. @module */
import type { Draft, UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { connect } from "@gatz/testing/test_server.ts";
import { by, newEvent, offer } from "./offer.ts";
import type { Column } from "./table.ts";

/**
 * Who has an account. `other` is a plain member of everything; `newcomer` is in the group only; `guest` and `bystander` in nothing. What is
 * done to somebody is done to one of them.
 */
export type Role = Exclude<Column, "anon" | "operator"> | "other" | "newcomer" | "guest" | "bystander";

export interface Person {
  readonly role: Role;
  readonly user: UserId;
  readonly handle: string;
  readonly name: string;
  readonly token: string;
}

export type Cast = Readonly<Record<Role, Person>>;

const ROLES: readonly Role[] = [
  ...["stranger", "outside", "ex", "member", "muted", "mod", "owner", "gmod", "gowner", "blocked", "blocker"] as const,
  ...["other", "newcomer", "guest", "bystander"] as const,
];
/** Between whom and `blocked` or `blocker` there is a block. */
const ACTED_ON = ["other", "newcomer", "guest"] as const;

/** Twelve letters that nobody guesses, and that occur nowhere by chance. */
export function planted(): string {
  const letters = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(letters, (byte) => String.fromCharCode(97 + byte % 26)).join("");
}

/** New accounts, one for each role, and their blocks. */
export async function newCast({ url, storage }: { url: string; storage: Storage }): Promise<Cast> {
  await using anonymous = connect(url, { transport: "http" });
  const people = await Promise.all(ROLES.map(async (role): Promise<[Role, Person]> => {
    const handle = `u${planted()}`;
    const name = `N${planted()}`;
    const { user, token } = await anonymous.api.auth.devSignIn.mutate({ handle, name });
    return [role, { role, user, handle, name, token }];
  }));
  const cast = Object.fromEntries(people) as Cast; // of all roles
  const blocks = (person: Person, users: readonly Person[]) =>
    offer(storage, person.user, users.map(({ user }) => by(person, blockOf(person, user))));
  await Promise.all([
    blocks(cast.blocker, ACTED_ON.map((role) => cast[role])),
    ...ACTED_ON.map((role) => blocks(cast[role], [cast.blocked])),
  ]);
  return cast;
}

function blockOf({ user: stream }: Person, user: UserId): Draft {
  return { stream, id: newEvent(stream), type: "block-user", version: 1, body: { user } };
}

/** As whom a column calls; who has no token still writes calls as if they were the stranger. */
export function callerOf(column: Column, cast: Cast): { person: Person; token: string | null; isNear: boolean } {
  if (column === "anon" || column === "operator") {
    return { person: cast.stranger, token: null, isNear: column === "operator" };
  }
  return { person: cast[column], token: cast[column].token, isNear: false };
}
