/** One postgres.js client over one connection that is never made again: see {@link openClient}. @module */
import * as net from "node:net";
import postgres from "postgres";
import { plainArray, quotedArray } from "./arrays.ts";
import { LaneLost } from "./errors.ts";
import type { PostgresTypes } from "./queryable.ts";

/** By which a server's sessions of nodes are told from those of tools. */
export const NODE_APPLICATION = "gatz";

export type Sql = postgres.Sql<PostgresTypes>;

/** Session parameters, by their names in Postgres; sent when connecting. */
export type SessionSettings = Readonly<Record<string, string | number>>;

export interface ClientOptions {
  url: string;
  settings: SessionSettings;
  connectMs: number;
  onClose: () => void;
}

export interface Client {
  readonly sql: Sql;
  /** Ends the connection at once, whatever is under way. */
  destroy(): void;
  /** Where it is connected to, for a cancel request. */
  address(): net.NetConnectOpts | undefined;
}

// What postgres.js hands to its `socket` option of what it parsed from the URL.
interface ParsedTarget {
  host: readonly string[];
  port: readonly number[];
  path: string | false;
}

/** Arrays by their type's number in Postgres's catalogue, which never changes: int2, int4, int8, uuid, and text (which is never read). */
const ARRAY_TYPES = {
  smallints: arrayType(1005, { write: plainArray, read: numbersOf }),
  ints: arrayType(1007, { write: plainArray, read: numbersOf }),
  bigints: arrayType(1016, { write: plainArray, read: numbersOf }),
  uuids: arrayType(2951, { write: plainArray, read: partsOf }),
  texts: arrayType(1009, { write: quotedArray }),
};

/** How values of JavaScript and of Postgres become each other, without asking the server for its types. */
export const TYPES: { bigint: postgres.PostgresType<number> } = {
  bigint: { to: 20, from: [20], parse: Number, serialize: String },
  ...ARRAY_TYPES,
};

interface ArrayForm<T> {
  readonly write: (values: readonly T[]) => string;
  readonly read?: (text: string) => unknown;
}

/** What is text already was made by arrays.ts. */
function arrayType<T>(oid: number, { write, read }: ArrayForm<T>) {
  const serialize = (values: unknown) => Array.isArray(values) ? write(values as readonly T[]) : values;
  return { to: oid, from: read === undefined ? [] : [oid], serialize, parse: read ?? String };
}

function partsOf(text: string): string[] {
  return text === "{}" ? [] : text.slice(1, -1).split(",");
}

function numbersOf(text: string): number[] {
  return partsOf(text).map(Number);
}

/**
 * postgres.js reconnects by itself, and then sends what still waits in its queue: the rest of a transaction would run outside of it. So
 * the socket is made here, and once only: after the connection is lost every statement fails, and the caller opens a new client.
 */
export function openClient({ url, settings, connectMs, onClose }: ClientOptions): Client {
  let socket: net.Socket | undefined;
  let address: net.NetConnectOpts | undefined;
  const options = {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: Math.ceil(connectMs / 1000),
    types: TYPES,
    // It would ask for array types by a query whose promise nobody holds: a connection lost meanwhile would end the process.
    fetch_types: false,
    connection: { application_name: NODE_APPLICATION, ...settings },
    onnotice: () => {},
    onclose: onClose,
    // Not in the library's types; see createSocket in its connection.js.
    socket: (target: ParsedTarget) => {
      if (socket) throw new LaneLost("the connection was lost");
      address = target.path
        ? { path: target.path }
        : { host: target.host[0] ?? "localhost", port: target.port[0] ?? 5432 };
      socket = net.connect({ ...address, noDelay: true, keepAlive: true });
      return connected(socket, connectMs);
    },
  };
  const sql: Sql = postgres(url, options);
  return {
    sql,
    address: () => address,
    destroy: () => {
      socket?.destroy();
      void sql.end({ timeout: 0 });
    },
  };
}

function connected(socket: net.Socket, connectMs: number): Promise<net.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<net.Socket>();
  const timer = setTimeout(() => socket.destroy(new LaneLost("no connection in time")), connectMs);
  socket.once("connect", () => resolve(socket));
  socket.once("error", reject);
  socket.once("close", () => reject(new LaneLost("closed while connecting")));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.removeAllListeners();
  });
}
