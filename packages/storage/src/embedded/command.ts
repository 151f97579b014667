import type { Account } from "./account.ts";

export interface Outcome {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly account?: Account | undefined;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs a program to its end. A program that does not exist counts as a failure, with the reason as its stderr. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error("run: an empty command");
  try {
    const child = new Deno.Command(program, {
      args,
      cwd: options.cwd ?? "/",
      env: { LC_ALL: "C" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      ...credentials(options.account),
    }).spawn();
    const writer = child.stdin.getWriter();
    const fed = feed(writer, options.input ?? "");
    const output = await child.output();
    await fed;
    const decoder = new TextDecoder();
    return {
      success: output.success,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { success: false, stdout: "", stderr: error.message };
    throw error;
  }
}

/** The part of Deno.Command's options that makes the child run as `account`; nothing for our own account. */
export function credentials(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

async function feed(writer: WritableStreamDefaultWriter<Uint8Array>, input: string): Promise<void> {
  try {
    if (input !== "") await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch (error) {
    // A program may end without having read its input; its exit code is what counts.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
