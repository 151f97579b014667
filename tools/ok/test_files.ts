/** Which tests run where: the gate runs each once. @module */
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";

const ROOT = path.join(import.meta.dirname ?? ".", "..", "..");
/** The names that `deno test` goes by, and the folders that it leaves out. */
const NAME = /^(.*[._])?test\.[cm]?[jt]sx?$/;
const ELSEWHERE: ReadonlySet<string> = new Set(["node_modules", ".gatz", ".git"]);
/** How a test file asks for what plain `deno test` does not give (tests/support); the lint plugin knows no other way. */
const ASKS = /\bneeds[A-Z]\w*\(import\.meta\.url/;
/** How `deno test --parallel` begins the line of a test. */
const TESTED = /^\.\/(\S+) => /gm;

export interface TestFiles {
  /** Those that plain `deno test` runs, without a permission. */
  readonly pure: readonly string[];
  /** Those that need more: all others. */
  readonly needing: readonly string[];
}

/** All test files, from the root of the checkout, sorted. */
export async function testFiles(): Promise<TestFiles> {
  const found: { pure: string[]; needing: string[] } = { pure: [], needing: [] };
  for (const file of (await Array.fromAsync(filesIn(ROOT))).sort()) {
    (needsMore(await Deno.readTextFile(file)) ? found.needing : found.pure).push(path.relative(ROOT, file));
  }
  return found;
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const place = path.join(folder, name);
    if (isDirectory && !ELSEWHERE.has(name)) yield* filesIn(place);
    else if (NAME.test(name)) yield place;
  }
}

/** Whether a test file of this content needs more than plain `deno test` gives. */
export function needsMore(source: string): boolean {
  return ASKS.test(source);
}

/** What is wrong by the output of a pure run, which was to run each pure file, and no test of another. */
export function misplaced({ pure, needing }: TestFiles, output: string): string[] {
  const tested = new Set([...stripVTControlCharacters(output).matchAll(TESTED)].flatMap(([, file]) => file ?? []));
  const known = new Set([...pure, ...needing]);
  return [
    ...pure.filter((file) => !tested.has(file)).map((file) => `${file} has no test that runs without permissions`),
    ...needing.filter((file) => tested.has(file)).map((file) =>
      `${file} has tests that run without permissions, and are run again with them`
    ),
    ...[...tested].filter((file) => !known.has(file)).map((file) =>
      `${file} is a test file that the gate does not know`
    ),
  ];
}
