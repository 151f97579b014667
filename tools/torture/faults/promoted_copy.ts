/** A copy that followed PostgreSQL takes its place, and what it had not received is gone: a new life begins (LOG9). @module */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@gatz/storage/embedded";
import postgres from "postgres";
import { startTcpProxy, type TcpProxy } from "../../../tests/support/tcp_proxy.ts";
import { pause } from "../client/pause.ts";
import type { Database } from "../installation/database.ts";
import { type Installation, toolEnvironment } from "../installation/installation.ts";
import { shell } from "../installation/shell.ts";
import { between, type Fault, type Site } from "./fault.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CATCH_UP_MS = 30_000;

export const PROMOTED_COPY: Fault = {
  name: "promoted-copy",
  lane: "database",
  alone: true,
  // Copies of two servers would have to be of one moment: what one has sent on to the other must not be lost behind its back.
  impossible: ({ databases }) =>
    databases.length > 1 ? "it takes an installation on one server (--databases 1)" : undefined,
  run: async (site) => {
    const [database] = site.installation.databases;
    if (database === undefined) throw new RangeError("no database");
    using link = openLink(database);
    const copy = await followingCopy(database, link.proxy);
    const kept = await caughtUp(database, { copy: copy.server, site });
    link.proxy.setFlow("down", "hold");
    const lostMs = between(site.chance, 100, 1_500);
    await pause(lostMs);
    await takeOver({ database, copy, site });
    await beginNewLife(site, kept);
    return `without the last ${lostMs} ms`;
  },
};

interface Copy {
  readonly server: EmbeddedPostgres;
  readonly dataDir: string;
}

function openLink(database: Database): { readonly proxy: TcpProxy } & Disposable {
  const proxy = startTcpProxy({ hostname: "127.0.0.1", port: database.port });
  return { proxy, [Symbol.dispose]: () => void proxy.close() };
}

/** A base backup, started as a standby that streams through the link. */
async function followingCopy(database: Database, link: TcpProxy): Promise<Copy> {
  const dataDir = path.join(path.dirname(database.dataDir), `data-${crypto.randomUUID().slice(0, 8)}`);
  await database.administer(async (sql) => {
    await sql`SELECT pg_backup_start('torture', true)`;
    // Files come and go while they are copied; the log has what they miss.
    await shell(["cp", "-a", database.dataDir, dataDir]);
    const [label] = await sql<{ labelfile: string }[]>`SELECT labelfile FROM pg_backup_stop(false)`;
    await Deno.writeTextFile(path.join(dataDir, "backup_label"), label!.labelfile);
  });
  await shell(["sh", "-c", 'rm -rf "$0"/pg_wal/* "$0"/postmaster.pid', dataDir]);
  const from = `host=127.0.0.1 port=${link.port} user=gatz password=${database.password}`;
  await Deno.writeTextFile(path.join(dataDir, "postgresql.auto.conf"), `primary_conninfo = '${from}'\n`, {
    append: true,
  });
  await Deno.writeTextFile(path.join(dataDir, "standby.signal"), "");
  // Of the account that the server runs as.
  await shell(["sh", "-c", 'cd "$0" && chown --reference=PG_VERSION backup_label standby.signal', dataDir]);
  const server = await startEmbeddedPostgres({ ...database.launch(dataDir), password: database.password });
  return { server, dataDir };
}

/** All that was acked before the time it resolves with is in the copy. */
async function caughtUp(
  database: Database,
  { copy, site }: { readonly copy: EmbeddedPostgres; readonly site: Site },
): Promise<number> {
  const kept = site.history.now();
  const lsn = await database.administer(async (sql) => {
    const [now] = await sql<{ lsn: string }[]>`SELECT pg_current_wal_flush_lsn()::text AS lsn`;
    return now!.lsn;
  });
  const sql = postgres(copy.url, { max: 1, onnotice: () => {} });
  try {
    const until = performance.now() + CATCH_UP_MS;
    while (performance.now() < until) {
      const [is] = await sql<{ there: boolean | null }[]>`
        SELECT pg_last_wal_replay_lsn() >= ${lsn}::pg_lsn AS there`;
      if (is?.there === true) return kept;
      await pause(20);
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
  throw new Error(`the copy did not catch up within ${CATCH_UP_MS / 1000} s`);
}

/** The old server is killed under the running nodes, and the copy serves in its place. */
async function takeOver({ database, copy, site }: { database: Database; copy: Copy; site: Site }): Promise<void> {
  const before = database.dataDir;
  await database.kill();
  await Promise.all(site.installation.nodes.map((node) => node.end("SIGKILL")));
  const sql = postgres(copy.server.url, { max: 1, onnotice: () => {} });
  await sql`SELECT pg_promote(true, 60)`;
  await sql.end({ timeout: 1 });
  await copy.server.stop();
  await database.startAgain(copy.dataDir);
  await Deno.remove(before, { recursive: true });
}

async function beginNewLife({ installation, history }: Site, kept: number): Promise<void> {
  await restorePromoted(installation);
  const incarnation = await installation.databases[0]!.administer(async (sql) => {
    const [life] = await sql<{ incarnation: string }[]>`SELECT incarnation FROM gatz.installation`;
    return life!.incarnation;
  });
  history.note({ k: "promoted", kept, incarnation });
  for (const node of installation.nodes) await node.ready();
}

/** As an operator has to. */
async function restorePromoted(installation: Installation): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "restore", "--promoted"],
    cwd: ROOT,
    env: toolEnvironment(installation),
    stdin: "null",
  }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  throw new Error(`restore --promoted failed: ${said}`);
}
