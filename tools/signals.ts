const NAMES = ["SIGINT", "SIGTERM"] as const;

/** Waits for someone to ask this process to end, in place of ending at once. */
export function untilSignal(): { signal: Promise<Deno.Signal>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<Deno.Signal>();
  const handlers = NAMES.map((name) => ({ name, handle: () => resolve(name) }));
  for (const { name, handle } of handlers) Deno.addSignalListener(name, handle);
  return {
    signal: promise,
    stop: () => handlers.forEach(({ name, handle }) => Deno.removeSignalListener(name, handle)),
  };
}
