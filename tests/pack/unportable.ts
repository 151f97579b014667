/** What runs in this repository's Deno, but not everywhere where the client does. @module */

const SIGNS = [
  ...[/\.toHex\(/, /\.toBase64\(/, /\bfrom(?:Hex|Base64)\(/, /\.getOrInsert(?:Computed)?\(/],
  ...[/\bDeno\./, /\bBuffer\./, /\brequire\(/, /\b__dirname\b/],
  /\b(?:await )?using \w+ =/,
];

/** The lines that are no comments and show one of the signs. */
export function unportable(code: string): string[] {
  return code.split("\n").map((line) => line.trim())
    .filter((line) => !/^(\/\/|\/\*|\*)/.test(line) && SIGNS.some((sign) => sign.test(line)));
}
