/** Lets the directory know of accounts that have ended: their sessions and handles are its business (USR4). @module */
import type { UnixMs, UserId } from "@gatz/domain";
import { type Directory, DirectoryUnavailable } from "@gatz/storage/contract";
import { pause } from "../live/pause.ts";
import { logEvent } from "../log_events.ts";

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 30_000;

/**
 * Every node that hears of an end says so, which changes nothing the second time. What is lost with all nodes at once is made up for when
 * somebody wants the handle.
 */
export class AccountEnds {
  readonly #directory: Pick<Directory, "endAccount">;
  readonly #stop = new AbortController();
  readonly #telling = new Set<Promise<void>>();

  constructor(directory: Pick<Directory, "endAccount">) {
    this.#directory = directory;
  }

  ended(user: UserId, { at }: { at: UnixMs }): void {
    const telling = this.#tell(user, at).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#telling);
  }

  async #tell(user: UserId, at: UnixMs): Promise<void> {
    const { signal } = this.#stop;
    for (let tried = 0; !signal.aborted; tried++) {
      try {
        return await this.#directory.endAccount(user, { at });
      } catch (error) {
        if (!(error instanceof DirectoryUnavailable)) return logEvent("accounts.end-not-told", { user, error });
      }
      await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** tried), signal);
    }
  }
}
