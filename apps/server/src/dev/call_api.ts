/** A call of our own API over HTTP, as a newcomer would make it with curl. @module */

export interface ApiCall {
  /** Such as `auth.devSignIn`. */
  readonly path: string;
  readonly kind: "query" | "mutation";
  readonly input: unknown;
  readonly token?: string;
}

/** The answer's data, unchecked: what we call is our own. Throws on any other status than 200. */
export async function callApi<T>(url: string, { path, kind, input, token }: ApiCall): Promise<T> {
  const text = JSON.stringify({ json: input });
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = kind === "query"
    ? await fetch(`${url}/trpc/${path}?input=${encodeURIComponent(text)}`, { headers })
    : await fetch(`${url}/trpc/${path}`, { method: "POST", headers, body: text });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${body}`);
  return (JSON.parse(body) as { result: { data: { json: T } } }).result.data.json;
}
