/** Where imports lead while the package is put together. @module */
import type { Plugin } from "rolldown";

/** Whether a specifier leads to a file of the workspace; else it is a library's, or the runtime's own. */
export function isOurs(specifier: string): boolean {
  return specifier.startsWith(".") || specifier.startsWith("/") || specifier.startsWith("@gatz/");
}

/** Finds what members import of each other by name. */
export function memberModules(specifiers: ReadonlyMap<string, string>): Plugin {
  return { name: "member-modules", resolveId: (specifier) => specifiers.get(specifier) };
}
