import { SingleBar } from "cli-progress";

export interface Progress {
  add(events: number): void;
  stop(): void;
}

const LINE_EVERY_MS = 5_000;

/** On standard error: a bar if that is a terminal, else a line every five seconds. */
export function startProgress(total: number): Progress {
  return Deno.stderr.isTerminal() ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  const shown = new SingleBar({
    format: "  {bar} {percentage} %  {value} of {total} events  {duration_formatted}, {eta_formatted} to go",
    etaBuffer: 2_000,
  });
  shown.start(total, 0);
  return { add: (events) => shown.increment(events), stop: () => shown.stop() };
}

function lines(total: number): Progress {
  const began = performance.now();
  let value = 0;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    console.error(`  ${value} of ${total} events, ${seconds} s`);
  }, LINE_EVERY_MS);
  return { add: (events) => value += events, stop: () => clearInterval(timer) };
}

/** The same for who says how far it is: one bar a phase. */
export function countingProgress() {
  let shown: { phase: string; done: number; bar: Progress } | undefined;
  const stop = () => shown?.bar.stop();
  return {
    tell({ phase = "", events, total }: { phase?: string; events: number; total: number }): void {
      if (shown?.phase !== phase) {
        stop();
        shown = { phase, done: 0, bar: startProgress(total) };
      }
      shown.bar.add(events - shown.done);
      shown.done = events;
    },
    stop,
  };
}
