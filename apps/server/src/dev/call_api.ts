/** A call of our own API over HTTP, as a newcomer would make it with curl. @module */
import { setTimeout } from "node:timers/promises";

export interface ApiCall {
  /** Such as `auth.devSignIn`. */
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly input: unknown;
  readonly token?: string;
}

/** For so long a part that does not answer yet is asked again, and so often. */
const PATIENCE_MS = 30_000;
const AGAIN_MS = 250;
const UNAVAILABLE = 503;

/** The answer's data, unchecked: what we call is our own. Throws on any other status than 200; what is not there now is asked again. */
export async function callApi<T>(url: string, { path, kind, input, token }: ApiCall): Promise<T> {
  const text = JSON.stringify({ json: input });
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return await untilAnswered<T>(async () => {
    const answer = kind === "query"
      ? await fetch(`${url}/trpc/${path}?input=${encodeURIComponent(text)}`, { headers })
      : await fetch(`${url}/trpc/${path}`, { method: "POST", headers, body: text });
    const body = await answer.text();
    if (answer.ok) return { answer: (JSON.parse(body) as { result: { data: { json: T } } }).result.data.json };
    const problem = `${path} answered ${answer.status}: ${body}`;
    if (answer.status !== UNAVAILABLE) throw new Error(problem);
    return { problem };
  });
}

type Asked<T> = { readonly answer: T } | { readonly problem: string };

/** Asks again while there is a problem that may pass, as clients do (LOG4); throws it in the end. */
export async function untilAnswered<T>(ask: () => Promise<Asked<T>>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const asked = await ask();
    if ("answer" in asked) return asked.answer;
    if (performance.now() > end) throw new Error(asked.problem);
    await setTimeout(AGAIN_MS);
  }
}
