/** A test file that needs more than plain `deno test` allows asks with a function of tests/support: by its name the gate knows which do. @module */
import { fileOf } from "./file.ts";

export const asking: Deno.lint.Rule = {
  create(context) {
    if (!/_test\.tsx?$/.test(fileOf(context))) return {};
    return {
      MemberExpression(node) {
        const { object, property } = node;
        if (object.type !== "Identifier" || object.name !== "Deno") return;
        if (property.type !== "Identifier" || property.name !== "permissions") return;
        context.report({ node, message: "ask with needsPermission (tests/support/permission.ts)" });
      },
    };
  },
};
