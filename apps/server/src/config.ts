/** The one table of configuration: every environment variable, its meaning and default; read once, checked, frozen. @module */
import { z } from "zod";
import { type Network, parseNetwork } from "./auth/proxies.ts";
import { limitProblems } from "./limit_bounds.ts";
import { ALL_DEFAULT_LIMITS, isLimit, type Limits, PRESETS } from "./limits.ts";
import type { PlacementPolicy } from "./placement/newcomers.ts";

/** The environment as it was at the start: names to values. */
export type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];
const MAX_SHARDS = 4096;

const flag = z.enum(["0", "1"], "must be 0 or 1").transform((text) => text === "1");
const integer = (min: number, max: number) =>
  z.string().regex(/^\d+$/, "must be a whole number").transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);
const postgresUrl = z.string().refine(isPostgresUrl, "must look like postgres://user:password@host:port/database");

/** Name → how it is read, what it means, and what holds without it. */
export const VARIABLES = {
  GATZ_DEV: {
    meaning: "1: development. Anyone on this machine can sign in as anyone (auth.devSignIn), so only on loopback.",
    default: "0",
    schema: flag,
  },
  GATZ_HOST: {
    meaning: "The address to listen on.",
    default: "127.0.0.1",
    // It becomes a part of the flags that the server is started with.
    schema: z.string().regex(/^[\w.:-]+$/, "must be one address or name, such as 127.0.0.1, :: or localhost"),
  },
  GATZ_PORT: { meaning: "The port to listen on; 0 takes a free one.", default: "4000", schema: integer(0, 65_535) },
  GATZ_ORIGINS: {
    meaning: "Other origins whose pages may call the API, comma-separated. In development any port of localhost may.",
    default: "",
    schema: list(z.string().refine(isOrigin, "must be a list of origins such as https://chat.example.org")),
  },
  GATZ_NODE_URL: {
    meaning: "Where other nodes of the same installation reach this one, such as http://10.0.0.3:4000. " +
      "Default: the address it listens on, unless that is all of them.",
    default: undefined,
    schema: z.string().refine(isOrigin, "must be an origin such as http://10.0.0.3:4000").optional(),
  },
  GATZ_NODES: {
    meaning:
      "The other nodes of the installation (their GATZ_NODE_URL), comma-separated: in production a node may connect to " +
      "no others.",
    default: "",
    schema: list(z.string().refine(isOrigin, "must be a list of origins such as http://10.0.0.4:4000")),
  },
  GATZ_TRUSTED_PROXIES: {
    meaning:
      "Addresses and networks of proxies whose X-Forwarded-For is believed, comma-separated, such as 127.0.0.1,10.0.0.0/8.",
    default: "",
    schema: list(z.string()).transform(toNetworks),
  },
  GATZ_DATA: {
    meaning: "The folder of the embedded database and the development secrets.",
    default: ".gatz",
    schema: z.string().min(1),
  },
  GATZ_EMBEDDED: {
    meaning: "1: use the embedded PostgreSQL in production too. Development does whenever DATABASE_URL is not set.",
    default: "0",
    schema: flag,
  },
  DATABASE_URL: {
    meaning: "The PostgreSQL database with the directory, and with the shards unless GATZ_SERVERS says otherwise.",
    default: undefined,
    schema: postgresUrl.optional(),
  },
  GATZ_SERVERS: {
    meaning: "Databases that new shards are spread over, as name=url,name=url.",
    default: "",
    schema: list(z.string().regex(/^[a-z][a-z0-9-]*=/, "must be a list of name=url")).transform(toServers).pipe(
      z.record(z.string(), postgresUrl),
    ),
  },
  GATZ_SHARDS: {
    meaning: "How many shards there are. The number may grow, never shrink.",
    default: "16",
    schema: integer(1, MAX_SHARDS),
  },
  GATZ_PLACEMENT: {
    meaning:
      "Where a newcomer's groups and discussions begin. inviter: where those of whoever brought them into their " +
      "first group do; own: on the shard that their id names.",
    default: "inviter",
    schema: z.enum(["inviter", "own"], "must be inviter or own"),
  },
  OTEL_DENO: {
    meaning:
      "true: traces of calls, by Deno's OpenTelemetry; where to is said by its own variables (OTEL_EXPORTER_OTLP_ENDPOINT).",
    default: "false",
    schema: z.enum(["true", "false"], "must be true or false").transform((text) => text === "true"),
  },
  GATZ_LOG_LEVEL: {
    meaning:
      "The least that is logged: debug (every call), info, warning or error. Default: info, in development warning.",
    default: undefined,
    schema: z.enum(["debug", "info", "warning", "error"]).optional(),
  },
  GATZ_LOG_FORMAT: {
    meaning: "json: one object a line; or text, for people. Default: json, in development text.",
    default: undefined,
    schema: z.enum(["json", "text"]).optional(),
  },
  GATZ_LIMITS: {
    meaning: `Changes to the table of limits (docs/limits.md), as name=number,name=number; or ${Object.keys(PRESETS)}.`,
    default: "",
    schema: list(z.string()).transform(toLimits),
  },
} as const;

type VariableName = keyof typeof VARIABLES;

/** What the server runs with. Holds database passwords, so it is never logged. */
export interface Config {
  readonly dev: boolean;
  readonly host: string;
  readonly port: number;
  readonly origins: readonly string[];
  readonly nodeUrl: string | undefined;
  readonly nodes: readonly string[];
  readonly trustedProxies: readonly Network[];
  readonly dataFolder: string;
  /** Whether the database is the embedded one. */
  readonly embedded: boolean;
  readonly databaseUrl: string | undefined;
  /** By name; empty: all shards are in the directory's database. */
  readonly servers: Readonly<Record<string, string>>;
  readonly shards: number;
  readonly placement: PlacementPolicy;
  /** Whether calls are traced. */
  readonly tracing: boolean;
  readonly logLevel: "debug" | "info" | "warning" | "error";
  readonly logFormat: "json" | "text";
  readonly limits: Readonly<Limits>;
}

/** The environment holds something that can't be meant; the message names each variable, never its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * @param overrides what the entry point decides itself, such as `{ GATZ_DEV: "1" }` for development
 * @throws {ConfigError}
 */
export function readConfig(environment: Environment, overrides: Environment = {}): Config {
  const problems: string[] = [];
  const read = <N extends VariableName>(name: N): z.output<(typeof VARIABLES)[N]["schema"]> => {
    const variable = VARIABLES[name];
    const text = overrides[name] ?? (environment[name] || variable.default);
    const parsed = variable.schema.safeParse(text);
    // The value's type follows from the schema beside the name; TypeScript can't see that through the table.
    if (parsed.success) return parsed.data as z.output<(typeof VARIABLES)[N]["schema"]>;
    problems.push(`${name} ${parsed.error.issues[0]?.message ?? "is malformed"}. ${variable.meaning}`);
    return undefined as never;
  };
  const dev = read("GATZ_DEV");
  const host = read("GATZ_HOST");
  const databaseUrl = read("DATABASE_URL");
  const embedded = databaseUrl === undefined && (dev || read("GATZ_EMBEDDED"));
  const config: Config = {
    ...{ dev, host, databaseUrl, embedded },
    port: read("GATZ_PORT"),
    origins: Object.freeze(read("GATZ_ORIGINS")),
    nodeUrl: read("GATZ_NODE_URL"),
    nodes: Object.freeze(read("GATZ_NODES")),
    trustedProxies: Object.freeze(read("GATZ_TRUSTED_PROXIES")),
    dataFolder: read("GATZ_DATA"),
    servers: Object.freeze(read("GATZ_SERVERS")),
    shards: read("GATZ_SHARDS"),
    placement: read("GATZ_PLACEMENT"),
    tracing: read("OTEL_DENO"),
    logLevel: read("GATZ_LOG_LEVEL") ?? (dev ? "warning" : "info"),
    logFormat: read("GATZ_LOG_FORMAT") ?? (dev ? "text" : "json"),
    limits: Object.freeze({ ...ALL_DEFAULT_LIMITS, ...read("GATZ_LIMITS") }),
  };
  problems.push(...limitProblems(config.limits).map((problem) => `GATZ_LIMITS ${problem}`));
  if (dev && !LOOPBACK.includes(host)) {
    problems.push(
      `GATZ_HOST must be ${LOOPBACK[0]} in development: anyone who reaches the server can sign in as anyone.`,
    );
  }
  if (!dev && !embedded && databaseUrl === undefined) {
    problems.push("DATABASE_URL is not set. Set it, or GATZ_EMBEDDED=1 for the embedded PostgreSQL.");
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return Object.freeze(config);
}

/** What the process was started with, of the variables that gatz knows. */
export function processEnvironment(names: readonly string[] = Object.keys(VARIABLES)): Environment {
  return Object.fromEntries(names.map((name) => [name, Deno.env.get(name)]));
}

function list<T extends z.ZodType<unknown, string>>(item: T) {
  return z.string().transform((text) => text.split(",").map((part) => part.trim()).filter((part) => part !== ""))
    .pipe(z.array(item));
}

function toServers(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

function toLimits(pairs: readonly string[], context: z.RefinementCtx<string[]>): Partial<Limits> {
  const limits: { -readonly [Name in keyof Limits]?: number } = {};
  for (const pair of pairs) {
    const [name = "", number = ""] = pair.split("=");
    if (Object.hasOwn(PRESETS, pair)) Object.assign(limits, PRESETS[pair]);
    else if (isLimit(name) && /^[1-9]\d*$/.test(number)) limits[name] = Number(number);
    else context.addIssue({ code: "custom", message: `holds "${name}", which is no limit with a number above 0` });
  }
  return limits;
}

function toNetworks(texts: readonly string[], context: z.RefinementCtx<string[]>): Network[] {
  return texts.flatMap((text) => {
    const network = parseNetwork(text);
    if (network !== null) return [network];
    context.addIssue({ code: "custom", message: `holds "${text}", which is no address and no network` });
    return [];
  });
}

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ["postgres:", "postgresql:"].includes(url.protocol) && url.hostname !== "" &&
    url.pathname.length > 1;
}

function isOrigin(text: string): boolean {
  return URL.parse(text)?.origin === text;
}
