/** The server under test, as `deno task start` would run it, but with the development sign-in. First line: `{url}`. */
import { processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { readSecrets } from "../apps/server/src/secrets.ts";
import { processSecrets } from "../apps/server/src/secrets_file.ts";
import { startServer } from "../apps/server/src/start.ts";

const config = readConfig(processEnvironment(), { GATZ_DEV: "1", GATZ_LIMITS: "lifted-for-load" });
const server = await startServer(config, readSecrets(processSecrets(), { embedded: false }));
console.log(JSON.stringify({ url: server.url }));
Deno.addSignalListener("SIGTERM", async () => {
  await server.stop();
  Deno.exit(0);
});
