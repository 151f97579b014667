import { Interrupted, isInterrupted, spawnTracked } from "./child.ts";

const ROOT = new URL("..", import.meta.url);

export interface TaskOptions {
  readonly env: Record<string, string>;
  readonly args?: readonly string[];
}

export interface RunningTask extends AsyncDisposable {
  /** Resolves once it has printed the text. */
  printed(text: string): Promise<void>;
}

/** Starts a task of this repository as one does at a prompt; disposing it is Ctrl-C. */
export function startTask(name: string, options: TaskOptions): RunningTask {
  const child = spawn(name, options);
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

/** Runs a task to its end. Returns the seconds that it took, from the command to the prompt. */
export async function runTask(name: string, options: TaskOptions): Promise<number> {
  const from = performance.now();
  const { code, stdout } = await spawn(name, options).output();
  if (isInterrupted()) throw new Interrupted();
  if (code !== 0) throw new Error(`deno task ${name} ended with ${code}: ${new TextDecoder().decode(stdout)}`);
  return (performance.now() - from) / 1_000;
}

function spawn(name: string, { env, args = [] }: TaskOptions): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  return spawnTracked(command, "SIGTERM");
}
