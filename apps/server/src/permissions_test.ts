import assert from "node:assert/strict";
import { type Environment, readConfig } from "./config.ts";
import { startPermissions } from "./permissions.ts";

const PRODUCTION = { DATABASE_URL: "postgres://gatz:hush-hush@db.example/gatz" };

function flagsOf(environment: Environment): Map<string, string> {
  return new Map(
    startPermissions(readConfig(environment)).map((flag) => {
      const [name = "", value = ""] = flag.split("=");
      return [name, value];
    }),
  );
}

Deno.test("[SEC3] the network is where it listens, its databases, and the other nodes, and nothing else", () => {
  assert.equal(flagsOf(PRODUCTION).get("--allow-net"), "127.0.0.1:4000,db.example:5432");
  const many = {
    ...PRODUCTION,
    ...{
      GATZ_HOST: "::1",
      GATZ_PORT: "80",
      GATZ_SERVERS: "a=postgres://u:hush-hush@one:7001/x,b=postgres://u:p@[fd00::2]/x",
    },
    GATZ_NODES: "http://10.0.0.4:4000,https://other.example",
  };
  assert.equal(
    flagsOf(many).get("--allow-net"),
    "[::1]:80,db.example:5432,one:7001,[fd00::2]:5432,10.0.0.4:4000,other.example:443",
  );
  assert.ok(!startPermissions(readConfig(many)).join(" ").includes("hush-hush"));
});

Deno.test("[SEC3] programs, writing and other files are for the embedded database alone", () => {
  const granted = ["--allow-run", "--allow-write", "--allow-sys"];
  const [plain, embedded] = [flagsOf(PRODUCTION), flagsOf({ GATZ_EMBEDDED: "1" })];
  for (const name of granted) assert.deepEqual([plain.has(name), embedded.has(name)], [false, true]);
  assert.equal(plain.get("--allow-read"), "secrets.env");
  assert.ok(![...plain.keys(), ...embedded.keys()].includes("--allow-all"));
});
