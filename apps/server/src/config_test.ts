import assert from "node:assert/strict";
import { ConfigError, type Environment, readConfig } from "./config.ts";

const PRODUCTION = { DATABASE_URL: "postgres://gatz:hush-hush@db.example:5432/gatz" };

function problemsOf(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

Deno.test("without anything set, development has the documented defaults and the embedded database", () => {
  const config = readConfig({}, { GATZ_DEV: "1" });
  assert.deepEqual(
    { ...config, limits: undefined },
    {
      ...{ dev: true, host: "127.0.0.1", port: 4000, origins: [], dataFolder: ".gatz", embedded: true },
      ...{
        databaseUrl: undefined,
        servers: {},
        shards: 16,
        nodeUrl: undefined,
        nodes: [],
        trustedProxies: [],
        placement: "inviter",
        tracing: false,
        logLevel: "warning",
        logFormat: "text",
        limits: undefined,
      },
    },
  );
  assert.equal(config.limits.textCodePoints, 10_000);
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.limits));
});

Deno.test("DATABASE_URL takes the place of the embedded database, in development and in production", () => {
  assert.equal(readConfig(PRODUCTION, { GATZ_DEV: "1" }).embedded, false);
  assert.equal(readConfig(PRODUCTION).databaseUrl, PRODUCTION.DATABASE_URL);
});

Deno.test("production without a database says how to get one", () => {
  assert.match(problemsOf({}), /DATABASE_URL is not set.*GATZ_EMBEDDED=1/);
  assert.equal(readConfig({ GATZ_EMBEDDED: "1" }).embedded, true);
});

Deno.test("development listens on loopback only", () => {
  for (const host of ["127.0.0.1 --allow-all", "127.0.0.1,evil.example", "$(id)", "a\tb"]) {
    assert.match(problemsOf({ GATZ_DEV: "1", GATZ_HOST: host }), /GATZ_HOST must be one address/);
  }
  assert.match(problemsOf({ GATZ_DEV: "1", GATZ_HOST: "0.0.0.0" }), /GATZ_HOST must be 127\.0\.0\.1/);
  assert.equal(readConfig({ GATZ_DEV: "1", GATZ_HOST: "::1" }).host, "::1");
});

Deno.test("servers, origins and limits are lists", () => {
  const config = readConfig({
    ...PRODUCTION,
    GATZ_SERVERS: "east=postgres://u:p=1@east/gatz, west=postgres://u:p@west/gatz",
    GATZ_ORIGINS: "https://chat.example.org,http://localhost:3000",
    GATZ_LIMITS: "beatMs=500,textBytes=1024",
  });
  assert.deepEqual(config.servers, { east: "postgres://u:p=1@east/gatz", west: "postgres://u:p@west/gatz" });
  assert.deepEqual(config.origins, ["https://chat.example.org", "http://localhost:3000"]);
  assert.deepEqual([config.limits.beatMs, config.limits.textBytes, config.limits.attachments], [500, 1024, 10]);
});

Deno.test("[SEC2] limits are lifted for load by name, and only those of rates and counts", () => {
  const config = readConfig({ ...PRODUCTION, GATZ_LIMITS: "lifted-for-load,sendsBurst=5" });
  const { callsPerMinute, connectionsPerAddress, sendsBurst, frameBytes } = config.limits;
  assert.ok(callsPerMinute > 1e6 && connectionsPerAddress > 1e6);
  assert.deepEqual([sendsBurst, frameBytes], [5, 64 * 1024]);
});

Deno.test("[SEC2] trusted proxies are addresses and networks", () => {
  const config = readConfig({ ...PRODUCTION, GATZ_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8,2001:db8::/32" });
  assert.deepEqual(config.trustedProxies.map(([, bits]) => bits), [32, 8, 32]);
  for (const text of ["localhost", "10.0.0.0/33", "10.0.0/8x"]) {
    assert.match(problemsOf({ ...PRODUCTION, GATZ_TRUSTED_PROXIES: text }), /^GATZ_TRUSTED_PROXIES holds/, text);
  }
});

Deno.test("each malformed variable is named, all at once, and no value is repeated", () => {
  const malformed: Environment = {
    GATZ_DEV: "yes",
    GATZ_PORT: "70000",
    GATZ_SHARDS: "0",
    GATZ_ORIGINS: "chat.example.org/hush-hush",
    GATZ_SERVERS: "hush-hush",
    GATZ_LIMITS: "beatMs=-1",
    DATABASE_URL: "hush-hush",
  };
  const message = problemsOf(malformed);
  for (const name of Object.keys(malformed)) assert.match(message, new RegExp(`^${name} `, "m"));
  assert.doesNotMatch(message, /hush/);
});

for (const text of ["nosuch=1", "beatMs", "beatMs=0", "beatMs=1.5", "beatMs=x"]) {
  Deno.test(`GATZ_LIMITS refuses ${text}`, () => {
    assert.match(problemsOf({ ...PRODUCTION, GATZ_LIMITS: text }), /^GATZ_LIMITS holds/);
  });
}

for (const url of ["mysql://u:p@h/d", "postgres://", "postgres://host", "postgres://host/"]) {
  Deno.test(`DATABASE_URL refuses ${url}`, () => {
    assert.match(problemsOf({ DATABASE_URL: url }), /^DATABASE_URL must look like/);
  });
}
