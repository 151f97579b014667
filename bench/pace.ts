/** When a load begins and ends, on this process's monotonic clock. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Open loop: calls are due at fixed times whether or not earlier ones were answered, so that waiting is not hidden. `call` gets 0, 1, 2, … */
export async function openLoop({ start, end }: Span, rate: number, call: (n: number) => Promise<void>): Promise<void> {
  const running: Promise<void>[] = [];
  for (let n = 0;; n++) {
    const due = start + (n * 1_000) / rate;
    if (due >= end) break;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    running.push(call(n));
  }
  await Promise.all(running);
}

/** Each of `callers` calls again as soon as it was answered. */
export async function closedLoop({ end }: Span, callers: number, call: (n: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: callers }, async (_, n) => {
    while (performance.now() < end) await call(n);
  }));
}
