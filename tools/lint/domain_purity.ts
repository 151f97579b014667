/** [LOG8] The domain does no I/O, reads no clock and makes no random number. @module */
import { isTest } from "../layering.ts";
import { fileOf } from "./file.ts";

const FOLDER = "packages/domain/";

/** Names that reach the world, wherever they are used as a value. */
const WORLD: ReadonlySet<string> = new Set([
  ...["Deno", "process", "globalThis", "self", "window", "crypto", "performance", "fetch", "console", "navigator"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestAnimationFrame"],
  ...["WebSocket", "EventSource", "XMLHttpRequest", "localStorage", "sessionStorage", "prompt", "alert", "confirm"],
]);

/** What differs from machine to machine. */
const LOCAL: ReadonlySet<string> = new Set([
  ...["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "toLocaleLowerCase", "toLocaleUpperCase"],
  ...["localeCompare", "getTimezoneOffset"],
]);

export const domainPurity: Deno.lint.Rule = {
  create(context) {
    const file = fileOf(context);
    if (!file.startsWith(FOLDER) || isTest(file)) return {};
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({ node, message: `${what} in the domain: pass it in instead (LOG8)` });
    return {
      Identifier(node) {
        if (WORLD.has(node.name) && isReference(node)) report(node, node.name);
      },
      MemberExpression(node) {
        if (node.property.type !== "Identifier") return;
        const name = node.property.name;
        const object = node.object.type === "Identifier" ? node.object.name : "";
        if (object === "Math" && name === "random") report(node, "Math.random");
        if (object === "Date" && name === "now") report(node, "Date.now");
        if (LOCAL.has(name)) report(node, name);
      },
      NewExpression(node) {
        if (isDate(node.callee) && node.arguments.length === 0) report(node, "the clock");
      },
      CallExpression(node) {
        if (isDate(node.callee)) report(node, "the clock");
      },
    };
  },
};

function isDate(node: Deno.lint.Node): boolean {
  return node.type === "Identifier" && node.name === "Date";
}

/** Whether the name stands for the global thing, and is not a property, a key or a type of the same name. */
function isReference(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.value === node && !parent.shorthand || parent.shorthand;
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSQualifiedName":
    case "TSTypeReference":
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "LabeledStatement":
      return false;
    default:
      return true;
  }
}
