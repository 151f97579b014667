import { run } from "./command.ts";
import { EmbeddedPostgresError } from "./errors.ts";

/** An account of the operating system that runs PostgreSQL in our stead. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const KNOWN_ACCOUNTS = ["gatz", "postgres", "_postgres"] as const;
const NEW_ACCOUNT = "gatz";

/**
 * PostgreSQL refuses to run as root. So for root: an existing account made for it, else a new one without log-in.
 * For anyone else: undefined, the server runs as who we are.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  for (const name of KNOWN_ACCOUNTS) {
    const account = await findAccount(name);
    if (account !== undefined) return account;
  }
  const made = await run([
    "useradd",
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/bin/false",
    NEW_ACCOUNT,
  ]);
  const account = await findAccount(NEW_ACCOUNT);
  if (account !== undefined) return account;
  throw new EmbeddedPostgresError(
    "NoAccount",
    `PostgreSQL refuses to run as root, and no unprivileged account for it could be made (${made.stderr.trim()}). ` +
      `Make one (useradd --system ${NEW_ACCOUNT}), or run gatz as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Whether `account` (undefined: we ourselves) may list and enter the folder. */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  return (await run(["sh", "-c", 'test -x "$0" && test -r "$0"', folder], { account })).success;
}

async function findAccount(name: string): Promise<Account | undefined> {
  const [user, group] = await Promise.all([run(["id", "-u", name]), run(["id", "-g", name])]);
  if (!user.success || !group.success) return undefined;
  return { name, uid: Number(user.stdout), gid: Number(group.stdout) };
}
