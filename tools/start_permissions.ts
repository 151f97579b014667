/** Prints the flags that `deno task start` runs the server with, as the environment configures it. @module */
import { ConfigError, processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { permissionsToComplain, startPermissions } from "../apps/server/src/permissions.ts";

function flags(): string[] {
  try {
    return startPermissions(readConfig(processEnvironment()));
  } catch (error) {
    // The server says what is wrong.
    if (error instanceof ConfigError) return permissionsToComplain();
    throw error;
  }
}

console.log(flags().join(" "));
