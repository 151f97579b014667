/** HTTP and WebSocket by hand over TCP, for what no decent client does. @module */

export class Raw implements Disposable {
  #closed = false;
  #endedThere = false;
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async open(url: string): Promise<Raw> {
    const { hostname, port } = new URL(url);
    return new Raw(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** A WebSocket, as from the address that a proxy would name; throws if it is refused. */
  static async socket(url: string, { from, params = false }: { from: string; params?: boolean }): Promise<Raw> {
    const raw = await Raw.open(url);
    const { host } = new URL(url);
    await raw.write(
      `GET /trpc${params ? "?connectionParams=1" : ""} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-For: ${from}\r\n` +
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        "Sec-WebSocket-Version: 13\r\n\r\n",
    );
    const head = await raw.read();
    if (head.startsWith("HTTP/1.1 101")) return raw;
    raw[Symbol.dispose]();
    throw new Refused(head);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it was the other end that closed it, and not we. */
  get endedThere(): boolean {
    return this.#endedThere;
  }

  /** False: the other end takes no more. */
  async write(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
      return true;
    } catch (error) {
      if (!isCut(error)) throw error;
      this.#ended();
      return false;
    }
  }

  /** What came next, as text; empty at the end. */
  async read(): Promise<string> {
    try {
      const read = await this.#connection.read(this.#buffer);
      if (read === null) this.#ended();
      return new TextDecoder().decode(this.#buffer.subarray(0, read ?? 0));
    } catch (error) {
      if (!isCut(error)) throw error;
      this.#ended();
      return "";
    }
  }

  /** All that comes until the other end closes, or it is enough, or so many milliseconds have passed. */
  async readAll(
    mostMs: number,
    { isEnough = () => false }: { isEnough?: (text: string) => boolean } = {},
  ): Promise<string> {
    let text = "";
    const timer = setTimeout(() => this[Symbol.dispose](), mostMs);
    while (!this.#closed && !isEnough(text)) text += await this.read();
    clearTimeout(timer);
    return text;
  }

  /** One masked text frame. */
  async send(text: string): Promise<boolean> {
    return await this.write(textFrame(new TextEncoder().encode(text)));
  }

  [Symbol.dispose](): void {
    if (this.#closed) return this.#close();
    this.#closed = true;
    this.#close();
  }

  /** What is found closed after we closed it says nothing of the other end. */
  #ended(): void {
    this.#endedThere ||= !this.#closed;
    this.#closed = true;
  }

  #close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** The server did not upgrade; the message is how it answered. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** The head of a frame, masked with zeros. */
export function frameHead(length: number): Uint8Array {
  const head = new Uint8Array(14);
  head[0] = 0x81;
  if (length <= 125) {
    head[1] = 0x80 | length;
    return head.subarray(0, 6);
  }
  if (length <= 0xffff) {
    head[1] = 0x80 | 126;
    new DataView(head.buffer).setUint16(2, length);
    return head.subarray(0, 8);
  }
  head[1] = 0x80 | 127;
  new DataView(head.buffer).setBigUint64(2, BigInt(length));
  return head;
}

function textFrame(payload: Uint8Array): Uint8Array {
  const head = frameHead(payload.length);
  const frame = new Uint8Array(head.length + payload.length);
  frame.set(head);
  frame.set(payload, head.length);
  return frame;
}

function isCut(error: unknown): boolean {
  return [Deno.errors.ConnectionReset, Deno.errors.BrokenPipe, Deno.errors.BadResource, Deno.errors.Interrupted]
    .some((kind) => error instanceof kind);
}
