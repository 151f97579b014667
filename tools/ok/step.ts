export interface StepResult {
  readonly success: boolean;
  readonly seconds: number;
  /** What it wrote to its standard output, which was shown too. */
  readonly output: string;
}

/** Runs this very deno with the arguments, from the root of the checkout. */
export async function run(args: readonly string[]): Promise<StepResult> {
  const begun = performance.now();
  let { status, output } = await runOnce(args);
  // deno 2.9.6 now and then dies of a memory fault while it takes a lint plugin down (1 run in 25 here): not a finding.
  if (status.signal === "SIGSEGV") {
    console.log("deno crashed (SIGSEGV), once more:");
    ({ status, output } = await runOnce(args));
  }
  return { success: status.success, seconds: (performance.now() - begun) / 1000, output };
}

async function runOnce(args: readonly string[]): Promise<{ status: Deno.CommandStatus; output: string }> {
  const child = new Deno.Command(Deno.execPath(), { args: [...args], stdin: "null", stdout: "piped" }).spawn();
  const [shown, kept] = child.stdout.tee();
  const [output, status] = await Promise.all([
    new Response(kept).text(),
    child.status,
    shown.pipeTo(Deno.stdout.writable, { preventClose: true }),
  ]);
  return { status, output };
}
