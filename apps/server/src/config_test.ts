import assert from "node:assert/strict";
import { LEAST } from "./limit_bounds.ts";
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

Deno.test("[SEC2] limits below which nothing works are refused, by name, and what belongs together is kept apart by none", () => {
  const told = (limits: string) => problemsOf({ ...PRODUCTION, GATZ_LIMITS: limits });
  for (const [name, least] of Object.entries(LEAST)) {
    assert.match(told(`${name}=${least - 1}`), new RegExp(`^GATZ_LIMITS holds ${name}=${least - 1}, .*${least}`, "m"));
  }
  assert.match(told("queueDrafts=99"), /^GATZ_LIMITS holds queueDrafts=99, which must be from 100 to 2147483647\.$/m);
  assert.match(told("beatMs=2147483648"), /^GATZ_LIMITS holds beatMs=2147483648/); // a timer of so long would run at once
  assert.match(told("frameBytes=65535"), /^GATZ_LIMITS makes frameBytes 65535, .* 2 × textBytes \(32768\): a text is/);
  assert.match(told("textBytes=40000"), /^GATZ_LIMITS makes frameBytes/);
  assert.match(told("bodyBytes=8388608"), /^GATZ_LIMITS makes queueBytes/);
  const { limits } = readConfig({ ...PRODUCTION, GATZ_LIMITS: "queueDrafts=100,handleHeldMs=9000000000,textBytes=9" });
  assert.deepEqual([limits.queueDrafts, limits.handleHeldMs], [100, 9_000_000_000]);
});

for (const url of ["mysql://u:p@h/d", "postgres://", "postgres://host", "postgres://host/"]) {
  Deno.test(`DATABASE_URL refuses ${url}`, () => {
    assert.match(problemsOf({ DATABASE_URL: url }), /^DATABASE_URL must look like/);
  });
}
