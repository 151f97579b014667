/** What the API says when it can't answer: closed codes, a field, never SQL, a stack or a secret (SEC3). @module */
import { TRPCError } from "@trpc/server";
import { type TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { DirectoryUnavailable, ShardUnavailable } from "@gatz/storage/contract";
import { z } from "zod";

/** Every code that an error of the API can carry, and what it is to tRPC and to HTTP. */
const CODES = {
  /** The input's shape is wrong; `field` says where. */
  Malformed: { key: "BAD_REQUEST", status: 400 },
  /** No access token, or one that is not (any more) good. */
  Unauthenticated: { key: "UNAUTHORIZED", status: 401 },
  /** Not from here: another origin, or a development procedure outside development. Or a member asks for what moderators are told. */
  Forbidden: { key: "FORBIDDEN", status: 403 },
  /** Not there, or not to be seen by the caller (VIS3). */
  NotFound: { key: "NOT_FOUND", status: 404 },
  UnknownProcedure: { key: "NOT_FOUND", status: 404 },
  /** The handle is somebody else's, or looks like one that is (USR2). */
  HandleTaken: { key: "CONFLICT", status: 409 },
  /** More than a limiter allows (SEC2); `limiter` names it, `retryAfterMs` says when to ask again. */
  RateLimited: { key: "TOO_MANY_REQUESTS", status: 429 },
  /** What was announced did not come in time. */
  TooSlow: { key: "TIMEOUT", status: 408 },
  TooLarge: { key: "PAYLOAD_TOO_LARGE", status: 413 },
  /** What is needed does not answer at the moment; `retryAfterMs` says when to ask again. */
  Unavailable: { key: "SERVICE_UNAVAILABLE", status: 503 },
  /** A bug of the server; `incident` finds it in the server's log. */
  Internal: { key: "INTERNAL_SERVER_ERROR", status: 500 },
} as const satisfies Record<string, { key: TRPC_ERROR_CODE_KEY; status: number }>;
export type ApiErrorCode = keyof typeof CODES;

/** Every code with its HTTP status. */
export const API_ERRORS = Object.entries(CODES).map(([code, { status }]) => ({ code, status }));

export interface ApiErrorDetail {
  /** A path into the input, like `members.3`. */
  readonly field?: string;
  readonly retryAfterMs?: number;
  /** The limit that was met, as docs/limits.md has it. */
  readonly limiter?: string;
  readonly incident?: string;
}

/** An error as the caller gets it. */
export class ApiError extends TRPCError {
  readonly apiCode: ApiErrorCode;
  readonly detail: ApiErrorDetail;

  constructor(
    code: ApiErrorCode,
    { message, cause, ...detail }: ApiErrorDetail & { message: string; cause?: unknown },
  ) {
    super({ code: CODES[code].key, message, cause });
    this.apiCode = code;
    this.detail = detail;
  }
}

/** The one answer for what is not there and for what the caller may not see: no two of them differ (VIS3). */
export function notFound(): ApiError {
  return new ApiError("NotFound", { message: "not found" });
}

export function tokenExpired(): ApiError {
  return new ApiError("Unauthenticated", { message: "the access token has expired" });
}

export function handleTaken(): ApiError {
  return new ApiError("HandleTaken", { field: "handle", message: "taken, or too much like one that is" });
}

export function accountEnded(): ApiError {
  return new ApiError("Unauthenticated", { message: "the account has ended" });
}

export function rateLimited({ limiter, retryAfterMs }: { limiter: string; retryAfterMs: number }): ApiError {
  return new ApiError("RateLimited", { message: "too much at once", limiter, retryAfterMs });
}

export function malformed(field: string, message: string): ApiError {
  return new ApiError("Malformed", { field: clipped(field), message });
}

export function tooDeep(jsonDepth: number): ApiError {
  return new ApiError("Malformed", { message: `JSON may nest ${jsonDepth} deep`, limiter: "jsonDepth" });
}

/** What travels as a tRPC error's shape; `data.code` is the API's own code. */
export interface ErrorShape {
  readonly message: string;
  readonly code: (typeof TRPC_ERROR_CODES_BY_KEY)[TRPC_ERROR_CODE_KEY];
  readonly data: { readonly code: ApiErrorCode; readonly httpStatus: number } & ApiErrorDetail;
}

export function errorShape(error: ApiError): ErrorShape {
  const { key, status } = CODES[error.apiCode];
  return {
    message: error.message,
    code: TRPC_ERROR_CODES_BY_KEY[key],
    data: { code: error.apiCode, httpStatus: status, ...error.detail },
  };
}

// An error is reported to the log and shaped for the caller in two calls: both must name the same incident.
const known = new WeakMap<object, ApiError>();

/** Whatever was thrown, as the caller may see it. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const error = thrown instanceof Object ? thrown : new Error(String(thrown));
  const before = known.get(error);
  if (before !== undefined) return before;
  const classified = classify(error);
  known.set(error, classified);
  return classified;
}

function classify(error: object): ApiError {
  if (error instanceof ShardUnavailable) {
    return new ApiError("Unavailable", {
      message: "a part of the service does not answer at the moment",
      retryAfterMs: error.retryAfterMs,
    });
  }
  if (error instanceof DirectoryUnavailable) {
    return new ApiError("Unavailable", {
      message: "sign-in and handles are not available at the moment",
      retryAfterMs: DIRECTORY_RETRY_MS,
    });
  }
  if (error instanceof z.ZodError) return fromZod(error);
  if (!(error instanceof TRPCError)) return internal(error);
  if (error.cause instanceof Error && isClassified(error.cause)) return toApiError(error.cause);
  return fromTrpc(error);
}

const DIRECTORY_RETRY_MS = 1_000;

function isClassified(cause: Error): boolean {
  return cause instanceof ApiError || cause instanceof ShardUnavailable || cause instanceof DirectoryUnavailable ||
    cause instanceof z.ZodError;
}

/** Of tRPC's own refusals the message is ours: theirs quote the input. */
function fromTrpc(error: TRPCError): ApiError {
  switch (error.code) {
    case "NOT_FOUND":
      return new ApiError("UnknownProcedure", { message: "no such procedure" });
    case "PAYLOAD_TOO_LARGE":
      return new ApiError("TooLarge", { message: "the request is too large" });
    case "PARSE_ERROR":
    case "BAD_REQUEST":
    case "UNPROCESSABLE_CONTENT":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "METHOD_NOT_SUPPORTED":
      return new ApiError("Malformed", { message: "not a request that this API understands" });
    default:
      return internal(error);
  }
}

function internal(cause: object): ApiError {
  const incident = crypto.randomUUID();
  return new ApiError("Internal", { message: `internal error, incident ${incident}`, incident, cause });
}

function fromZod(error: z.ZodError): ApiError {
  const issue = error.issues[0];
  if (issue === undefined) return new ApiError("Malformed", { message: "malformed input" });
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
  const message = issue.code === "unrecognized_keys" ? "unknown field" : issue.message;
  return malformed(path.join("."), message);
}

/** A field name can come from the caller: what is echoed has a bound. */
function clipped(field: string): string {
  return field.length <= 200 ? field : field.slice(0, 200) + "…";
}
