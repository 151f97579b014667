/** The people of the table's columns, and those whom they do something to. @module */
import type { UserId } from "@gatz/domain";
import { connect } from "@gatz/testing/test_server.ts";
import type { Column } from "./table.ts";

/** Who has an account. `other` is a plain member of everything; `newcomer` is in the group only; `guest` in nothing. */
export type Role = Exclude<Column, "anon" | "operator"> | "other" | "newcomer" | "guest";

export interface Person {
  readonly role: Role;
  readonly user: UserId;
  readonly handle: string;
  readonly name: string;
  readonly token: string;
}

export type Cast = Readonly<Record<Role, Person>>;

const ROLES: readonly Role[] = [
  ...["stranger", "outside", "ex", "member", "owner", "gowner", "other", "newcomer", "guest"] as const,
];

/** Twelve letters that nobody guesses, and that occur nowhere by chance. */
export function planted(): string {
  const letters = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(letters, (byte) => String.fromCharCode(97 + byte % 26)).join("");
}

/** New accounts, one for each role. */
export async function newCast(url: string): Promise<Cast> {
  await using anonymous = connect(url, { transport: "http" });
  const people = await Promise.all(ROLES.map(async (role): Promise<[Role, Person]> => {
    const handle = `u${planted()}`;
    const name = `N${planted()}`;
    const { user, token } = await anonymous.api.auth.devSignIn.mutate({ handle, name });
    return [role, { role, user, handle, name, token }];
  }));
  return Object.fromEntries(people) as Cast; // of all roles
}

/** As whom a column calls; who has no token still writes calls as if they were the stranger. */
export function callerOf(column: Column, cast: Cast): { person: Person; token: string | null; isNear: boolean } {
  if (column === "anon" || column === "operator") {
    return { person: cast.stranger, token: null, isNear: column === "operator" };
  }
  return { person: cast[column], token: cast[column].token, isNear: false };
}
