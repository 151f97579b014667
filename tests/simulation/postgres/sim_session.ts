/** One connection of a node to a server. What is asked over it arrives in order, is worked on in order, and may never be answered. */
import { LaneLost } from "../../../packages/storage/src/postgres/errors.ts";
import type { Link } from "./link.ts";
import type { SimServer } from "./sim_server.ts";
import { sqlError } from "./sql_error.ts";

export class SimSession {
  readonly #server: SimServer;
  readonly #link: Link;
  readonly #lost = Promise.withResolvers<never>();
  readonly #cancelled = Promise.withResolvers<never>();
  /** The end of what the server has been asked so far. */
  #worked: Promise<unknown> = Promise.resolve();
  #arrived: Promise<void> = Promise.resolve();
  #isOpen = true;
  #silenceMs: number | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** The server knows it: it works on what arrives. */
  #isServed = true;

  constructor(server: SimServer, link: Link) {
    this.#server = server;
    this.#link = link;
    this.#lost.promise.catch(() => {});
    this.#cancelled.promise.catch(() => {});
    server.sessions.add(this);
    link.sessions.add(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Rejects when the client finds the connection gone. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Rejects when what the server works on for it is to be given up. */
  get cancelled(): Promise<never> {
    return this.#cancelled.promise;
  }

  /** Sends something to be done on the server, and waits for what comes back; rejects when the connection is lost, with what was done unknown. */
  async ask<T>(work: () => T | Promise<T>): Promise<T> {
    if (!this.#isOpen) throw new LaneLost("the connection is gone");
    const arrives = this.#arrived = Promise.all([this.#arrived, this.#link.carry()]).then(() => {});
    const worked = this.#worked.catch(() => {}).then(() => arrives).then(() => this.#workOn(work));
    worked.catch(() => {});
    this.#worked = worked;
    return await Promise.race([this.#answered(worked), this.lost]);
  }

  async #answered<T>(worked: Promise<T>): Promise<T> {
    try {
      return await worked;
    } finally {
      await this.#link.carry();
    }
  }

  /** From now on the server ends it when nothing has come for so long. */
  endAfterSilence(ms: number): void {
    this.#silenceMs = ms;
    this.#heard();
  }

  #heard(): void {
    clearTimeout(this.#silence);
    if (this.#silenceMs === undefined || !this.#isServed) return;
    this.#silence = setTimeout(() => {
      this.#end();
      void this.#link.carry().then(() => this.breakOff({ noticedAfterMs: 0 }));
    }, this.#silenceMs);
  }

  async #workOn<T>(work: () => T | Promise<T>): Promise<T> {
    await this.#server.working();
    this.#heard();
    if (!this.#isServed) throw new LaneLost("the server knows nothing of the connection");
    return await work();
  }

  /** The client gives it up: what it waits for is cancelled if the server hears of it, and the session ends when the server notices. */
  abandon(): void {
    void this.#link.carry().then(() => this.#cancelled.reject(sqlError("57014")));
    this.breakOff({ noticedAfterMs: this.#link.noticeMs() });
  }

  /** As the client, or whatever is in between, ends it. What has arrived is still worked on until the server notices. */
  breakOff({ noticedAfterMs }: { noticedAfterMs: number }): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#link.sessions.delete(this);
    this.#lost.reject(new LaneLost("the connection was lost"));
    if (noticedAfterMs === 0) this.#end();
    else setTimeout(() => this.#end(), noticedAfterMs);
  }

  #end(): void {
    if (!this.#isServed) return;
    this.#isServed = false;
    clearTimeout(this.#silence);
    this.#cancelled.reject(sqlError("57P01"));
    this.#server.forget(this);
  }
}
