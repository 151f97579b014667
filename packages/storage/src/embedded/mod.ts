/**
 * A real PostgreSQL 18 on this machine, from npm: for development, tests, and installations that ask for it.
 * @module
 */
import { type Account, serverAccount } from "./account.ts";
import { installedBinaries } from "./binaries.ts";
import { checkMadeByGatz, DATABASE, ensureCluster, SUPERUSER } from "./cluster.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { exists, noPermission, placeBinaries, placeData, placeOf, readIfThere, removeData } from "./places.ts";
import { Postmaster, type PostmasterOptions } from "./postmaster.ts";
import { isServerOf, processTree, readPidFile, signal } from "./processes.ts";

export { EmbeddedPostgresError, type EmbeddedProblem } from "./errors.ts";

const HOST = "127.0.0.1";
const MAX_CONNECTIONS = 200;
const FREE_PORT_ATTEMPTS = 5;
const LEFTOVER_TIMEOUT_MS = 10_000;

/** What to start, and where its data is. */
export interface EmbeddedOptions {
  /** Absolute path. Made if missing; as root it may become a link to a place that PostgreSQL's account can enter. */
  readonly dataDir: string;
  /** Of the superuser `gatz`; fixed when the data folder is made. */
  readonly password: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Default true. False only for tests: a crash of the machine may then lose or spoil data. */
  readonly fsync?: boolean;
  /** More of postgresql.conf, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** More variables for the server's process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the server's own log goes (written anew by each start); default nowhere. */
  readonly logFile?: string;
}

/** A running server. */
export interface EmbeddedPostgres {
  /** `postgres://gatz:password@127.0.0.1:port/gatz` */
  readonly url: string;
  readonly port: number;
  /** Of the postmaster. */
  readonly pid: number;
  /** Ends every process of the server at once (SIGKILL), as a power cut would; {@link stop} is to follow. */
  kill(): Promise<void>;
  /** Stops every process of the server where it stands (SIGSTOP), as a frozen machine would. */
  pause(): Promise<void>;
  /** Lets them run again. */
  resume(): Promise<void>;
  /** Ends it and waits until nothing is left running. For one that we only joined: does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the server, making its data folder first if there is none, and clearing up after a killed run.
 * @throws {EmbeddedPostgresError} what stands in the way, and what to do about it.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = await serverAccount();
  const binaries = await placeBinaries(await installedBinaries(), account);
  const dataDir = await placeData(options.dataDir, account);
  const lock = await lockFolder(dataDir);
  try {
    await endLeftover(dataDir);
    await ensureCluster({ binaries, dataDir, account, password: options.password, fsync: options.fsync ?? true });
    const { postmaster, port } = await launch({ options, binaries, dataDir, account });
    return running({ ...options, pid: postmaster.pid, port }, async () => {
      await postmaster.stop();
      lock.close();
    });
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** The server that another process of ours runs on this data folder; undefined if none does. */
export async function joinEmbeddedPostgres(
  options: Pick<EmbeddedOptions, "dataDir" | "password">,
): Promise<EmbeddedPostgres | undefined> {
  if (!await exists(options.dataDir)) return undefined;
  const dataDir = await Deno.realPath(options.dataDir);
  const found = await readPidFile(dataDir);
  if (found === undefined || !found.ready || !await isServerOf(found.pid, dataDir)) return undefined;
  return running({ ...options, pid: found.pid, port: found.port }, () => Promise.resolve());
}

/**
 * Removes a data folder for good; of a link to another's data, the link alone.
 * @throws {EmbeddedPostgresError} `DataFolderBusy` while a server runs on it, `ForeignDataFolder` if it is not ours.
 */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  if (!await exists(dataDir)) return;
  const place = await placeOf(dataDir);
  const locked = place ?? dataDir;
  const lock = await lockFolder(locked);
  try {
    if (place !== undefined) {
      if (await exists(place)) await checkMadeByGatz(place);
      await endLeftover(place);
    }
    await removeData(dataDir);
    await Deno.remove(lockFile(locked));
  } finally {
    lock.close();
  }
}

function running(
  server: { readonly password: string; readonly pid: number; readonly port: number },
  stop: () => Promise<void>,
): EmbeddedPostgres {
  const { pid, port } = server;
  return {
    url: `postgres://${SUPERUSER}:${encodeURIComponent(server.password)}@${HOST}:${port}/${DATABASE}`,
    port,
    pid,
    kill: async () => void await signal("KILL", await processTree(pid)),
    pause: async () => {
      // First the one that makes others, or a session that begins meanwhile would go on.
      await signal("STOP", [pid]);
      await signal("STOP", await processTree(pid));
    },
    resume: async () => void await signal("CONT", await processTree(pid)),
    stop,
  };
}

interface Launch {
  readonly options: EmbeddedOptions;
  readonly binaries: string;
  readonly dataDir: string;
  readonly account: Account | undefined;
}

async function launch({ options, ...where }: Launch): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1;; attempt++) {
    const port = options.port ?? freePort();
    const { environment = {}, logFile } = options;
    const postmaster = new Postmaster({ ...where, port, settings: settingsOf(options), environment, logFile });
    try {
      await postmaster.ready();
      return { postmaster, port };
    } catch (error) {
      // Between finding a free port and listening on it, someone else may have taken it.
      const lostRace = error instanceof EmbeddedPostgresError && error.problem === "PortBusy" &&
        options.port === undefined;
      if (!lostRace || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

function settingsOf(options: EmbeddedOptions): PostmasterOptions["settings"] {
  return {
    listen_addresses: HOST,
    // A socket folder would have to be writable for the server's account; TCP on loopback does all we need.
    unix_socket_directories: "",
    max_connections: String(MAX_CONNECTIONS),
    timezone: "UTC",
    log_timezone: "UTC",
    // After a crash the data folder is synced before anything else: thousands of files one by one, or their file system as a whole.
    ...(Deno.build.os === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),
    ...(options.fsync === false ? { fsync: "off", full_page_writes: "off" } : {}),
    ...options.settings,
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function lockFile(dataDir: string): string {
  return `${dataDir}.lock`;
}

/** Held by the process that runs the server and freed with it, however it ends. */
async function lockFolder(dataDir: string): Promise<Deno.FsFile> {
  const file = lockFile(dataDir);
  let lock: Deno.FsFile;
  try {
    lock = await Deno.open(file, { read: true, write: true, create: true });
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(file, error.message);
    throw error;
  }
  if (await lock.tryLock(true)) {
    await lock.truncate();
    await lock.write(new TextEncoder().encode(String(Deno.pid)));
    return lock;
  }
  lock.close();
  const holder = await readIfThere(file);
  throw new EmbeddedPostgresError(
    "DataFolderBusy",
    `The data folder ${dataDir} is in use by process ${holder || "(starting)"}. Stop that one first.`,
  );
}

/** Nobody holds the folder's lock, so a server that still runs on it was left by a killed run. */
async function endLeftover(dataDir: string): Promise<void> {
  const leftover = await readPidFile(dataDir);
  if (leftover === undefined) return;
  // A stopped (SIGSTOP) one can't hear that it should end.
  if (await isServerOf(leftover.pid, dataDir)) await signal("CONT", await processTree(leftover.pid));
  for (const name of ["INT", "QUIT", "KILL"] as const) {
    if (!await isServerOf(leftover.pid, dataDir)) break;
    await signal(name, name === "KILL" ? await processTree(leftover.pid) : [leftover.pid]);
    const deadline = performance.now() + LEFTOVER_TIMEOUT_MS;
    while (performance.now() < deadline && await isServerOf(leftover.pid, dataDir)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  // A server that was killed leaves the file, and PostgreSQL takes any process with that number for its own kind.
  if (await readPidFile(dataDir) !== undefined) await Deno.remove(`${dataDir}/postmaster.pid`);
}
