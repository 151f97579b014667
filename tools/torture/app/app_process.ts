/** The process of an app, as the harness has it: started, told what to do, heard, killed. @module */
import { fileURLToPath } from "node:url";
import type { AppSettings, Command, Report } from "./speech.ts";

export interface AppProcessOptions {
  readonly settings: AppSettings;
  /** Where what it says on its standard error goes. */
  readonly logFile: string;
  readonly heard: (report: Report) => void;
  /** It ended, and nobody had told it to. */
  readonly died: () => void;
}

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));
const CLOSE_MS = 15_000;

export class AppProcess {
  readonly #options: AppProcessOptions;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #waiting = new Map<Report["say"], () => void>();
  /** All that it said has been heard. */
  readonly #over: Promise<void>;
  #isEnding = false;
  #isOver = false;

  constructor(options: AppProcessOptions) {
    this.#options = options;
    const settings = JSON.stringify(options.settings);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", CONFIG, MAIN, settings],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#over = this.#follow();
  }

  /** Resolves once it takes commands, or is over. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** One that is over hears nothing. */
  tell(command: Command): void {
    if (this.#isEnding || this.#isOver) return;
    // Who was just killed does not read any more; that it is over is told by its end.
    this.#input.write(new TextEncoder().encode(JSON.stringify(command) + "\n")).catch(() => {});
  }

  /** Resolves with true when it has said that it is done, false: it ended before. One of a kind at a time. */
  async ask(what: "rest" | "tell"): Promise<boolean> {
    const done = new Promise<boolean>((resolve) =>
      this.#waiting.set(what === "rest" ? "rests" : "told", () => resolve(true))
    );
    this.tell({ do: what });
    return await Promise.race([done, this.#over.then(() => false)]);
  }

  /** kill -9. Resolves when all that it had said before is heard. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    if (!this.#isOver) this.#child.kill("SIGKILL");
    await this.#over;
  }

  /** As it ends by itself when it is told to; false: it did not. */
  async close(): Promise<boolean> {
    this.tell({ do: "close" });
    this.#isEnding = true;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#child.kill("SIGKILL");
    }, CLOSE_MS);
    await this.#over;
    clearTimeout(timer);
    return !isLate;
  }

  async #follow(): Promise<void> {
    const log = Deno.writeFile(this.#options.logFile, this.#child.stderr, { append: true });
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      // What main.ts writes.
      for (const line of lines) this.#take(JSON.parse(line) as Report);
    }
    await Promise.all([this.#child.status, log]);
    this.#isOver = true;
    this.#ready.resolve();
    this.#input.close().catch(() => {});
    if (!this.#isEnding) this.#options.died();
  }

  #take(report: Report): void {
    this.#options.heard(report);
    if (report.say === "ready") this.#ready.resolve();
    this.#waiting.get(report.say)?.();
  }
}
