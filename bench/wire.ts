/** A lean speaker of tRPC's WebSocket protocol, so that load generators cost the machine little. */

interface Reply {
  id: number | null;
  result?: { type: "data" | "started" | "stopped"; data?: unknown };
  error?: unknown;
}

interface Waiting {
  reply(reply: Reply): void;
  fail(error: Error): void;
}

/** One authenticated socket. Calls may overlap. */
export class Wire {
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#onMessage(event.data));
    socket.addEventListener("close", () => {
      for (const { fail } of this.#waiting.values()) fail(new Error("the connection is gone"));
    });
  }

  /** `url` like `ws://127.0.0.1:4000/trpc`. */
  static async open(url: string, token: string): Promise<Wire> {
    const socket = new WebSocket(`${url}?connectionParams=1`);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error(`no connection to ${url}`)), { once: true });
    });
    socket.send(JSON.stringify({ method: "connectionParams", data: { token } }));
    return new Wire(socket);
  }

  /** A mutation or query; resolves with its data, rejects with what the server says. */
  call<T>(method: "mutation" | "query", path: string, input: unknown): Promise<T> {
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const take = (reply: Reply) => {
        this.#waiting.delete(id);
        if (reply.error) return reject(new Error(`${path}: ${JSON.stringify(reply.error)}`));
        resolve((reply.result!.data as { json: T }).json);
      };
      this.#waiting.set(id, { reply: take, fail: reject });
      this.#socket.send(
        `{"id":${id},"method":"${method}","params":{"path":"${path}","input":{"json":${JSON.stringify(input)}}}}`,
      );
    });
  }

  /** A subscription: `onData` gets the parsed data of every frame. Resolves when the server has started it. */
  subscribe(path: string, input: unknown, onData: (data: unknown) => void): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const take = (reply: Reply) => {
        if (reply.error) return reject(new Error(`${path}: ${JSON.stringify(reply.error)}`));
        if (reply.result?.type === "started") return resolve();
        if (reply.result?.type === "data") onData(reply.result.data);
      };
      this.#waiting.set(id, { reply: take, fail: reject });
      this.#socket.send(
        `{"id":${id},"method":"subscription","params":{"path":"${path}","input":{"json":${JSON.stringify(input)}}}}`,
      );
    });
  }

  /** `live.inbox`, item by item. Resolves when the server has started it. */
  follow(input: { cursor?: string }, onItem: (item: Item) => void): Promise<void> {
    return this.subscribe("live.inbox", input, (data) => {
      for (const item of itemsOf(data)) onItem(item);
    });
  }

  close(): void {
    this.#socket.close();
  }

  #onMessage(text: string): void {
    if (text === "PING") return this.#socket.send("PONG");
    if (text === "PONG") return;
    const reply = JSON.parse(text) as Reply; // the server under test speaks this shape; anything else fails the run
    if (reply.id !== null) this.#waiting.get(reply.id)?.reply(reply);
  }
}

/** What this benchmark reads of a feed item. */
export interface Item {
  type: string;
  event: { stream: string; type: string; body: { text: string } };
  /** Of a `behind`. */
  stream: string;
}

/** The items of one frame of `live.inbox`: tracked data in superjson's envelope. */
export function itemsOf(data: unknown): readonly Item[] {
  return (data as { json: { data: { items: readonly Item[] } } }).json.data.items;
}
