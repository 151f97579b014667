/** One app of a person: its process, started again and again on the same store, and all that is noted of it. @module */
import * as path from "node:path";
import type { AppOutcome } from "../history/app_record.ts";
import type { History } from "../history/history.ts";
import { AppProcess } from "./app_process.ts";
import { Network } from "./network.ts";
import { notesOf } from "./notes.ts";
import type { Command, Report } from "./speech.ts";

export interface AppOptions {
  readonly name: string;
  readonly user: string;
  readonly token: string;
  /** Apps that share a store share its name. */
  readonly store: string;
  /** Null: in memory, and gone with the process. */
  readonly storeFile: string | null;
  readonly nodes: readonly string[];
  readonly folder: string;
  readonly history: History;
  /** What became of an act. */
  readonly onMade: (made: { readonly op: number; readonly id: string; readonly stream: string }) => void;
  readonly onOutcome: (id: string, outcome: AppOutcome) => void;
}

export class App {
  readonly #options: AppOptions;
  readonly #network: Network;
  #process!: AppProcess;
  #starts = 0;

  constructor(options: AppOptions) {
    this.#options = options;
    this.#network = new Network(options.nodes);
  }

  /** Of the process that runs now. */
  get name(): string {
    return `${this.#options.name}#${this.#starts}`;
  }

  get isOver(): boolean {
    return this.#process.isOver;
  }

  /** Resolves once it takes commands. */
  async start(): Promise<void> {
    const { user, token, storeFile, folder, history } = this.#options;
    this.#starts++;
    const { name } = this;
    // What is in memory is nobody else's, and not there any more.
    const store = storeFile === null ? name : this.#options.store;
    history.note({ k: "app", app: name, store, user });
    this.#process = new AppProcess({
      settings: { urls: this.#network.urls, token, storeFile },
      logFile: path.join(folder, `${name.replaceAll("/", "-")}.log`),
      heard: (report) => this.#note(name, report),
      died: () => {
        history.note({ k: "app-over", app: name, how: "killed" });
        history.note({ k: "death", what: name });
      },
    });
    await this.#process.ready;
  }

  act(op: number, { stream, type, body }: Omit<Extract<Command, { do: "act" }>, "do" | "op">): void {
    if (this.#process.isOver) return;
    this.#options.history.note({ k: "app-asked", app: this.name, op, stream, type, body });
    this.#process.tell({ do: "act", op, stream, type, body });
  }

  /** Likewise whatever is no act. */
  tell(command: Exclude<Command, { do: "act" | "rest" | "tell" | "close" }>): void {
    this.#process.tell(command);
  }

  goOffline(): void {
    this.#network.goOffline();
  }

  goOnline(): void {
    this.#network.goOnline();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const { name } = this;
    await this.#process.kill();
    this.#options.history.note({ k: "app-over", app: name, how: "killed" });
  }

  async close(): Promise<void> {
    const { name } = this;
    const { history } = this.#options;
    const hasEnded = await this.#process.close();
    if (!hasEnded) history.note({ k: "hung", what: name });
    history.note({ k: "app-over", app: name, how: hasEnded ? "closed" : "killed" });
  }

  /** False: it ended before it was done. */
  async ask(what: "rest" | "tell"): Promise<boolean> {
    return await this.#process.ask(what);
  }

  async end(): Promise<void> {
    if (!this.#process.isOver) await this.close();
    await this.#network.close();
  }

  #note(app: string, report: Report): void {
    const { history, user, onMade, onOutcome } = this.#options;
    for (const note of notesOf(report, { app, user })) history.note(note);
    if (report.say === "made") onMade(report);
    if (report.say === "outcome") onOutcome(report.id, report.outcome);
  }
}
