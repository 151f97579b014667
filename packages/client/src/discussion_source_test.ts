import { type MessageDraft, seq, uuidToId } from "@gatz/domain";
import type { AppRouter } from "@gatz/server";
import { createTRPCClient, TRPCClientError } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import assert from "node:assert/strict";
import { discussionSource } from "./discussion_source.ts";
import type { Trouble } from "./trouble.ts";

const DISCUSSION = uuidToId("disc", "0198c0de-0000-7003-8000-000000000001");
const DRAFT: MessageDraft = {
  stream: DISCUSSION,
  id: uuidToId("msg", "0198c0de-0000-7003-8000-000000000002"),
  type: "new-message",
  version: 1,
  body: { text: "hello", mentions: [], attachments: [] },
};

/** What offering, reading and following come to when each of them fails with this error. */
async function troublesWith(error: TRPCClientError<AppRouter>): Promise<unknown[]> {
  const link = () => () => observable<never, TRPCClientError<AppRouter>>((observer) => observer.error(error));
  const source = discussionSource(createTRPCClient<AppRouter>({ links: [link] }), DISCUSSION);
  const { promise, resolve } = Promise.withResolvers<Trouble>();
  source.follow(seq(1), { items: () => {}, connected: () => {}, ended: resolve });
  return [await source.offer(DRAFT), await source.read(seq(1)), await promise];
}

function fromServer(code: string, detail: { retryAfterMs?: number } = {}): TRPCClientError<AppRouter> {
  return TRPCClientError.from({ error: { code: -32000, message: `it is ${code}`, data: { code, ...detail } } });
}

Deno.test("[LOG4] a lost connection and an error that may pass are asked again; what no repetition can mend is not", async () => {
  const final = [
    "Malformed",
    "Unauthenticated",
    "Forbidden",
    "NotFound",
    "UnknownProcedure",
    "HandleTaken",
    "TooLarge",
  ];
  const passing = ["Unavailable", "Internal", "NewerThanThisClient"];
  for (const code of [...final, ...passing]) {
    const expected = {
      kind: "trouble",
      again: passing.includes(code),
      code,
      problem: `it is ${code}`,
      retryAfterMs: 0,
    };
    assert.deepEqual(await troublesWith(fromServer(code)), [expected, expected, expected]);
  }
  const cut = { kind: "trouble", again: true, problem: null, retryAfterMs: 0 };
  assert.deepEqual(await troublesWith(new TRPCClientError("WebSocket closed")), [cut, cut, cut]);
});

Deno.test("[LOG4] when the server says when to ask again, that is when", async () => {
  const problem = "it is Unavailable";
  const expected = { kind: "trouble", again: true, code: "Unavailable", problem, retryAfterMs: 700 };
  const troubles = await troublesWith(fromServer("Unavailable", { retryAfterMs: 700 }));
  assert.deepEqual(troubles, [expected, expected, expected]);
});
