/**
 * `deno run -A tests/simulation/mutants/main.ts [--most N] [--only WORDS]`: makes each mistake in a copy of the code, and says after how many
 * histories the simulation finds it. @module
 */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Mutant, MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const COPIED = [
  ...["packages", "apps", "tests/simulation", "tests/support", "tools/oracle", "tools/torture"],
  ...["deno.json", "deno.lock"],
];

const { values } = parseArgs({
  options: { most: { type: "string", default: "500" }, only: { type: "string", default: "" } },
});

/** How the first run ended that broke a law; null: none did. */
async function found(mutant: Mutant, copy: string): Promise<string | null> {
  const file = path.join(copy, mutant.file);
  const whole = await fs.readFile(file, "utf8");
  const parts = whole.split(mutant.find);
  if (parts.length !== 2) throw new Error(`${mutant.file} has ${parts.length - 1} times: ${mutant.find}`);
  await fs.writeFile(file, parts.join(mutant.replace));
  const main = path.join(copy, "tests/simulation/main.ts");
  const args = ["run", "--no-check", "-P", main, "--seed", "1", "--histories", values.most, "--stop"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: copy }).output();
  await fs.writeFile(file, whole);
  const [first, problem] = new TextDecoder().decode(stdout).split("\n");
  return first?.startsWith("seed") ? `${first.split(" ")[1]} ${problem?.trim()}` : null;
}

const copy = await fs.mkdtemp(path.join(tmpdir(), "gatz-mutants-"));
try {
  for (const part of COPIED) await fs.cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  await fs.symlink(path.join(ROOT, "node_modules"), path.join(copy, "node_modules"));
  for (const mutant of MUTANTS.filter(({ mistake }) => mistake.includes(values.only))) {
    const how = await found(mutant, copy);
    console.log(`${mutant.mistake}\n  ${how === null ? `NOT FOUND in ${values.most}` : `seed ${how}`}`);
  }
} finally {
  await fs.rm(copy, { recursive: true });
}
