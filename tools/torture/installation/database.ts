/** One real PostgreSQL server of a run: it can be killed, frozen, filled up, and started again on the same port. @module */
import * as path from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@gatz/storage/embedded";
import postgres from "postgres";
import { pause } from "../client/pause.ts";
import type { FakeClock } from "./clock.ts";
import { shell } from "./shell.ts";
import { SmallDisk } from "./small_disk.ts";

export interface DatabaseOptions {
  readonly name: string;
  /** The run's folder. */
  readonly folder: string;
  /** Megabytes of a disk of its own; undefined: no disk of its own can be had. */
  readonly diskMb: number | undefined;
  readonly clock: FakeClock | undefined;
}

const MAX_CONNECTIONS = 80;
const ANSWER_MS = 60_000;
const SETTINGS = {
  max_connections: String(MAX_CONNECTIONS),
  shared_buffers: "64MB",
  max_wal_size: "128MB",
  min_wal_size: "32MB",
  wal_keep_size: "256MB",
  // A client that is gone is noticed, as docs/operating.md advises.
  tcp_keepalives_idle: "5",
  tcp_keepalives_interval: "1",
  tcp_keepalives_count: "3",
};

export class Database {
  readonly name: string;
  readonly port: number;
  readonly disk: SmallDisk | undefined;
  readonly #options: DatabaseOptions;
  readonly #password: string;
  #server: EmbeddedPostgres;
  #ending: Promise<void> | undefined;
  #dataDir: string;

  private constructor(options: DatabaseOptions, started: Started) {
    this.#options = options;
    this.name = options.name;
    this.#password = started.password;
    this.#server = started.server;
    this.#dataDir = started.dataDir;
    this.port = started.server.port;
    this.disk = started.disk;
  }

  static async start(options: DatabaseOptions): Promise<Database> {
    const home = path.join(options.folder, options.name);
    await Deno.mkdir(home, { mode: 0o755 });
    const disk = options.diskMb === undefined ? undefined : await SmallDisk.mount(home, options.diskMb);
    const dataDir = path.join(home, "data");
    const password = crypto.randomUUID();
    const server = await startEmbeddedPostgres({ ...launch(options, dataDir), password });
    return new Database(options, { server, dataDir, disk, password });
  }

  /** Of the server itself, past any proxy. */
  get url(): string {
    return this.#server.url;
  }

  get password(): string {
    return this.#password;
  }

  get dataDir(): string {
    return this.#dataDir;
  }

  /** Undefined if this machine has no library for one. */
  get clock(): FakeClock | undefined {
    return this.#options.clock;
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** SIGKILL of the postmaster; its children follow. */
  async kill(): Promise<void> {
    Deno.kill(this.#server.pid, "SIGKILL");
    await this.#giveUp();
  }

  pause(): Promise<void> {
    return this.#server.pause();
  }

  resume(): Promise<void> {
    return this.#server.resume();
  }

  /** Starts it again, wherever its data now is; it must not run. */
  async startAgain(dataDir = this.#dataDir): Promise<void> {
    this.#dataDir = dataDir;
    this.#server = await startEmbeddedPostgres({
      ...launch(this.#options, dataDir),
      ...{ password: this.#password, port: this.port },
    });
    this.#ending = undefined;
  }

  /** Whether its postmaster is there. */
  async runs(): Promise<boolean> {
    return (await shell(["kill", "-0", String(this.#server.pid)])).success;
  }

  /** What a server with this one's settings is started with, on another folder. */
  launch(dataDir: string) {
    return launch(this.#options, dataDir);
  }

  /** Resolves once it answers, starting it again as often as it gives up. */
  async answers(): Promise<void> {
    const until = performance.now() + ANSWER_MS;
    for (;;) {
      if (!await this.runs()) {
        await this.#giveUp();
        await this.startAgain();
      }
      try {
        await this.administer((sql) => sql`SELECT 1`);
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await pause(100);
      }
    }
  }

  /** Statements by hand, on connections of their own; they wait while another fault holds all that there are. */
  async administer<T>(work: (sql: postgres.Sql) => Promise<T>, options: { max?: number } = {}): Promise<T> {
    const sql = postgres(this.url, { max: options.max ?? 1, onnotice: () => {}, connect_timeout: 5 });
    try {
      await connected(sql);
      return await work(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  async stop(): Promise<void> {
    await this.#server.resume();
    await this.#giveUp();
    await this.disk?.unmount();
  }

  /** Ends what is left of it; once for each start. */
  #giveUp(): Promise<void> {
    return this.#ending ??= this.#server.stop();
  }
}

async function connected(sql: postgres.Sql): Promise<void> {
  const until = performance.now() + ANSWER_MS;
  for (;;) {
    try {
      await sql`SELECT 1`;
      return;
    } catch (error) {
      if (!isTooMany(error) || performance.now() > until) throw error;
      await pause(50);
    }
  }
}

/** Whether a connection was refused because there are as many as there may be. */
export function isTooMany(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === "53300";
}

interface Started {
  readonly server: EmbeddedPostgres;
  readonly dataDir: string;
  readonly disk: SmallDisk | undefined;
  readonly password: string;
}

function launch({ name, folder, clock }: DatabaseOptions, dataDir: string) {
  return {
    dataDir,
    settings: SETTINGS,
    environment: clock?.environment,
    logFile: path.join(folder, `${name}.postgres.log`),
  };
}
