/** The same calls with the stock client over a WebSocket, whose token comes with the connection. @module */
import { TRPCClientError } from "@trpc/client";
import { connect } from "@gatz/testing/test_server.ts";
import { type Asked, outcomesIn, type Told } from "./wire.ts";

type Subscribe = (input: unknown, on: { onData: (data: unknown) => void; onError: (error: unknown) => void }) => {
  unsubscribe(): void;
};
type Procedure = Readonly<Record<"query" | "mutate", (input: unknown) => Promise<unknown>>> & { subscribe: Subscribe };

/** What a call comes to; of a feed, what its first frame is or what it is refused with. */
export async function toldOverSocket(url: string, { procedure, kind, input, token }: Asked): Promise<Told> {
  await using client = connect(url, { transport: "ws", ...(token !== null && { token }) });
  // The client's own types know each procedure by name; here the name is data.
  const called = procedure.split(".").reduce<unknown>(
    (at, name) => (at as Record<string, unknown>)[name],
    client.api,
  ) as Procedure;
  try {
    const data =
      await (kind === "feed" ? firstOf(called, input) : called[kind === "query" ? "query" : "mutate"](input));
    const last = outcomesIn(data).at(-1);
    return last?.kind === "rejected" ? { kind: "rejected", code: last.code ?? "" } : { kind: "accepted", data };
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    return { kind: "error", code: error.data?.code };
  }
}

function firstOf(called: Procedure, input: unknown): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const subscription = called.subscribe(input, { onData: resolve, onError: reject });
  return promise.finally(() => subscription.unsubscribe());
}
