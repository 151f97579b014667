/** Requests to the API with a bound on everything before any of it is parsed (SEC3). @module */
import { ApiError, malformed, tooDeep } from "../errors.ts";
import { nestsDeeperThan } from "../json_depth.ts";
import type { ServerLimits } from "../limits.ts";

type Bounds = Pick<ServerLimits, "bodyBytes" | "bodyMs" | "jsonDepth">;

/**
 * The same request with its body read, or refused.
 *
 * @param options.gone aborted when the caller is gone before the answer was delivered; Deno's own signal aborts after every answer
 * @throws {ApiError} TooLarge, TooSlow, or Malformed for what is not JSON by its type, nests too deep, or has another method
 */
export async function boundedRequest(
  request: Request,
  { bounds, gone }: { bounds: Bounds; gone: AbortSignal },
): Promise<Request> {
  const { url, method, headers } = request;
  if (method === "GET") {
    if (request.url.length > bounds.bodyBytes) throw tooLarge(bounds);
    requireShallow(new URL(request.url).searchParams.get("input") ?? "", bounds);
    return new Request(url, { method, headers, signal: gone });
  }
  // A request with another method may not be made again with a body, or at all.
  if (method !== "POST") throw malformed("", "only GET and POST");
  if (!isJson(request.headers.get("content-type"))) throw malformed("", "the content type must be application/json");
  const body = await readText(request, bounds);
  requireShallow(body, bounds);
  return new Request(url, { method, headers, body, signal: gone });
}

function isJson(contentType: string | null): boolean {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
}

/** What is announced is believed only if it is too much; what comes is counted and timed. */
async function readText({ headers, body }: Request, bounds: Bounds): Promise<string> {
  if (Number(headers.get("content-length") ?? 0) > bounds.bodyBytes) throw tooLarge(bounds);
  if (body === null) return "";
  const reader = body.getReader();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(alreadyBroken);
  }, bounds.bodyMs);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.length;
      if (bytes > bounds.bodyBytes) throw tooLarge(bounds);
      text += decoded(decoder, next.value);
    }
    if (isLate) throw tooSlow(bounds);
    return text + decoded(decoder);
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(alreadyBroken);
  }
}

/** A stream that failed, which whoever read it was told, can't be cancelled. */
function alreadyBroken(): void {}

function decoded(decoder: TextDecoder, chunk?: Uint8Array<ArrayBuffer>): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    if (cause instanceof TypeError) throw malformed("", "the body is not UTF-8");
    throw cause;
  }
}

function requireShallow(text: string, { jsonDepth }: Bounds): void {
  if (nestsDeeperThan(text, jsonDepth)) throw tooDeep(jsonDepth);
}

function tooLarge({ bodyBytes }: Bounds): ApiError {
  return new ApiError("TooLarge", { message: `a request has at most ${bodyBytes} bytes`, limiter: "bodyBytes" });
}

function tooSlow({ bodyMs }: Bounds): ApiError {
  return new ApiError("TooSlow", { message: `a body has ${bodyMs} ms to come`, limiter: "bodyMs" });
}
