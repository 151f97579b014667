/** What is done to the server, each for some seconds; what it answers is counted by its code. @module */
import { frameHead, Raw, Refused } from "./raw.ts";

export interface Attack {
  readonly url: string;
  /** Of somebody who is logged in, and a member of `discussion`. */
  readonly token: string;
  readonly discussion: string;
  /** How many at once, or how often. */
  readonly count: number;
  /** What its addresses begin with: 0 to 255. */
  readonly network: number;
}

/** How often each thing happened: codes of answers, `closed` by the server, `held`, `refused` before an upgrade. */
export type Report = Readonly<Record<string, number>>;

const MIB = 1024 * 1024;
const PATIENCE_MS = 20_000;
const HOLD_MS = 3_000;
const PER_ADDRESS = 20;

export const ATTACKS = {
  /** Frames of 60 MB, each on a connection of its own. */
  frames: ({ url, count, network }) =>
    atOnce(count, async (i, tally) => {
      using raw = await Raw.socket(url, { from: address(network, i) });
      await raw.write(frameHead(60 * MIB));
      await writeMuch(raw, 60);
      // What comes is the closing frame, with its code.
      tally(await raw.read() === "" ? "cut" : "closed");
    }),

  /** Bodies of 50 MB, announced and in chunks. */
  bodies: ({ url, count, network }) =>
    atOnce(count, async (i, tally) => {
      using raw = await Raw.open(url);
      const chunked = i % 2 === 0;
      const size = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${50 * MIB}`;
      await raw.write(requestHead(url, { from: address(network, i), more: size }));
      const answer = raw.read();
      await Promise.race([answer, writeMuch(raw, 50, { chunked })]);
      tallyCodes(await answer, tally);
    }),

  /** Batches of 1,000 calls, over WebSocket and HTTP. */
  batches: ({ url, count, network }) =>
    atOnce(count, async (i, tally) => {
      const calls = Array.from({ length: 1_000 }, (_, id) => ({ id, method: "query", params: { path: "auth.me" } }));
      using raw = await Raw.socket(url, { from: address(network, i) });
      const answers = raw.readAll(HOLD_MS);
      await raw.send(JSON.stringify(calls));
      await raw.send(JSON.stringify(calls));
      tallyCodes(await answers, tally);
      const paths = calls.map(({ params }) => params.path).join(",");
      const response = await fetch(`${url}/trpc/${paths}?batch=1&input=%7B%7D`, {
        headers: { "x-forwarded-for": address(network, i) },
      });
      tally(`http ${response.status}`);
      tallyCodes(await response.text(), tally);
    }),

  /** JSON that nests 10,000 deep, over WebSocket and HTTP. */
  depth: ({ url, count, network }) =>
    atOnce(count, async (i, tally) => {
      const deep = "[".repeat(10_000) + "]".repeat(10_000);
      using raw = await Raw.socket(url, { from: address(network, i) });
      const answers = raw.readAll(PATIENCE_MS, { isEnough: (text) => text.split('"Malformed"').length > 2 });
      await raw.send(`{"id":1,"method":"query","params":{"path":"auth.me","input":${deep}}}`);
      await raw.send(deep);
      tallyCodes(await answers, tally);
      const response = await fetch(`${url}/trpc/messages.send`, {
        ...{
          method: "POST",
          body: `{"json":${deep}}`,
          headers: { "x-forwarded-for": address(network, i), "content-type": "application/json" },
        },
      });
      tallyCodes(await response.text(), tally);
    }),

  /** Readers of a feed, who also ask for pages without end, and never read anything. */
  neverRead: ({ url, token, discussion, count, network }) =>
    atOnce(Math.min(count, 10), async (i, tally) => {
      using raw = await Raw.socket(url, { from: address(network, i), params: true });
      await raw.send(JSON.stringify({ method: "connectionParams", data: { token } }));
      await raw.send(call(0, "subscription", "live.inbox", {}));
      const end = performance.now() + HOLD_MS;
      for (let id = 1; performance.now() < end && !raw.closed; id++) {
        await raw.send(call(id, "query", "log.read", { stream: discussion, fromSeq: 1, limit: 500 }));
        await later(1);
      }
      tally(raw.closed ? "closed" : "held");
    }),

  /** Many subscriptions on one connection. */
  subscriptions: ({ url, token, count, network }) =>
    atOnce(2, async (i, tally) => {
      using raw = await Raw.socket(url, { from: address(network, i), params: true });
      const answers = raw.readAll(HOLD_MS);
      await raw.send(JSON.stringify({ method: "connectionParams", data: { token } }));
      for (let id = 1; id <= count; id++) await raw.send(call(id, "subscription", "live.inbox", {}));
      tallyCodes(await answers, tally);
    }),

  /** Connections that say nothing, from as many addresses as that takes, and one too many of each. */
  idle: ({ url, count, network }) =>
    holdOpen(count + Math.ceil(count / PER_ADDRESS), {
      open: (i) => Raw.socket(url, { from: address(network, Math.floor(i / (PER_ADDRESS + 1))), params: i % 2 === 0 }),
      holdMs: HOLD_MS,
    }),

  /** Requests whose heads, and whose bodies, come byte by byte. */
  slowly: ({ url, count, network }) =>
    atOnce(count, async (i, tally) => {
      using raw = await Raw.open(url);
      const isHead = i % 2 === 0;
      // Nothing ends a head that is late; a body is answered.
      let isAnswered = false;
      const mostMs = isHead ? HOLD_MS : PATIENCE_MS;
      const answer = raw.readAll(mostMs, { isEnough: (text) => isAnswered = text !== "" });
      if (isHead) await raw.write("GET /trpc/auth.me HTTP/1.1\r\nHost: ");
      else await raw.write(requestHead(url, { from: address(network, i), more: "Content-Length: 1000" }));
      for (let sent = 0; sent < mostMs / 100 && !raw.closed && !isAnswered; sent++) {
        await raw.write("1");
        await later(100);
      }
      const text = await answer;
      if (text === "") tally(isHead ? "head held" : "body held");
      tallyCodes(text, tally);
    }),

  /** Frames that are no calls, as fast as they go. */
  junk: ({ url, count, network }) =>
    atOnce(10, async (i, tally) => {
      using raw = await Raw.socket(url, { from: address(network, i) });
      const answers = raw.readAll(PATIENCE_MS);
      for (let sent = 0; sent < count && !raw.closed; sent++) await raw.send(sent % 2 === 0 ? "PING" : "{");
      await answers;
      tally(raw.endedThere ? "closed" : "held");
    }),
} as const satisfies Record<string, (attack: Attack) => Promise<Report>>;

export type AttackName = keyof typeof ATTACKS;

type Tally = (what: string) => void;

async function atOnce(count: number, attack: (i: number, tally: Tally) => Promise<void>): Promise<Report> {
  const report: Record<string, number> = {};
  const tally = (what: string) => void (report[what] = (report[what] ?? 0) + 1);
  await Promise.all(Array.from({ length: count }, (_, i) => attack(i, tally)));
  return report;
}

/** Opens them a few at a time, holds them, and lets them go. */
async function holdOpen(
  count: number,
  { open, holdMs }: { open: (i: number) => Promise<Raw>; holdMs: number },
): Promise<Report> {
  const held: Raw[] = [];
  let refused = 0;
  const OPENING = 50;
  for (let i = 0; i < count; i += OPENING) {
    await Promise.all(Array.from({ length: Math.min(OPENING, count - i) }, async (_, j) => {
      try {
        held.push(await open(i + j));
      } catch (error) {
        if (!(error instanceof Refused) || !error.message.includes("429")) throw error;
        refused++;
      }
    }));
  }
  console.log(JSON.stringify({ opened: held.length }));
  await later(holdMs);
  for (const raw of held) raw[Symbol.dispose]();
  return { held: held.length, refused };
}

async function writeMuch(raw: Raw, mib: number, { chunked = false } = {}): Promise<void> {
  const part = new Uint8Array(MIB).fill(0x61);
  for (let sent = 0; sent < mib && !raw.closed; sent++) {
    if (chunked) await raw.write(`${MIB.toString(16)}\r\n`);
    await raw.write(part);
    if (chunked) await raw.write("\r\n");
  }
}

function tallyCodes(text: string, tally: Tally): void {
  for (const [, code] of text.matchAll(/"data":\{"code":"(\w+)"/g)) tally(code!);
}

function requestHead(url: string, { from, more }: { from: string; more: string }): string {
  return `POST /trpc/messages.send HTTP/1.1\r\nHost: ${new URL(url).host}\r\nX-Forwarded-For: ${from}\r\n` +
    `Content-Type: application/json\r\n${more}\r\n\r\n`;
}

function call(id: number, method: "query" | "subscription", path: string, input: object): string {
  return JSON.stringify({ id, jsonrpc: "2.0", method, params: { path, input: { json: input } } });
}

/** Of a private network, one an attack, so that none starts with what another has used up. */
function address(network: number, i: number): string {
  return `10.${network}.${(i >> 8) & 0xff}.${i & 0xff}`;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
