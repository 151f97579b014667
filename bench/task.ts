import { spawnTracked } from "./child.ts";

const ROOT = new URL("..", import.meta.url);

export interface RunningTask extends AsyncDisposable {
  /** Resolves once it has printed the text. */
  printed(text: string): Promise<void>;
}

/** Runs a task of this repository as one does at a prompt; disposing it is Ctrl-C. */
export function runTask(
  name: string,
  { env, args = [] }: { env: Record<string, string>; args?: string[] },
): RunningTask {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", name, ...args],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  const child = spawnTracked(command, "SIGTERM");
  const texts = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let seen = "";
  return {
    async printed(text) {
      while (!seen.includes(text)) {
        const { value, done } = await texts.next();
        if (done) throw new Error(`deno task ${name} ended without "${text}"`);
        seen += value;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      while (!(await texts.next()).done);
      await child.status;
    },
  };
}
