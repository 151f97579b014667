/**
 * Frames whose items were encoded once, through tRPC's two hooks (DESIGN: encode once). The stock client with superjson reads them: a frame is
 * the envelope `{"json": ...}` that superjson makes of JSON-safe data.
 * @module
 */
import type { FeedFrame, FeedItem } from "@gatz/domain";
import type { Encoder } from "@trpc/server/adapters/ws";
import superjson, { type SuperJSONResult } from "superjson";

/** The way of one subscription's frames to its socket. */
export interface FrameLine {
  /** Writes what tRPC would write for the tracked frame, to the letter. */
  send(cursor: string, frame: EncodedFrame): void;
}

/** A frame as the JSON texts of its items. Whoever asks for `items` gets them parsed, so it is what its type says. */
export class EncodedFrame implements FeedFrame {
  /**
   * Told the line that this frame goes by, if it goes over a socket: the next may take it without going through tRPC, whose part of a frame
   * costs more than all the rest (decision 0016).
   */
  onLine: ((line: FrameLine) => void) | undefined;

  constructor(readonly texts: readonly string[]) {}

  get items(): readonly FeedItem[] {
    return JSON.parse(`[${this.texts.join(",")}]`);
  }

  /** The frame's JSON. */
  get json(): string {
    return `{"items":[${this.texts.join(",")}]}`;
  }
}

/** JSON that is ready; any other encoder than {@link frameEncoder} still writes what it stands for. */
class ReadyJson {
  constructor(readonly text: string, readonly onLine?: EncodedFrame["onLine"]) {}

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * superjson's form of everything, and for frames the text that they have. A field that is undefined is left out, as JSON does: what is
 * answered needs nothing of superjson but to be taken out of its envelope.
 */
export const frameTransformer = {
  input: {
    serialize: (value: unknown): unknown => superjson.serialize(value),
    // What was parsed for this call alone need not be copied first.
    deserialize: (value: SuperJSONResult): unknown => superjson.deserialize(value, { inPlace: true }),
  },
  output: {
    serialize: (value: unknown): unknown =>
      readyJson(value) ?? (value === undefined || isPlainJson(value) ? { json: value } : superjson.serialize(value)),
    deserialize: (value: SuperJSONResult): unknown => superjson.deserialize(value),
  },
};

/** What `tracked(cursor, frame)` has become when it reaches the transformer: over WebSocket with its id, over HTTP the frame alone. */
function readyJson(value: unknown): ReadyJson | null {
  if (value instanceof EncodedFrame) return new ReadyJson(`{"json":${value.json}}`);
  if (!isTrackedFrame(value)) return null;
  return new ReadyJson(trackedJson(JSON.stringify(value.id), value.data), value.data.onLine);
}

function trackedJson(id: string, frame: EncodedFrame): string {
  return `{"json":{"id":${id},"data":${frame.json}}}`;
}

function isTrackedFrame(value: unknown): value is { id: string; data: EncodedFrame } {
  return typeof value === "object" && value !== null && "data" in value && value.data instanceof EncodedFrame;
}

/**
 * Whether superjson would only put its envelope around it, which it takes several times as long to find out. It would also note where the
 * same object stands twice; who reads gets two that are equal.
 */
function isPlainJson(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || (Array.isArray(value) ? value.every(isPlainJson) : isPlainObject(value));
    default:
      return false;
  }
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const field of Object.values(value)) if (field !== undefined && !isPlainJson(field)) return false;
  return true;
}

/** JSON, with ready texts taken as they are. */
export const frameEncoder: Encoder = {
  encode: (message) => isReadyResult(message) ? joined(message) : JSON.stringify(message),
  decode: (data) => {
    if (typeof data !== "string") throw new TypeError("binary frames are not part of the protocol");
    return JSON.parse(data);
  },
};

/** The same for one connection, whose feeds are told how to write to it. */
export function frameEncoderTo(send: (text: string) => void): Encoder {
  return {
    ...frameEncoder,
    encode: (message) => {
      if (!isReadyResult(message)) return JSON.stringify(message);
      message.result.data.onLine?.(lineOf(message, send));
      return joined(message);
    },
  };
}

function lineOf(message: ReadyResult, send: (text: string) => void): FrameLine {
  const head = `${headOf(message)},"result":{"type":"data","id":`;
  return {
    send(cursor, frame) {
      const id = JSON.stringify(cursor);
      send(`${head}${id},"data":${trackedJson(id, frame)}}}`);
    },
  };
}

interface ReadyResult {
  readonly id: unknown;
  readonly jsonrpc?: string;
  readonly result: { readonly type: string; readonly id?: string; readonly data: ReadyJson };
}

function isReadyResult(message: unknown): message is ReadyResult {
  if (typeof message !== "object" || message === null || !("result" in message)) return false;
  const { result } = message;
  return typeof result === "object" && result !== null && "data" in result && result.data instanceof ReadyJson;
}

function joined(message: ReadyResult): string {
  const { data, ...rest } = message.result;
  return `${headOf(message)},"result":${JSON.stringify(rest).slice(0, -1)},"data":${data.text}}}`;
}

function headOf({ id, jsonrpc }: ReadyResult): string {
  return JSON.stringify({ id, jsonrpc }).slice(0, -1);
}
