import * as path from "node:path";

const ROOT = path.join(import.meta.dirname ?? ".", "..", "..");

/** The linted file's path from the root, with forward slashes. */
export function fileOf(context: Deno.lint.RuleContext): string {
  return path.relative(ROOT, path.resolve(ROOT, context.filename)).replaceAll("\\", "/");
}
