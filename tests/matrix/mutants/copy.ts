/** A copy of the code, in which guards are taken away one at a time. @module */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { edited, type Mutant } from "./mutant.ts";

const COPIED = ["packages", "apps", "tests/matrix", "tests/support", "deno.json", "deno.lock"];

export interface CasesRun {
  /** The names of those that failed. */
  readonly failed: readonly string[];
  readonly passed: number;
}

export interface CodeCopy extends AsyncDisposable {
  /** Runs the cases of a mutant's rows in the copy with its edits. The test servers' addresses are taken from the environment. */
  casesUnder(mutant: Mutant): Promise<CasesRun>;
}

export async function copyOfTheCode(root: string): Promise<CodeCopy> {
  const copy = await fs.mkdtemp(path.join(tmpdir(), "gatz-guards-"));
  for (const part of COPIED) await fs.cp(path.join(root, part), path.join(copy, part), { recursive: true });
  await fs.symlink(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  return {
    async casesUnder({ guard, rows, edits }) {
      if (rows.length === 0) throw new Error(`${guard}: no case is about it`);
      const originals = new Map<string, string>();
      try {
        for (const edit of edits) {
          const place = path.join(copy, edit.file);
          const text = await fs.readFile(place, "utf8");
          if (!originals.has(place)) originals.set(place, text);
          await fs.writeFile(place, edited(text, edit));
        }
        return await runCases(copy, rows.map(({ name }) => name));
      } finally {
        for (const [place, text] of originals) await fs.writeFile(place, text);
      }
    },
    [Symbol.asyncDispose]: () => fs.rm(copy, { recursive: true }),
  };
}

async function runCases(copy: string, rows: readonly string[]): Promise<CasesRun> {
  const filter = `/^matrix: (${rows.map(escaped).join("|")}), /`;
  const args = ["test", "--no-check", "-P", "--filter", filter, "tests/matrix/matrix_test.ts"];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: copy, env: { NO_COLOR: "1" } })
    .output();
  const text = new TextDecoder().decode(stdout);
  const results = [...text.matchAll(/^(matrix: .*?) \.\.\. (ok|FAILED)/gm)];
  const failed = results.flatMap(([, name, result]) => result === "FAILED" ? [name!] : []); // the pattern has both
  const passed = results.length - failed.length;
  // Whoever lets everybody through still serves: all failing would be code that does not run.
  if (passed === 0) throw new Error(`nothing passes: ${text}\n${new TextDecoder().decode(stderr)}`);
  return { failed, passed };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
