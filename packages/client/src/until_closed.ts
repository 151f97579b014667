/** What is asked of a client after it was closed gets no answer; the socket would be opened again for it. @module */
import type { AppRouter } from "@gatz/server";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";

export interface UntilClosed {
  /** The first of a client's links. */
  readonly link: TRPCLink<AppRouter>;
  close(): void;
}

export function untilClosed(): UntilClosed {
  let isClosed = false;
  return {
    link: () => ({ op, next }) =>
      observable((observer) => {
        if (!isClosed) return next(op).subscribe(observer);
        observer.error(new TRPCClientError("the client is closed"));
        return () => {};
      }),
    close: () => {
      isClosed = true;
    },
  };
}
