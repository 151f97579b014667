/** Runs an entry point of the server as a process of its own, as a person would. @module */
import { inTime } from "@gatz/testing/in_time.ts";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";

const ROOT = path.join(import.meta.dirname ?? ".", "..", "..");

export interface EntryPoint extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with all it printed once that holds `text`; throws if the process ends before, or a minute passes. */
  printed(text: string | RegExp): Promise<string>;
  /** Types a line into it; if `isTyped`. */
  type(line: string): Promise<void>;
  /** Sends a signal and waits for its end, a minute at most. */
  end(signal: Deno.Signal): Promise<Deno.CommandStatus>;
  /** Waits for its end, a minute at most; with all it printed, on both streams. */
  ended(): Promise<{ readonly code: number; readonly output: string }>;
}

export interface EntryPointOptions {
  /** Beside the little that every process needs; nothing of gatz's is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Default: the root of the checkout. */
  readonly cwd?: string;
  /** Somebody sits before it; default: nobody, and nothing can be read. */
  readonly isTyped?: boolean;
  /** What ends it when it is disposed of. Default SIGKILL, which a `deno task` would not hand on to what it runs. */
  readonly endWith?: Deno.Signal;
}

const INHERITED = ["PATH", "HOME", "DENO_DIR", "TMPDIR", "LANG"];

/** @param file from the root of the checkout; it is run with every permission */
export function startEntryPoint(file: string, { args = [], ...options }: EntryPointOptions): EntryPoint {
  const config = path.join(ROOT, "deno.json");
  return startDeno(["run", "-A", "--no-check", "--config", config, path.join(ROOT, file), ...args], options);
}

/** Runs `deno` with these arguments, in the root of the checkout unless told otherwise. */
export function startDeno(args: readonly string[], options: Omit<EntryPointOptions, "args">): EntryPoint {
  const inherited = INHERITED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd ?? ROOT,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdin: options.isTyped ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const keyboard = options.isTyped ? child.stdin.getWriter() : undefined;
  let output = "";
  let closed = false;
  let change = Promise.withResolvers<void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += stripVTControlCharacters(text);
      change.resolve();
      change = Promise.withResolvers();
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]).then(() => {
    closed = true;
    change.resolve();
  });
  const holds = (text: string | RegExp) => typeof text === "string" ? output.includes(text) : text.test(output);
  const hasEnded = async (waited: string) => {
    const [status] = await inTime(
      Promise.all([child.status, reading]),
      () => `it did not end${waited}; it printed:\n${output}`,
    );
    return status;
  };
  const end = async (signal: Deno.Signal) => {
    child.kill(signal);
    return await hasEnded(` at ${signal}`);
  };
  const untilItHolds = async (text: string | RegExp) => {
    while (!holds(text)) {
      if (closed) throw new Error(`it ended without printing ${text}:\n${output}`);
      await change.promise;
    }
    return output;
  };
  return {
    pid: child.pid,
    printed: (text) => inTime(untilItHolds(text), () => `it has not printed ${text}:\n${output}`),
    type: async (line) => await keyboard?.write(new TextEncoder().encode(`${line}\n`)),
    end,
    ended: async () => ({ code: (await hasEnded("")).code, output }),
    [Symbol.asyncDispose]: async () => {
      if (!closed) await end(options.endWith ?? "SIGKILL");
    },
  };
}
