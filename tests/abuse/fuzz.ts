/** Sends mutated calls over WebSocket and HTTP, and mutated bytes below the WebSocket; every answer is held to what the API may say. @module */
import { strict as assert } from "node:assert";
import { Chance } from "@gatz/testing/chance.ts";
import { below, mutated } from "./mutations.ts";
import { frameHead, Raw } from "./raw.ts";

export interface Fuzz {
  readonly url: string;
  readonly token: string;
  /** Valid ones, as frames; none may be accepted as it is. */
  readonly calls: readonly object[];
  readonly seed: number;
  readonly frames: number;
}

export interface FuzzReport {
  /** By code of the error, by kind of the outcome, or `result`. */
  readonly answers: Readonly<Record<string, number>>;
  readonly sent: number;
  /** How often the server ended a connection. */
  readonly ended: number;
}

/** After so many frames it is seen that the connection still answers. */
const BURST = 40;
const HTTP_SHARE = 0.02;
const RAW_SHARE = 0.01;
/** Nothing of the inside. */
const INSIDE = /select |insert |gatz_s\d|\.ts:\d|node_modules|postgres|at async/i;

export async function fuzz({ url, token, calls, seed, frames }: Fuzz): Promise<FuzzReport> {
  const { next: random } = new Chance(seed);
  const answers: Record<string, number> = {};
  const hear = (text: string) => {
    assert.doesNotMatch(text, INSIDE);
    for (const what of verdictsOf(text)) answers[what] = (answers[what] ?? 0) + 1;
  };
  let wire = await Wire.open(url, { token, hear });
  let ended = 0;
  for (let sent = 0; sent < frames;) {
    const burst = Math.min(BURST, frames - sent);
    for (let i = 0; i < burst; i++) {
      const dice = random();
      if (dice < RAW_SHARE) await scribbleFrames(url, random);
      else if (dice < RAW_SHARE + HTTP_SHARE) hear(await overHttp(url, { token, text: mutated(calls, random) }));
      else wire.send(mutated(calls, random));
    }
    sent += burst;
    if (await wire.answers()) continue;
    ended++;
    wire = await Wire.open(url, { token, hear });
  }
  wire.close();
  return { answers, sent: frames, ended };
}

/** The codes and outcomes in an answer, or `result` if it is one without an outcome. */
function verdictsOf(text: string): string[] {
  const errors = [...text.matchAll(/"data":\{"code":"(\w+)"/g)].map(([, code]) => code!);
  const outcomes = [...text.matchAll(/"kind":"(accepted|duplicate|rejected|not-now|unknown)"/g)].map(([, kind]) =>
    kind!
  );
  return errors.length + outcomes.length > 0 ? [...errors, ...outcomes] : ["result"];
}

/** A WebSocket that may be ended at any time. */
class Wire {
  #probes = 0;
  #probed = Promise.withResolvers<boolean>();

  private constructor(private readonly socket: WebSocket) {}

  static async open(
    url: string,
    { token, hear }: { token: string; hear: (text: string) => void },
  ): Promise<Wire> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/trpc?connectionParams=1`);
    const wire = new Wire(socket);
    await new Promise((resolve) => socket.onopen = resolve);
    socket.onmessage = ({ data }) => data.includes(wire.#probe) ? wire.#probed.resolve(true) : hear(data);
    socket.onclose = () => wire.#probed.resolve(false);
    socket.onerror = () => wire.#probed.resolve(false);
    socket.send(JSON.stringify({ method: "connectionParams", data: { token } }));
    return wire;
  }

  send(text: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  /** Whether a valid call is answered, and so the server is where it was. */
  async answers(): Promise<boolean> {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.#probes++;
    this.#probed = Promise.withResolvers();
    const params = { path: "users.byHandle", input: { json: { handle: "nobody_there" } } };
    this.socket.send(JSON.stringify({ id: this.#probe, method: "query", params }));
    return await this.#probed.promise;
  }

  close(): void {
    this.socket.close();
  }

  get #probe(): string {
    return `probe number ${this.#probes}`;
  }
}

async function overHttp(url: string, { token, text }: { token: string; text: string }): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const path = /"path":"([\w.]*)"/.exec(text)?.[1] ?? "messages.send";
  const response = await fetch(`${url}/trpc/${path}`, { method: "POST", headers, body: text });
  return await response.text();
}

/** Bytes that begin like a frame: a reserved bit, an opcode, a length or a mask that is none. */
async function scribbleFrames(url: string, random: () => number): Promise<void> {
  using raw = await Raw.socket(url, { from: "10.0.0.1" });
  const payload = new Uint8Array(below(300, random)).map(() => below(256, random));
  const head = Uint8Array.from(frameHead(payload.length));
  head[below(head.length, random)] = below(256, random);
  await raw.write(head);
  await raw.write(payload);
}
