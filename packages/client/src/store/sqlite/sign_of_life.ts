/** A lock of the kernel's, which ends with the process that has it, however that ends: what SQLite locks its files with. @module */
import type { DatabaseSync } from "node:sqlite";
import { isBusy, makeFile, nodeSqlite, whenFree } from "./sqlite_file.ts";

/** One process at a time gives it; a frozen one goes on to. The file stays empty, and is never deleted. */
export class SignOfLife {
  readonly #file: DatabaseSync;
  #isGiven = false;
  #isClosed = false;

  private constructor(file: DatabaseSync) {
    this.#file = file;
  }

  static async open(path: string): Promise<SignOfLife> {
    const { DatabaseSync } = await nodeSqlite();
    return await whenFree(() => {
      makeFile(path);
      const file = new DatabaseSync(path);
      file.exec("PRAGMA busy_timeout = 0");
      return new SignOfLife(file);
    });
  }

  /** Whether it is given now; false: another process, or another one here, gives it. */
  tryGive(): boolean {
    if (this.#isGiven) return true;
    try {
      this.#file.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    return this.#isGiven = true;
  }

  /** Somebody else may give it. */
  end(): void {
    if (!this.#isGiven) return;
    this.#file.exec("ROLLBACK");
    this.#isGiven = false;
  }

  /** Ends it; more than once is as good as once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }
}
