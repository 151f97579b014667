/** The house's own lint rules. @module */
import { asking } from "./lint/asking.ts";
import { domainPurity } from "./lint/domain_purity.ts";
import { fileLength, fileName } from "./lint/files.ts";
import { layers } from "./lint/layers.ts";
import { sqlInStorage } from "./lint/sql.ts";

const plugin: Deno.lint.Plugin = {
  name: "gatz",
  rules: {
    "asking": asking,
    "domain-purity": domainPurity,
    "file-length": fileLength,
    "file-name": fileName,
    "layers": layers,
    "sql-in-storage": sqlInStorage,
  },
};

// deno lint takes a plugin by the default export.
export default plugin;
