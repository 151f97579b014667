export interface StepResult {
  readonly success: boolean;
  readonly seconds: number;
  /** What it wrote to its standard output, which was shown too. */
  readonly output: string;
}

/** How a task tells that what it ran died of one. */
const SEGMENTATION_FAULT = 139;
/** What a step that is told to end has to put things away. */
const ENDING_MS = 20_000;

/** Runs this very deno with the arguments, from the root of the checkout. When `signal` aborts it is told to end, and has failed. */
export async function run(args: readonly string[], { signal }: { signal: AbortSignal }): Promise<StepResult> {
  const begun = performance.now();
  let { status, output } = await runOnce(args, signal);
  // deno 2.9.6 now and then dies of a memory fault while it takes a lint plugin down (1 run in 25 here): not a finding.
  if (status.signal === "SIGSEGV" || status.code === SEGMENTATION_FAULT) {
    console.log("deno crashed (SIGSEGV), once more:");
    ({ status, output } = await runOnce(args, signal));
  }
  return { success: status.success && !signal.aborted, seconds: (performance.now() - begun) / 1000, output };
}

async function runOnce(
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ status: Deno.CommandStatus; output: string }> {
  const child = new Deno.Command(Deno.execPath(), { args: [...args], stdin: "null", stdout: "piped" }).spawn();
  let hasEnded = false;
  let killing: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    if (hasEnded) return;
    child.kill("SIGTERM");
    killing = setTimeout(() => child.kill("SIGKILL"), ENDING_MS);
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  const status = child.status.finally(() => {
    hasEnded = true;
    signal.removeEventListener("abort", end);
    clearTimeout(killing);
  });
  const [shown, kept] = child.stdout.tee();
  const [output] = await Promise.all([
    new Response(kept).text(),
    shown.pipeTo(Deno.stdout.writable, { preventClose: true }),
  ]);
  return { status: await status, output };
}
