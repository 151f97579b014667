/** A call that is refused for its token is made again with a new one. @module */
import type { AppRouter } from "@gatz/server";
import { type Operation, retryLink, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";

/** In a row, for one call or subscription: a token function that gives no good token does not keep anybody waiting. */
const MOST_RENEWALS = 3;
/** Answers of the same moment still arrive; the calls are made again on the next socket. */
const GRACE_MS = 100;
const RETRY_MS = 250;

export interface TokenRenewalOptions {
  /** Whether a call goes over the socket, whose token is as old as its connection. */
  readonly isOverSocket: (operation: Operation) => boolean;
  /** Closes the socket that there is; the next one asks for a token. */
  readonly closeSocket: () => void;
}

export interface TokenRenewal {
  readonly links: readonly TRPCLink<AppRouter>[];
  /** No socket is closed any more. */
  stop(): void;
}

/**
 * Links for a client whose token comes from a function. A refused call has done nothing, so it is safe to repeat; a subscription
 * goes on from its cursor. Calls that are still unanswered when the socket closes fail as with any cut.
 */
export function tokenRenewal({ isOverSocket, closeSocket }: TokenRenewalOptions): TokenRenewal {
  let closing: ReturnType<typeof setTimeout> | undefined;
  const closeSoon = () => {
    closing ??= setTimeout(() => {
      closing = undefined;
      closeSocket();
    }, GRACE_MS);
  };
  /** By the context, which is the one thing that all attempts of a call share. */
  const renewals = new WeakMap<object, number>();
  const again = retryLink<AppRouter>({
    retry: ({ op, error }) => {
      const before = renewals.get(op.context) ?? 0;
      if (error.data?.code !== "Unauthenticated" || before === MOST_RENEWALS) return false;
      renewals.set(op.context, before + 1);
      if (isOverSocket(op)) closeSoon();
      return true;
    },
    retryDelayMs: () => RETRY_MS,
  });
  /** A feed lives through many tokens: what arrives on one shows that it was good. */
  const acknowledge: TRPCLink<AppRouter> = () => ({ op, next }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (envelope) => {
          if (envelope.result.type === undefined || envelope.result.type === "data") renewals.delete(op.context);
          observer.next(envelope);
        },
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      })
    );
  return { links: [again, acknowledge], stop: () => clearTimeout(closing) };
}
