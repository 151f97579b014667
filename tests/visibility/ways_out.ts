/** Every query that there is, asked by somebody about everything that there is: what is answered, as the bytes that came. @module */
import type { Person } from "@gatz/testing/test_server.ts";
import type { Row } from "./log_rows.ts";

/** What there is to ask about. */
export interface Things {
  readonly talks: readonly string[];
  readonly groups: readonly string[];
  readonly people: readonly string[];
  readonly rowsOf: (stream: string) => readonly Row[];
}

type Inputs = (things: Things) => readonly unknown[];

const talks = (more: Readonly<Record<string, unknown>> = {}): Inputs => (things) =>
  things.talks.map((discussion) => ({ discussion, ...more }));
const groups: Inputs = (things) => things.groups.map((group) => ({ group }));
const messages: Inputs = (things) =>
  things.talks.flatMap((talk) => things.rowsOf(talk)).filter(({ type }) => type === "new-message").map(({ id }) => ({
    id,
  }));
/** Every so many seqs. */
const moments = (step: number): Inputs => (things) =>
  things.talks.flatMap((discussion) =>
    things.rowsOf(discussion).filter(({ seq }) => seq % step === 1).map(({ seq }) => ({ discussion, seq }))
  );
const flags: Inputs = (things) =>
  things.talks.flatMap((discussion) =>
    things.rowsOf(discussion).filter(({ type }) => type === "flag-message").map(({ seq }) => ({ discussion, seq }))
  );
const streams: Inputs = ({ talks, groups, people }) =>
  [...talks, ...groups, ...people].flatMap((stream) => [{ stream, fromSeq: 1 }, { stream, fromSeq: 7 }]);

const opened: Inputs = ({ talks, groups, people }) =>
  [...talks, ...groups, ...people].flatMap((stream) => [{ stream, limit: 500 }, { stream, limit: 5 }]);

/** What may be done to the newest messages, by drafts that are never offered. */
const foreseen: Inputs = (things) =>
  things.talks.map((stream) => {
    const said = things.rowsOf(stream).filter(({ type }) => type === "new-message").slice(-5);
    const drafts = said.flatMap(({ id: target }) => [
      { stream, id: target.replace("msg_", "evt_"), version: 1, type: "pin-message", body: { target } },
      { stream, id: target.replace("msg_", "evt_"), version: 1, type: "flag-message", body: { target } },
    ]);
    return { stream, drafts: drafts.length > 0 ? drafts : [{}] };
  });

/** How each is asked; null: it shows nothing of what people say. A query that is not here fails the test. */
export const WAYS_OUT: Readonly<Record<string, Inputs | null>> = {
  "auth.me": null,
  "debug.owners": null,
  "discussions.at": moments(5),
  "discussions.byId": talks(),
  "discussions.byUser": () => [{ limit: 100 }, { limit: 3 }],
  "discussions.members": talks(),
  "discussions.rows": ({ talks }) => [{ discussions: talks }],
  "groups.byId": groups,
  "groups.byUser": () => [{ limit: 100 }, { limit: 1 }],
  "groups.invites": groups,
  "groups.joinable": groups,
  "groups.members": groups,
  "groups.rows": ({ groups }) => [{ groups }],
  "log.canOffer": foreseen,
  "log.hash": null,
  "log.open": opened,
  "log.read": streams,
  "messages.at": moments(6),
  "messages.byDiscussion": talks({ limit: 100 }),
  "messages.byId": messages,
  "moderation.audit": talks(),
  "moderation.evidence": flags,
  "moderation.queue": talks(),
  "moderation.sanctions": talks(),
  "reads.get": ({ talks }) => [{ discussions: talks }],
  "settings.ofDiscussions": ({ talks }) => [{ discussions: talks }],
  "users.blocked": () => [undefined],
  "users.byHandle": null,
  "users.byId": null,
  "users.byIds": null,
  "users.forDiscussion": talks(),
  "users.forGroup": groups,
};

/** One answer to one question. */
export interface Answer {
  readonly path: string;
  readonly input: unknown;
  readonly status: number;
  readonly text: string;
}

const AT_ONCE = 6;

export interface Asking {
  readonly url: string;
  readonly things: Things;
  /** Default: all there are. */
  readonly paths?: readonly string[] | undefined;
}

/** All that one person is answered, refusals too. */
export async function askEverything(
  { token }: Pick<Person, "token">,
  { url, things, paths = Object.keys(WAYS_OUT) }: Asking,
): Promise<Answer[]> {
  const questions = paths.flatMap((path) => (WAYS_OUT[path]?.(things) ?? []).map((input) => ({ path, input })));
  const answers: Answer[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = questions.pop(); next !== undefined; next = questions.pop()) {
      answers.push(await ask(url, token, next));
    }
  }));
  return answers;
}

async function ask(url: string, token: string, { path, input }: { path: string; input: unknown }): Promise<Answer> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
  const response = await fetch(`${url}/trpc/${path}${query}`, { headers: { authorization: `Bearer ${token}` } });
  return { path, input, status: response.status, text: await response.text() };
}
