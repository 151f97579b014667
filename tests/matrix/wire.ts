/** Calls by hand, and what comes back to the byte. @module */
import superjson, { type SuperJSONResult } from "superjson";

export type CallKind = "query" | "mutation" | "feed";

/** One call of one procedure. */
export interface Asked {
  readonly procedure: string;
  readonly kind: CallKind;
  readonly input: object | undefined;
  readonly token: string | null;
  /** Whether it comes from the machine itself, as far as the server can tell. */
  readonly isNear: boolean;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** What a reply comes to. */
export type Told =
  | { readonly kind: "error"; readonly code: string }
  | { readonly kind: "rejected"; readonly code: string }
  | { readonly kind: "not-now"; readonly reason: string }
  | { readonly kind: "accepted"; readonly data: unknown };

const ELSEWHERE = { "x-forwarded-for": "203.0.113.7" };

export function requestOf(url: string, { procedure, kind, input, token, isNear }: Asked): Request {
  const json = input === undefined ? undefined : JSON.stringify(superjson.serialize(input));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(isNear ? {} : ELSEWHERE),
    ...(kind === "feed" ? { accept: "text/event-stream" } : {}),
  };
  if (kind === "mutation") {
    return new Request(`${url}/trpc/${procedure}`, { method: "POST", headers, body: json ?? "" });
  }
  const query = json === undefined ? "" : `?input=${encodeURIComponent(json)}`;
  return new Request(`${url}/trpc/${procedure}${query}`, { headers });
}

export async function call(url: string, asked: Asked): Promise<Reply> {
  const response = await fetch(requestOf(url, asked));
  return { status: response.status, body: await response.text() };
}

export interface Outcome {
  readonly kind: "accepted" | "duplicate" | "rejected" | "not-now" | "unknown";
  readonly code?: string;
  readonly reason?: string;
}

/** What became of what was written or signalled, or would become of it. */
export function outcomesIn(data: unknown): readonly Outcome[] {
  const { kind, answers, outcome, outcomes = outcome === undefined ? [] : [outcome] } = (data ?? {}) as
    & Partial<Outcome>
    & { outcome?: Outcome; outcomes?: readonly Outcome[]; answers?: readonly (Outcome | null)[] };
  if (answers !== undefined) return answers.filter((answer) => answer !== null);
  return kind === "rejected" ? [data as Outcome] : outcomes;
}

/** Of a bundle the last outcome tells, since what is refused ends it. */
export function toldBy({ body }: Reply): Told {
  const { error, result } = JSON.parse(body) as { error?: SuperJSONResult; result?: { data: SuperJSONResult } };
  if (error !== undefined) {
    return { kind: "error", code: superjson.deserialize<{ data: { code: string } }>(error).data.code };
  }
  const data = superjson.deserialize<unknown>(result!.data); // one of the two is there
  const last = outcomesIn(data).at(-1);
  switch (last?.kind) {
    case undefined:
    case "accepted":
      return { kind: "accepted", data };
    case "rejected":
      return { kind: "rejected", code: last.code ?? "" };
    case "not-now":
      return { kind: "not-now", reason: last.reason ?? "" };
    case "duplicate":
    case "unknown":
      throw new Error(`a fresh draft was answered ${body}`);
  }
}
