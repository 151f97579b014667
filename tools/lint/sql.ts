/** SQL is written in packages/storage alone, and for the client's own file (tests, the benchmarks' yardsticks and torture look past it on purpose). @module */
import { isTest, packageOf } from "../layering.ts";
import { fileOf } from "./file.ts";

const DRIVERS: ReadonlySet<string> = new Set(["postgres", "kysely", "kysely-postgres-js"]);
const MAY = ["packages/storage/", "packages/client/src/store/sqlite/", "bench/", "tools/torture/"];
const STATEMENT =
  /^\s*(SELECT\s.+\sFROM|SELECT\s+\w+\(|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS\s*\(|(CREATE|ALTER|DROP)\s+(TABLE|SCHEMA|DATABASE|INDEX|ROLE)|TRUNCATE\s)/is;

export const sqlInStorage: Deno.lint.Rule = {
  create(context) {
    const file = fileOf(context);
    if (MAY.some((folder) => file.startsWith(folder)) || isTest(file)) return {};
    const report = (node: Deno.lint.Node) =>
      context.report({ node, message: "SQL outside packages/storage: give storage a function for it" });
    return {
      ImportDeclaration(node) {
        if (DRIVERS.has(packageOf(node.source.value))) report(node);
      },
      TemplateLiteral(node) {
        if (STATEMENT.test(node.quasis.map((quasi) => quasi.cooked).join(" x "))) report(node);
      },
      Literal(node) {
        if (typeof node.value === "string" && STATEMENT.test(node.value)) report(node);
      },
    };
  },
};
