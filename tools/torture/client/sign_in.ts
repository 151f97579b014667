/** How people of a run come in. @module */
import type { History } from "../history/history.ts";
import { zSignedIn } from "./answers.ts";
import { anonymousCall } from "./line.ts";

export interface SignedIn {
  readonly user: string;
  readonly token: string;
  readonly home: number;
  readonly incarnation: string;
}

/** There must be a server. */
export async function signIn(
  handle: string,
  { node, history }: { readonly node: string; readonly history: History },
): Promise<SignedIn> {
  const call = { kind: "mutation" as const, path: "auth.devSignIn", input: { handle }, answer: zSignedIn };
  const answer = await anonymousCall(node, call);
  if (answer.kind !== "answered") throw new Error(`${handle} can't sign in: ${JSON.stringify(answer)}`);
  history.note({ k: "person", user: answer.value.user, handle });
  return answer.value;
}
