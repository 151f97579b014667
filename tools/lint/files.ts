/** A file has one subject: its name says which, and it is short. @module */
import { fileOf } from "./file.ts";

const NAMELESS: ReadonlySet<string> = new Set(["util", "utils", "helper", "helpers", "manager", "common", "misc"]);
const MAX_LINES = 350;

export const fileName: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const words = fileOf(context).split("/").flatMap((part) => part.split(/[._-]/));
        const nameless = words.find((word) => NAMELESS.has(word.toLowerCase()));
        if (nameless !== undefined) {
          context.report({ node, message: `"${nameless}" says nothing: name the file after its subject` });
        }
      },
    };
  },
};

export const fileLength: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const lines = context.sourceCode.text.trimEnd().split("\n").length;
        if (lines > MAX_LINES) {
          context.report({ node, message: `${lines} lines, more than ${MAX_LINES}: split the file by subject` });
        }
      },
    };
  },
};
