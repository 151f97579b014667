/**
 * What a run writes down of apps: processes on gatz's own client, which is judged here like a server, by what it says and shows. Times are
 * those of the harness: an act was asked for before `app-asked`, and something was said before it is noted.
 * @module
 */
import type { NotedMessage, NotedRow } from "./record.ts";

/** How a draft of an app ended, as the app was told. */
export type AppOutcome =
  | { readonly kind: "acked"; readonly seq: number; readonly at: number }
  | { readonly kind: "rejected"; readonly code: string };

export type AppRecord =
  /** A process begins. Those that share a store are one user's; what is stored there outlives them. */
  | { readonly k: "app"; readonly t: number; readonly app: string; readonly store: string; readonly user: string }
  /** It was killed, or ended when it was told to: it says nothing more. */
  | { readonly k: "app-over"; readonly t: number; readonly app: string; readonly how: "killed" | "closed" }
  /** It is asked for one event. `op` numbers all that apps are asked for. */
  | {
    readonly k: "app-asked";
    readonly t: number;
    readonly app: string;
    readonly op: number;
    /** Null: the app begins one. */
    readonly stream: string | null;
    readonly type: string;
    /** What was asked for; the draft may say more. */
    readonly body: Readonly<Record<string, unknown>>;
  }
  /** The draft that came of it. */
  | {
    readonly k: "app-made";
    readonly t: number;
    readonly app: string;
    readonly op: number;
    readonly id: string;
    readonly stream: string;
  }
  /** From here on it is not to be lost, whatever happens to the process. */
  | { readonly k: "app-stored"; readonly t: number; readonly app: string; readonly id: string }
  | {
    readonly k: "app-outcome";
    readonly t: number;
    readonly app: string;
    readonly id: string;
    readonly outcome: AppOutcome;
  }
  /** What it shows of a discussion: the newest messages, newest first. */
  | {
    readonly k: "app-shows";
    readonly t: number;
    readonly app: string;
    readonly stream: string;
    /** The life of the installation that it is of. */
    readonly incarnation: string;
    readonly head: number;
    /** As many as are noted of a discussion that has more. */
    readonly limit: number;
    readonly messages: readonly NotedMessage[];
    /** Some of what is shown is not in the log yet, or the app says that it is not whole: it is no fold of the log. */
    readonly isMixed: boolean;
  }
  /** The rows of its list that it shows otherwise than before. */
  | {
    readonly k: "app-rows";
    readonly t: number;
    readonly app: string;
    readonly incarnation: string;
    readonly rows: readonly Pick<NotedRow, "stream" | "head" | "preview">[];
  }
  /** Once it is calm: what its user could do in a discussion, as it says. */
  | { readonly k: "app-can"; readonly t: number; readonly app: string; readonly stream: string } & NotedCan
  /** What it shows of a group or a discussion, once it is calm. */
  | ({ readonly k: "app-state"; readonly t: number; readonly app: string; readonly stream: string } & NotedState)
  /** When nothing disturbs it any more: the drafts that it still holds, and how it says that it stands. */
  | {
    readonly k: "app-rests";
    readonly t: number;
    readonly app: string;
    readonly pending: readonly string[];
    readonly status: string;
  };

export interface NotedCan {
  /** Its clock, in Unix milliseconds. */
  readonly at: number;
  /** Of each draft that it was asked about, whether it would be accepted; null: it can't tell. */
  readonly answers: readonly {
    readonly type: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly isAccepted: boolean | null;
  }[];
}

export interface NotedState {
  readonly head: number;
  readonly name: string;
  /** `user role`, sorted. */
  readonly members: readonly string[];
  /** Of a discussion: what else is settled of it, as `locked`, `closed`, `pin msg_…`, sorted. */
  readonly marks: readonly string[];
}
