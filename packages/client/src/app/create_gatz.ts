/** A client, put together. @module */
import { createSocketClient, type GatzApi, type GatzClient } from "../socket_client.ts";
import { Lists } from "../list/lists.ts";
import { newId } from "../new_id.ts";
import { DurableOutbox, type OutboxOptions } from "../outbox/durable_outbox.ts";
import type { Outbox } from "../outbox/contract.ts";
import type { Server } from "../server/contract.ts";
import { overTrpc } from "../server/over_trpc.ts";
import type { Store } from "../store/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { searchStored } from "../stream/search.ts";
import type { StoreBounds } from "../sync/eviction.ts";
import { Replica } from "../sync/replica.ts";
import { systemTiming, type Timing } from "../timing.ts";
import type { SelfRecord } from "../store/records.ts";
import { Gatz, type GatzParts } from "./gatz.ts";
import type { NewId } from "./new_ids.ts";

/** What {@link createGatz} is given. */
export interface GatzOptions {
  /** The addresses of the servers of one installation, like `https://chat.example.org`: with several, the next one is tried where one does not answer. */
  readonly url: string | readonly string[];
  /**
   * An access token, or what gives one: asked anew for every connection, and when the server refuses the token that it gave before. Null:
   * there is none now; call `retry()` when there is.
   */
  readonly auth: string | (() => string | null | Promise<string | null>);
  /**
   * Reads whose an access token is: {@link whoseToken}. With it also a first start without a connection shows and keeps what is done; left out,
   * that waits until a server has said whose client it is.
   */
  readonly whose?: (token: string | null) => SelfRecord | null;
  /** Of one user. Default: in memory, so that nothing outlives the program. */
  readonly store?: Store | Promise<Store>;
  /** How much the store may hold. Pending drafts are always kept. */
  readonly bounds?: StoreBounds;
  /** Told of bugs: the client goes on without what they happened to. Default: the console. */
  readonly onBug?: (bug: unknown) => void;
}

/** A {@link Gatz} that is connected to a server, with everything else that the server's API has. */
export class ConnectedGatz extends Gatz {
  readonly #client: GatzClient;
  readonly #store: Store;

  constructor(parts: GatzParts, { client, store }: { client: GatzClient; store: Store }) {
    super(parts);
    this.#client = client;
    this.#store = store;
  }

  /** The typed API, over the same connection: for what needs no replica. */
  get api(): GatzApi {
    return this.#client.api;
  }

  override retry(): void {
    this.#client.hurry();
    super.retry();
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#client.close();
    await this.#store.close();
  }
}

/**
 * Shows what is stored at once, and is connected as soon as it can be.
 * @throws {StoreFailed} what keeps the store refuses
 */
export async function createGatz(
  { url, auth, whose, store: given = memoryStore(), ...rest }: GatzOptions,
): Promise<ConnectedGatz> {
  const store = await given;
  const client = createSocketClient({ url, token: auth });
  // Why the app has none it says again when a connection is made.
  const token = async () => typeof auth === "function" ? await auth() : auth;
  try {
    const parts = await started({
      ...{ server: overTrpc(client), store, timing: systemTiming, newId, ...rest },
      ...(whose !== undefined && { whose: async () => whose(await token().catch(() => null)) }),
    });
    return new ConnectedGatz(parts, { client, store });
  } catch (error) {
    // Nobody else can end its attempts to connect.
    void client.close();
    throw error;
  }
}

export interface GatzOverOptions extends Pick<GatzOptions, "bounds" | "onBug"> {
  readonly server: Server;
  readonly store: Store;
  readonly timing: Timing;
  readonly newId: NewId;
  /** Whose client this will be, as far as can be told without a server; null: it can't. */
  readonly whose?: () => Promise<SelfRecord | null>;
}

/** The same client over any {@link Server}: what closing it does not close is the caller's. */
export async function gatzOver(options: GatzOverOptions): Promise<Gatz> {
  return new Gatz(await started(options));
}

async function started({ onBug = console.error, ...options }: GatzOverOptions): Promise<GatzParts> {
  const { server, store, timing, newId, bounds, whose } = options;
  const replica = new Replica({
    ...{ server, store, timing, onBug, ...(bounds !== undefined && { bounds }), ...(whose !== undefined && { whose }) },
    outbox: (kit) => openedOutbox({ ...kit, onBug }),
    lists: ({ self, outbox, ...kit }) => new Lists({ ...kit, viewer: self.user, wishes: outbox.wishes }),
  });
  await replica.start();
  const search: GatzParts["search"] = async (text, { limit }) => {
    const session = replica.session.snapshot();
    if (session === null) return [];
    // What is on the screen is found too.
    await replica.stored();
    const blocks = session.lists.blocks.snapshot() ?? new Set();
    return await searchStored(store, text, { limit, viewer: session.self.user, blocks });
  };
  return { replica, search, timing, newId };
}

/** What was written before is pending from the beginning. */
async function openedOutbox(options: OutboxOptions): Promise<Outbox> {
  const outbox = new DurableOutbox(options);
  await outbox.loaded;
  return outbox;
}
