/** Layer boundaries, import by import, in the editor. The whole graph is checked by tools/layers.ts. @module */
import { layerOf, refusal } from "../layering.ts";
import { fileOf } from "./file.ts";

export const layers: Deno.lint.Rule = {
  create(context) {
    const file = fileOf(context);
    const layer = layerOf(file);
    if (layer === undefined) return {};
    const check = (node: Deno.lint.Node, specifier: string, typeOnly: boolean) => {
      const message = refusal(layer, { specifier, typeOnly }, file);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration(node) {
        const allTypes = node.specifiers.length > 0 &&
          node.specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
        check(node, node.source.value, node.importKind === "type" || allTypes);
      },
      ExportNamedDeclaration(node) {
        if (node.source !== null) check(node, node.source.value, node.exportKind === "type");
      },
      ExportAllDeclaration(node) {
        check(node, node.source.value, node.exportKind === "type");
      },
      ImportExpression(node) {
        if (node.source.type === "Literal" && typeof node.source.value === "string") {
          check(node, node.source.value, false);
        }
      },
    };
  },
};
