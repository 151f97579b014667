/** The server under test, as `deno task start` would run it, but with the development sign-in. First line: `{url}`. */
import { processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { startServer } from "../apps/server/src/start.ts";
import { throwawaySecrets } from "./secrets.ts";

const config = readConfig(processEnvironment(), { GATZ_DEV: "1", GATZ_PORT: "0" });
const secrets = throwawaySecrets();
const server = await startServer(config, secrets);
console.log(JSON.stringify({ url: server.url }));
Deno.addSignalListener("SIGTERM", async () => {
  await server.stop();
  Deno.exit(0);
});
