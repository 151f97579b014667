/** The least that a production server needs of Deno, for one configuration (SEC3). @module */
import { type Config, VARIABLES } from "./config.ts";
import { SECRET_NAMES } from "./secrets.ts";

/** What libraries read of the environment as they load: postgres its own settings and the user's name. */
const LIBRARIES_READ = ["PG*", "NODE_ENV", "USER", "USERNAME", "LOGNAME"];
const POSTGRES_PORT = "5432";
const HTTP_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Flags of `deno run`. Only with the embedded database may it run programs and write files. */
export function startPermissions(config: Config): string[] {
  return [
    "--no-prompt",
    `--allow-net=${reachable(config).join(",")}`,
    `--allow-env=${[...Object.keys(VARIABLES), ...Object.keys(SECRET_NAMES), ...LIBRARIES_READ].join(",")}`,
    ...(config.embedded
      ? ["--allow-read", "--allow-write", "--allow-run", "--allow-sys"]
      : ["--allow-read=secrets.env"]),
  ];
}

/** Enough to say what is wrong with a configuration that can't be read. */
export function permissionsToComplain(): string[] {
  return ["--no-prompt", `--allow-env=${[...Object.keys(VARIABLES), ...Object.keys(SECRET_NAMES)].join(",")}`];
}

/** Where it listens, the databases, and the other nodes. The embedded one listens on loopback, on a port that is not known before. */
function reachable({ host, port, databaseUrl, servers, nodes, embedded }: Config): string[] {
  const others = nodes.map((url) => new URL(url)).map(({ hostname, port, protocol }) =>
    `${hostname}:${port || HTTP_PORTS[protocol]}`
  );
  const databases = [...(databaseUrl === undefined ? [] : [databaseUrl]), ...Object.values(servers)].map(addressOf);
  return [...new Set([bracketed(host) + ":" + port, ...databases, ...others, ...(embedded ? ["127.0.0.1"] : [])])];
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || POSTGRES_PORT}`;
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
