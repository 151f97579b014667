import { TRPCClientError } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import assert from "node:assert/strict";
import { untilClosed } from "./until_closed.ts";

type Link = ReturnType<ReturnType<typeof untilClosed>["link"]>;
const OP = {} as Parameters<Link>[0]["op"];

Deno.test("[LIVE1] a feed that is begun after the client was closed opens no socket, and says why", () => {
  let begun = 0;
  const { link, close } = untilClosed();
  const errors: unknown[] = [];
  const begin = () =>
    link({})({
      op: OP,
      next: () =>
        observable(() => {
          begun++;
          return () => {};
        }),
    }).subscribe({ error: (error) => errors.push(error) });
  begin();
  assert.equal(begun, 1);
  close();
  begin();
  assert.deepEqual([begun, errors.length], [1, 1]);
  assert(errors[0] instanceof TRPCClientError && errors[0].message === "the client is closed");
});
