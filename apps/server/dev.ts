/** `deno task dev`: everything on one machine with nothing set up, and a first look at it. @module */
import { processEnvironment, readConfig } from "./src/config.ts";
import { developmentSecrets } from "./src/dev/secrets.ts";
import { prepareWelcome, welcomeLines } from "./src/dev/welcome.ts";
import { runUntilSignal, startServer } from "./src/start.ts";

async function start() {
  const config = readConfig(processEnvironment(), { GATZ_DEV: "1" });
  const server = await startServer(config, await developmentSecrets(config));
  try {
    const welcome = await prepareWelcome(server.url);
    const seconds = (performance.now() / 1000).toFixed(1);
    const database = config.embedded
      ? `embedded PostgreSQL, data in ${config.dataFolder}`
      : "the PostgreSQL of DATABASE_URL";
    console.log([
      "",
      `  gatz     ${server.url}   (ready in ${seconds} s; ${database})`,
      ...welcomeLines(server.url, welcome),
      "",
      "  Ctrl-C stops everything; deno task reset clears the data.",
      "",
    ].join("\n"));
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

Deno.exit(await runUntilSignal(start));
