/** Requests to the API with a bound on everything before any of it is parsed (SEC3). @module */
import { ApiError, malformed } from "../errors.ts";
import { nestsDeeperThan } from "../json_depth.ts";
import type { ServerLimits } from "../limits.ts";

type Bounds = Pick<ServerLimits, "bodyBytes" | "jsonDepth">;

/**
 * The same request with its body read, or refused.
 *
 * @param options.gone aborted when the caller is gone before the answer was delivered; Deno's own signal aborts after every answer
 * @throws {ApiError} TooLarge, or Malformed for what is not JSON by its type or nests too deep
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
  if (!isJson(request.headers.get("content-type"))) throw malformed("", "the content type must be application/json");
  const body = await readText(request, bounds);
  requireShallow(body, bounds);
  return new Request(url, { method, headers, body, signal: gone });
}

function isJson(contentType: string | null): boolean {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
}

/** What is announced is believed only if it is too much; what comes is counted. */
async function readText(request: Request, bounds: Bounds): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > bounds.bodyBytes) throw tooLarge(bounds);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > bounds.bodyBytes) throw tooLarge(bounds);
    text += decoded(decoder, chunk);
  }
  return text + decoded(decoder);
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array<ArrayBuffer>): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    if (cause instanceof TypeError) throw malformed("", "the body is not UTF-8");
    throw cause;
  }
}

function requireShallow(text: string, { jsonDepth }: Bounds): void {
  if (nestsDeeperThan(text, jsonDepth)) throw malformed("", `JSON may nest ${jsonDepth} deep`);
}

function tooLarge({ bodyBytes }: Bounds): ApiError {
  return new ApiError("TooLarge", { message: `a request has at most ${bodyBytes} bytes` });
}
