/** Clocks that jump: Debian's libfaketime, loaded into the processes that shall read them. @module */

/** One machine's clock. */
export interface FakeClock {
  /** What a process that reads it has to be started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** From now on it is ahead of (or, below 0, behind) the real one; noticed within a second. */
  set(aheadSeconds: number): Promise<void>;
}

const LIBRARIES = ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`);

/** A clock that is kept in a file; undefined if the library is not there (Debian: libfaketime). */
export async function fakeClock(file: string): Promise<FakeClock | undefined> {
  for (const library of LIBRARIES) {
    if (!await exists(library)) continue;
    const set = (aheadSeconds: number) =>
      Deno.writeTextFile(file, `${aheadSeconds < 0 ? "" : "+"}${aheadSeconds}\n`, { mode: 0o644 });
    await set(0);
    const environment = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: "1",
      // Sleeps and timeouts go on as they should.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
    return { environment, set };
  }
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
