/** The package.json of what is packed. @module */
import type { Member } from "./workspace.ts";

export interface Described {
  readonly member: Member;
  /** By the key of `exports`: the name of its files in `dist`. */
  readonly files: ReadonlyMap<string, string>;
  /** By name: exact versions. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export function manifest({ member, files, dependencies }: Described) {
  if (member.version === undefined) throw new Error(`${member.folder}/deno.json has no version`);
  const exports = [...files].map(([key, name]) => [key, {
    types: `./dist/${name}.d.ts`,
    default: `./dist/${name}.js`,
  }]);
  return {
    name: member.name,
    version: member.version,
    description:
      "The client of gatz, a chat backend: typed from its router, offline first, never wrong about what it shows",
    license: "Apache-2.0",
    type: "module",
    exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" },
    files: ["dist"],
    sideEffects: false,
    engines: { node: ">=22" },
    dependencies,
  };
}

/** The libraries that files import (`@trpc/server/observable` is one of `@trpc/server`), with the versions that members name. */
export function dependenciesOf(texts: readonly string[], members: readonly Member[]): Record<string, string> {
  const imported = texts.flatMap((text) => [...text.matchAll(/(?:\bfrom |\bimport |\bimport\()"(@?[\w-][\w./-]*)"/g)])
    .map((match) => match[1]!);
  const names = new Set(imported.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]));
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = members.map(({ packages }) => packages.get(name)).find((found) => found !== undefined);
      if (version === undefined) throw new Error(`no member names a version of ${name}`);
      return [name, version];
    }),
  );
}
