/** What the harness and the process of an app say to each other: one JSON object a line, over its standard input and output. @module */
import type { AppOutcome, NotedCan, NotedState } from "../history/app_record.ts";
import type { NotedMessage, NotedRow } from "../history/record.ts";

/** What an app is told to do. It does one after the other, in the order said. */
export type Command =
  /** The event that its user wants; `stream` null: to begin one. */
  | {
    readonly do: "act";
    readonly op: number;
    readonly stream: string | null;
    readonly type: string;
    readonly body: Readonly<Record<string, unknown>>;
  }
  /** Shows a discussion, from now on whenever it changes. */
  | { readonly do: "open"; readonly stream: string }
  | { readonly do: "release"; readonly stream: string }
  /** Shows more of the past of one that is open. */
  | { readonly do: "older"; readonly stream: string }
  | { readonly do: "mark"; readonly stream: string; readonly seq: number; readonly isUnread: boolean }
  /** Waits until it is current, and every draft has its outcome. */
  | { readonly do: "rest" }
  /** Shows all that there is, whole. */
  | { readonly do: "tell" }
  | { readonly do: "close" };

export type Report =
  | { readonly say: "ready" }
  | { readonly say: "made"; readonly op: number; readonly id: string; readonly stream: string }
  | { readonly say: "stored"; readonly id: string }
  | { readonly say: "outcome"; readonly id: string; readonly outcome: AppOutcome }
  | ({ readonly say: "shows" } & Showing)
  | ({ readonly say: "state"; readonly stream: string } & NotedState)
  | ({ readonly say: "can"; readonly stream: string } & NotedCan)
  /** What has changed in its list. */
  | {
    readonly say: "rows";
    readonly incarnation: string;
    readonly rows: readonly Pick<NotedRow, "stream" | "head" | "preview">[];
  }
  | { readonly say: "list"; readonly rows: readonly NotedRow[] }
  /** It has come to rest, or waited in vain: the drafts that it still holds. */
  | { readonly say: "rests"; readonly pending: readonly string[]; readonly status: string }
  /** The end of what was to be told. */
  | { readonly say: "told" };

/** A discussion as it is shown. */
export interface Showing {
  readonly stream: string;
  readonly incarnation: string;
  readonly head: number;
  readonly limit: number;
  readonly messages: readonly NotedMessage[];
  readonly isMixed: boolean;
}

/** How the process is started: its only argument, as JSON. */
export interface AppSettings {
  /** Several addresses of one installation. */
  readonly urls: readonly string[];
  readonly token: string;
  /** Null: in memory. */
  readonly storeFile: string | null;
}
