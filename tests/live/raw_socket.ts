/** A WebSocket client by hand, for tests of what a stock one can't do: to stop reading. Speaks only what the server sends: text frames. */
import type { FeedItem } from "@gatz/domain";

export class RawSocket implements AsyncDisposable {
  readonly items: FeedItem[] = [];
  readonly cursors: string[] = [];
  #bytes: Uint8Array = new Uint8Array(0);
  #closed = false;

  private constructor(private readonly connection: Deno.Conn) {}

  /** Connects, logs in and subscribes to the inbox; reads nothing of it yet. */
  static async follow(url: string, { token, input = {} }: { token: string; input?: object }): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    const raw = new RawSocket(await Deno.connect({ hostname, port: Number(port) }));
    await raw.#write(new TextEncoder().encode(
      `GET /trpc?connectionParams=1 HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ));
    await raw.#headers();
    await raw.send(JSON.stringify({ method: "connectionParams", data: { token } }));
    await raw.send(JSON.stringify({
      ...{ id: 1, jsonrpc: "2.0", method: "subscription" },
      params: { path: "live.inbox", input: { json: input } },
    }));
    return raw;
  }

  /** One masked text frame, with a mask of zeros. */
  async send(text: string): Promise<void> {
    const payload = new TextEncoder().encode(text);
    const long = payload.length > 125;
    const head = long ? [0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff] : [0x81, 0x80 | payload.length];
    await this.#write(Uint8Array.from([...head, 0, 0, 0, 0, ...payload]));
  }

  /** Reads messages until the items are as wanted, or the server has closed. */
  async readUntil(wanted: (items: readonly FeedItem[]) => boolean): Promise<void> {
    while (!wanted(this.items) && !this.#closed) this.#take(await this.#message());
  }

  get closed(): boolean {
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.connection.close();
    return Promise.resolve();
  }

  #take(text: string | null): void {
    if (text === null) return;
    const { result, error } = JSON.parse(text);
    if (error !== undefined) throw new Error(JSON.stringify(error));
    if (result?.type !== "data") return;
    this.cursors.push(result.id);
    this.items.push(...result.data.json.data.items);
  }

  /** The next text message; null for anything else. */
  async #message(): Promise<string | null> {
    const [first, second] = await this.#read(2);
    if (first === undefined) return null;
    let length = second! & 0x7f;
    if (length === 126) length = new DataView((await this.#read(2)).buffer).getUint16(0);
    else if (length === 127) length = Number(new DataView((await this.#read(8)).buffer).getBigUint64(0));
    const payload = await this.#read(length);
    const opcode = first & 0x0f;
    if (opcode === 8) this.#closed = true;
    return opcode === 1 ? new TextDecoder().decode(payload) : null;
  }

  async #headers(): Promise<void> {
    let text = "";
    while (!text.endsWith("\r\n\r\n")) text += new TextDecoder().decode(await this.#read(1));
  }

  async #read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#bytes.length < length && !this.#closed) {
      const chunk = new Uint8Array(65_536);
      const read = await this.connection.read(chunk);
      if (read === null) this.#closed = true;
      else this.#bytes = joined(this.#bytes, chunk.subarray(0, read));
    }
    const part = Uint8Array.from(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.subarray(length);
    return part;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.connection.write(bytes.subarray(sent));
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
