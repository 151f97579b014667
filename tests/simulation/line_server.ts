/** What packages/client asks of a server, asked over a line: of whichever node it is connected to. */
import type { Draft, FeedItem, StreamId } from "@gatz/domain";
import type { AppRouter } from "@gatz/server";
import { TRPCClientError } from "@trpc/client";
import { isTrackedEnvelope } from "@trpc/server";
import type { FeedHandlers, Offered, Server } from "../../packages/client/src/server/contract.ts";
import { CUT, type Trouble, troubleOf } from "../../packages/client/src/trouble.ts";
import type { Line, Open } from "./line.ts";
import { shapeOf } from "./node_api.ts";

export class LineServer implements Server {
  readonly #line: Line;
  /** Aborted when the app is gone: nobody asks any more, and nobody hears. */
  readonly #gone: AbortSignal;

  constructor(line: Line, gone: AbortSignal) {
    this.#line = line;
    this.#gone = gone;
  }

  /** A subscription outlives its connection, as with tRPC's own: it is made again with its first input and the last cursor. */
  follow(cursor: string | null, on: FeedHandlers): { unsubscribe(): void } {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#gone]);
    let lastEventId: string | undefined;
    const endOpening = this.#line.onOpen((open) => {
      const input = { ...(cursor !== null && { cursor }), ...(lastEventId !== undefined && { lastEventId }) };
      open.wire.closed.addEventListener("abort", () => signal.aborted || on.connected(false), { once: true });
      this.#follow(open, {
        ...{ input, signal },
        connected: () => on.connected(true),
        frame: (frame) => {
          lastEventId = frame.cursor;
          on.frame(frame);
        },
        ended: (trouble) => {
          unsubscribe();
          on.ended(trouble);
        },
      });
    });
    const unsubscribe = () => {
      stop.abort();
      endOpening();
    };
    this.#gone.addEventListener("abort", unsubscribe, { once: true });
    return { unsubscribe };
  }

  me: Server["me"] = () => this.#ask("query", "auth.me");
  open: Server["open"] = (input) => this.#ask("query", "log.open", input);
  read: Server["read"] = (input) => this.#ask("query", "log.read", input);
  discussions: Server["discussions"] = (input) => this.#ask("query", "discussions.byUser", input);
  rows: Server["rows"] = (input) => this.#ask("query", "discussions.rows", input);
  groups: Server["groups"] = (input) => this.#ask("query", "groups.byUser", input);
  groupRows: Server["groupRows"] = (input) => this.#ask("query", "groups.rows", input);
  people: Server["people"] = (input) => this.#ask("query", "users.byIds", input);
  mark: Server["mark"] = (input) => this.#ask("mutation", "reads.markMany", input);
  markUnread: Server["markUnread"] = (input) => this.#ask("mutation", "reads.markUnread", input);
  notify: Server["notify"] = (input) => this.#ask("mutation", "settings.setDiscussion", input);
  typing: Server["typing"] = (input) => this.#ask("mutation", "live.typing", input);
  hash: Server["hash"] = (input) => this.#ask("query", "log.hash", input);

  async offer(stream: StreamId, drafts: readonly Draft[]): Promise<Offered | Trouble> {
    if (this.#gone.aborted) return await never();
    return await this.#line.offerAsClient(stream, drafts, this.#gone);
  }

  #follow(
    { node, wire }: Open,
    { input, signal, connected, frame, ended }: {
      readonly input: object;
      readonly signal: AbortSignal;
      readonly connected: () => void;
      readonly frame: FeedHandlers["frame"];
      readonly ended: FeedHandlers["ended"];
    },
  ): void {
    const over = AbortSignal.any([wire.closed, signal]);
    const toClient = (deliver: () => void) => wire.toClient(() => over.aborted || deliver());
    wire.toNode(async () => {
      try {
        const call = { type: "subscription", path: "live.inbox", input, connection: wire, signal: over } as const;
        const feed = await node.api.call(this.#line.user, call) as AsyncIterable<unknown>;
        toClient(connected);
        for await (const envelope of feed) {
          if (!isTrackedEnvelope(envelope)) throw new Error("a frame without a cursor");
          const [cursor, data] = envelope as unknown as [string, { readonly items: readonly FeedItem[] }];
          const text = JSON.stringify(data.items);
          toClient(() => {
            this.#line.note(`follows ${text}`);
            frame({ cursor, items: JSON.parse(text) });
          });
        }
        if (!over.aborted) toClient(() => ended(CUT));
      } catch (error) {
        const trouble = troubleOfAnswer(error);
        toClient(() => ended(trouble));
      }
    });
  }

  async #ask<T extends object>(type: "query" | "mutation", path: string, input?: unknown): Promise<T | Trouble> {
    if (this.#gone.aborted) return await never();
    const answer = await this.#line.call<T>({ type, path, input });
    return this.#gone.aborted ? await never() : answer;
  }
}

/** As over the wire, and as the client makes of it. */
export function troubleOfAnswer(error: unknown): Trouble {
  return troubleOf(TRPCClientError.from<AppRouter>(shapeOf(error)));
}

/** Nobody is there any more to go on. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
