import * as path from "node:path";
import { run } from "./command.ts";
import { readIfThere } from "./places.ts";

/** What a running server wrote into its postmaster.pid. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** The server takes connections. */
  readonly ready: boolean;
}

/** Undefined if there is none, or one that a starting server has not finished writing. */
export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await readIfThere(path.join(dataDir, "postmaster.pid"));
  // Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status.
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7] === "ready" };
}

/** Whether process `pid` is a postgres serving `dataDir`, and not another program that got the same number since. */
export async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  const command = await commandLine(pid);
  return command.includes("postgres") && command.includes(dataDir);
}

/** Sends a signal by the shell, which needs no permission beyond the one for starting the server. */
export async function signal(
  name: "INT" | "QUIT" | "KILL" | "STOP" | "CONT",
  pids: readonly number[],
): Promise<boolean> {
  return (await run(["sh", "-c", 'kill -s "$0" "$@"', name, ...pids.map(String)])).success;
}

/** The process and all that descend from it, parents first. */
export async function processTree(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of await allProcesses()) children.set(parent, [...children.get(parent) ?? [], pid]);
  const tree = [root];
  for (const pid of tree) tree.push(...children.get(pid) ?? []);
  return tree;
}

async function commandLine(pid: number): Promise<string> {
  if (Deno.build.os !== "linux") return (await run(["ps", "-o", "args=", "-p", String(pid)])).stdout;
  return (await run(["sh", "-c", 'tr "\\0" " " < "$0"', `/proc/${pid}/cmdline`])).stdout;
}

async function allProcesses(): Promise<{ pid: number; parent: number }[]> {
  // Minimal Debian has no ps; elsewhere there is no /proc.
  const listing = Deno.build.os === "linux"
    ? await run(["sh", "-c", 'for s in /proc/[0-9]*/stat; do read -r l < "$s" && echo "$l"; done 2>/dev/null; true'])
    : await run(["ps", "-A", "-o", "pid=,ppid="]);
  return listing.stdout.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [pid, parent] = Deno.build.os === "linux" ? fieldsOfStat(line) : line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent) };
  });
}

/** `pid (name) state parent ...`, where the name may hold spaces and brackets. */
function fieldsOfStat(line: string): [string, string | undefined] {
  const afterName = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return [line.slice(0, line.indexOf(" ")), afterName[1]];
}
