const NAMES = ["SIGINT", "SIGTERM"] as const;

export interface AskedToEnd {
  /** Resolves when someone asks this process to end; it goes on until then. */
  readonly asked: Promise<void>;
  /** Signals end the process at once again, as they do from the second one on. */
  release(): void;
}

/** From now on, SIGINT (Ctrl-C) and SIGTERM do not end this process but resolve `asked`. */
export function untilSignal(): AskedToEnd {
  const { promise, resolve } = Promise.withResolvers<void>();
  const handle = () => {
    release();
    resolve();
  };
  let held = true;
  const release = () => {
    if (held) { for (const name of NAMES) Deno.removeSignalListener(name, handle); }
    held = false;
  };
  for (const name of NAMES) Deno.addSignalListener(name, handle);
  return { asked: promise, release };
}
