/** The code in README.md, for tests that run it. @module */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** The blocks of one language in a page, which is named from the root. */
export async function blocks(language: string, page = "README.md"): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n(.*?)^\`\`\``, "gms"))].map((match) => match[1]!);
}

/** What the typed example prints at its end. */
export const EXAMPLE_SAYS = /^accepted \[ ?["']?Twelve, at the usual place["']? ?\]$/m;

/** The typed example, as it would be written for another server. */
export async function exampleFor(url: string): Promise<string> {
  const [example] = await blocks("ts");
  const address = /"http:\/\/127\.0\.0\.1:4000"/g;
  assert.equal(example?.match(address)?.length, 1, "the README's typed example names the server's address once");
  return example!.replace(address, JSON.stringify(url));
}
