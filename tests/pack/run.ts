/** Programs that a test starts and waits for. @module */
import assert from "node:assert/strict";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** What a program that hangs is ended after; default a minute. */
  readonly timeoutMs?: number;
}

/** For what loads from the network, in ms. */
export const LOADING_MS = 240_000;

/** Runs a program to its end, whatever its exit code. */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, timeoutMs = 60_000 } = options;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    ...{ args: [...args], cwd, stdin: "null", env: { NO_COLOR: "1" }, signal: AbortSignal.timeout(timeoutMs) },
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Runs a program that has to succeed; resolves to what it printed. */
export async function succeed(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** True if a test file can go on to use npm; else says in one line what is missing. */
export async function needsNpm(importMetaUrl: string): Promise<boolean> {
  const found = await run("npm", ["--version"], { cwd: "/" }).then(({ code }) => code === 0, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  if (!found) console.log(`${new URL(importMetaUrl).pathname.split("/").at(-1)} needs npm`);
  return found;
}
