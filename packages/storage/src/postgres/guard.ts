/**
 * postgres@3.4.9 writes from a `setImmediate` to the socket it holds; when the connection went away in between, that is null, and the
 * TypeError can be caught by nobody: it would end the process. The connection that it belongs to is already closed and its queries are
 * rejected by then, so nothing is lost by letting exactly this error go.
 * @module
 */

const LIBRARY = /[/\\]postgres[/\\](?:src|cjs[/\\]src|cf[/\\]src)[/\\]connection\.js/;
const NULL_SOCKET = /null.*'write'|'write'.*null|null \(reading 'write'\)/;

let installed = false;
let caught = 0;

/** How many times the guard held. */
export function guardedErrors(): number {
  return caught;
}

/** Whether an uncaught error is the one of a write to a closed connection, from inside the library. */
export function isNullSocketWrite(error: unknown): boolean {
  return error instanceof TypeError && NULL_SOCKET.test(error.message) && error.stack !== undefined &&
    LIBRARY.test(error.stack) && error.stack.includes("nextWrite");
}

/** Installed once a process, by whoever opens connections. */
export function installGuard(): void {
  if (installed) return;
  installed = true;
  globalThis.addEventListener("error", (event) => {
    if (!isNullSocketWrite(event.error)) return;
    caught++;
    event.preventDefault();
  });
}
