/** What the client asks of a server; over_trpc.ts asks it of a real one. @module */
import type { DiscussionId, Draft, FeedItem, GroupId, Incarnation, Outcome, StreamId } from "@gatz/domain";
import type { AppRouter } from "@gatz/server";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { Trouble } from "../trouble.ts";

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

export type LogPage = Outputs["log"]["read"];
export type Opened = Outputs["log"]["open"];
export type LogItem = LogPage["items"][number];
export type DiscussionPage = Outputs["discussions"]["byUser"];
export type DiscussionRow = DiscussionPage["rows"][number];
export type ListedDiscussion = Extract<DiscussionRow, { kind: "discussion" }>;
export type GroupPage = Outputs["groups"]["byUser"];
export type GroupRow = GroupPage["rows"][number];
export type ListedGroup = Extract<GroupRow, { kind: "group" }>;
export type GroupRows = Outputs["groups"]["rows"];
export type UserView = Outputs["users"]["byIds"]["users"][number];
/** Somebody who is, or was, there. */
export type PersonFound = Extract<UserView, { kind: "user" | "ended" }>;
export type Me = Outputs["auth"]["me"];

export type DiscussionRows = Outputs["discussions"]["rows"];
export type StateHash = Outputs["log"]["hash"];

export interface FeedHandlers {
  /** In order. `cursor`: where to go on once these items are taken. */
  readonly frame: (frame: { readonly cursor: string; readonly items: readonly FeedItem[] }) => void;
  /** Whether the feed's connection stands. A lost one is made again by itself, and the feed goes on where it was. */
  readonly connected: (connected: boolean) => void;
  /** It will bring nothing more. */
  readonly ended: (trouble: Trouble) => void;
}

/** Nothing here rejects: what keeps an answer from coming is a {@link Trouble}. */
export interface Server {
  /** Without a cursor it begins at the present. */
  follow(cursor: string | null, on: FeedHandlers): { unsubscribe(): void };
  me(): Promise<Me | Trouble>;
  /** The newest part of a stream's log, and the state at its end. */
  open(input: Inputs["log"]["open"]): Promise<Opened | Trouble>;
  read(input: Inputs["log"]["read"]): Promise<LogPage | Trouble>;
  /** After a trouble it is not known what was accepted: the same ids are to be offered again. */
  offer(stream: StreamId, drafts: readonly Draft[]): Promise<Offered | Trouble>;
  discussions(input: Inputs["discussions"]["byUser"]): Promise<DiscussionPage | Trouble>;
  rows(input: { readonly discussions: readonly DiscussionId[] }): Promise<DiscussionRows | Trouble>;
  groups(input: Inputs["groups"]["byUser"]): Promise<GroupPage | Trouble>;
  groupRows(input: { readonly groups: readonly GroupId[] }): Promise<GroupRows | Trouble>;
  people(input: Inputs["users"]["byIds"]): Promise<Outputs["users"]["byIds"] | Trouble>;
  mark(input: Inputs["reads"]["markMany"]): Promise<Outputs["reads"]["markMany"] | Trouble>;
  markUnread(input: Inputs["reads"]["markUnread"]): Promise<Outputs["reads"]["markUnread"] | Trouble>;
  notify(input: Inputs["settings"]["setDiscussion"]): Promise<Outputs["settings"]["setDiscussion"] | Trouble>;
  typing(input: Inputs["live"]["typing"]): Promise<Outputs["live"]["typing"] | Trouble>;
  hash(input: Inputs["log"]["hash"]): Promise<StateHash | Trouble>;
}

export interface Offered {
  readonly incarnation: Incarnation;
  readonly outcomes: readonly Outcome[];
}

export const isTrouble = (answer: object): answer is Trouble => "kind" in answer && answer.kind === "trouble";
