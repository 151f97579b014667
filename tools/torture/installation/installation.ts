/** Everything that a run runs on: PostgreSQL servers, gatz servers, and the links between them. @module */
import { createHash } from "node:crypto";
import * as path from "node:path";
import { fakeClock } from "./clock.ts";
import { Database } from "./database.ts";
import { Node } from "./node.ts";
import { SmallDisk } from "./small_disk.ts";

export interface InstallationOptions {
  readonly folder: string;
  readonly databases: number;
  readonly nodes: number;
  readonly diskMb: number;
  readonly onDeath: (what: string) => void;
  readonly onHung: (what: string) => void;
}

export interface Installation extends AsyncDisposable {
  readonly folder: string;
  readonly databases: readonly Database[];
  readonly nodes: readonly Node[];
  /** What `deno task verify` is to be started with. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Without what is in the way of many clients on one machine, and with deadlines that a short run can live through. */
const LIMITS = "lifted-for-load,callDeadlineMs=5000,beatMs=2000,handleRedirects=10000";

export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { folder } = options;
  await using parts = new AsyncDisposableStack();
  const diskMb = await SmallDisk.possible(folder) ? options.diskMb : undefined;
  const databases: Database[] = [];
  for (let i = 0; i < options.databases; i++) {
    const name = `db${i + 1}`;
    const clock = await fakeClock(path.join(folder, `${name}.clock`));
    const database = await Database.start({ name, folder, diskMb, clock });
    parts.defer(() => database.stop());
    databases.push(database);
  }
  const environment = {
    GATZ_DEV: "1",
    GATZ_DATA: path.join(folder, "gatz"),
    GATZ_TOKEN_KEY: secret(),
    GATZ_DIGEST_KEY: secret(),
    // One machine plays many people.
    GATZ_LIMITS: LIMITS,
  };
  const nodes: Node[] = [];
  for (let i = 0; i < options.nodes; i++) {
    const name = `node${i + 1}`;
    const clock = await fakeClock(path.join(folder, `${name}.clock`));
    const { onDeath, onHung } = options;
    nodes.push(new Node({ name, folder, databases, environment, clock, onDeath, onHung }));
  }
  for (const node of nodes) parts.defer(() => node.stop());
  // The first migrates; the others find it done.
  for (const node of nodes) await node.ready({ whole: true });
  const running = parts.move();
  return { folder, databases, nodes, environment, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Of random bytes, as a secret has to look. */
function secret(): string {
  return createHash("sha256").update(crypto.randomUUID()).digest("base64url");
}

/** The variables with which a tool finds the installation's data, past all proxies. */
export function toolEnvironment({ databases, environment }: Installation): Record<string, string> {
  return {
    ...environment,
    DATABASE_URL: databases[0]!.url,
    GATZ_SERVERS: databases.map(({ name, url }) => `${name}=${url}`).join(","),
  };
}
