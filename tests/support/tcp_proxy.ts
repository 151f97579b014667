/**
 * A TCP proxy on loopback that breaks connections in the ways that networks do. What it can do to a connection, it does
 * at once to all that are open, and to those made later.
 * @module
 */

/** `up` is from client to server, `down` from server to client. */
export type Direction = "up" | "down";

/**
 * What becomes of bytes in one direction: `pass`; `hold` (kept, and sent on when it passes again: a stalled link);
 * `swallow` (read and lost, as when the other end's answer never arrives).
 */
export type Flow = "pass" | "hold" | "swallow";

export interface ProxyTarget {
  readonly hostname: string;
  readonly port: number;
}

/** One piece as it was read from a socket, before it is sent on. */
export interface Chunk {
  readonly direction: Direction;
  readonly data: Uint8Array;
  /** Counts the proxy's connections from 1. */
  readonly connection: number;
}

/** Called for each chunk. `cut` sends the first `bytes` of it and then ends the connection at both sides. */
export type OnData = (chunk: Chunk, connection: { cut(bytes: number): void }) => void;

/** Made by {@link startTcpProxy}. Close it, or `await using` it. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  /** Milliseconds that each chunk waits before it is sent on. */
  delayMs: Record<Direction, number> = { up: 0, down: 0 };
  /** Sees every chunk before it goes on. */
  onData: OnData | undefined;
  /** New connections are accepted and then nothing is ever read from them or sent (a black hole). */
  blackHole = false;
  /** New connections are ended as soon as they are made: there is no network. */
  refuses = false;
  readonly #listener: Deno.TcpListener;
  readonly #links = new Set<Link>();
  readonly #accepting: Promise<void>;
  #flow: Record<Direction, Flow> = { up: "pass", down: "pass" };
  #made = 0;

  constructor(private readonly target: ProxyTarget) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  /** How many connections are open through the proxy. */
  get connections(): number {
    return this.#links.size;
  }

  /** The same URL as seen through the proxy. */
  through(url: string): string {
    const seen = new URL(url);
    seen.hostname = "127.0.0.1";
    seen.port = String(this.port);
    return seen.href;
  }

  flow(direction: Direction): Flow {
    return this.#flow[direction];
  }

  /** Changes what becomes of bytes, from this moment on. */
  setFlow(direction: Direction, flow: Flow): void {
    this.#flow[direction] = flow;
    for (const link of this.#links) link.flowChanged();
  }

  /** Ends every open connection at both sides at once; new ones are accepted. */
  cutAll(): void {
    for (const link of this.#links) link.end();
  }

  async close(): Promise<void> {
    this.#listener.close();
    this.cutAll();
    await this.#accepting;
    await Promise.all([...this.#links].map((link) => link.done));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      if (this.refuses) {
        client.close();
        continue;
      }
      const link = new Link({ proxy: this, client, target: this.target, number: ++this.#made });
      this.#links.add(link);
      void link.done.finally(() => this.#links.delete(link));
    }
  }
}

/** A proxy in front of a server, given by its connection URL or its address. */
export function startTcpProxy(target: ProxyTarget | string): TcpProxy {
  if (typeof target !== "string") return new TcpProxy(target);
  const url = new URL(target);
  return new TcpProxy({ hostname: url.hostname, port: Number(url.port) });
}

interface LinkOptions {
  readonly proxy: TcpProxy;
  readonly client: Deno.TcpConn;
  readonly target: ProxyTarget;
  readonly number: number;
}

/** One client's connection and ours to the server on its behalf. */
class Link {
  readonly done: Promise<void>;
  readonly #ended = Promise.withResolvers<void>();
  #isEnded = false;
  #flowChange = Promise.withResolvers<void>();

  constructor(private readonly options: LinkOptions) {
    this.done = this.#run();
  }

  end(): void {
    this.#isEnded = true;
    this.#ended.resolve();
  }

  flowChanged(): void {
    this.#flowChange.resolve();
    this.#flowChange = Promise.withResolvers();
  }

  async #run(): Promise<void> {
    const { client, proxy } = this.options;
    if (proxy.blackHole) {
      await this.#ended.promise;
      return client.close();
    }
    const server = await this.#connect();
    if (server === undefined) return client.close();
    const pumps = [this.#pump("up", client, server), this.#pump("down", server, client)];
    await Promise.race([this.#ended.promise, Promise.all(pumps)]);
    this.end();
    client.close();
    server.close();
    await Promise.all(pumps);
  }

  async #connect(): Promise<Deno.TcpConn | undefined> {
    try {
      const server = await Deno.connect(this.options.target);
      server.setNoDelay(true);
      this.options.client.setNoDelay(true);
      return server;
    } catch (error) {
      // The server is not there: the client sees its connection end, as it would without us.
      if (error instanceof Deno.errors.ConnectionRefused || isConnectionEnd(error)) return undefined;
      throw error;
    }
  }

  async #pump(direction: Direction, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let read = await from.read(buffer); read !== null && !this.#isEnded; read = await from.read(buffer)) {
        await this.#forward(direction, buffer.slice(0, read), to);
      }
      if (!this.#isEnded) await to.closeWrite();
    } catch (error) {
      if (!isConnectionEnd(error)) throw error;
      this.end();
    }
  }

  async #forward(direction: Direction, data: Uint8Array, to: Deno.TcpConn): Promise<void> {
    const { proxy } = this.options;
    let cutAfter: number | undefined;
    const cut = (bytes: number) => cutAfter = bytes;
    proxy.onData?.({ direction, data, connection: this.options.number }, { cut });
    if (proxy.delayMs[direction] > 0) await this.#pause(proxy.delayMs[direction]);
    while (proxy.flow(direction) === "hold" && !this.#isEnded) {
      await Promise.race([this.#flowChange.promise, this.#ended.promise]);
    }
    if (this.#isEnded) return;
    if (proxy.flow(direction) === "pass") await writeAll(to, data.subarray(0, cutAfter ?? data.length));
    if (cutAfter !== undefined) this.end();
  }

  async #pause(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const slept = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
    await Promise.race([slept, this.#ended.promise]);
    clearTimeout(timer);
  }
}

async function writeAll(to: Deno.TcpConn, data: Uint8Array): Promise<void> {
  for (let sent = 0; sent < data.length;) sent += await to.write(data.subarray(sent));
}

function isConnectionEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.NotConnected;
}
