/** A TCP relay in front of the server, to cut the connections through it as a failing network does. @module */

export interface Relay {
  /** As the server's, with the relay's port. */
  readonly url: string;
  /** Ends all connections at once, in the middle of whatever they carry, and takes none until it is `healed`. */
  cut(healed: Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Starts a relay to the server at `url` (http, a host and a port). */
export function startRelay(url: string): Relay {
  const target = new URL(url);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let down = false;
  const serving = serve();

  async function serve(): Promise<void> {
    for await (const incoming of listener) {
      if (down) incoming.close();
      else void join(incoming);
    }
  }

  async function join(incoming: Deno.Conn): Promise<void> {
    open.add(incoming);
    try {
      const outgoing = await Deno.connect({ hostname: target.hostname, port: Number(target.port) });
      open.add(outgoing);
      await Promise.race([pump(incoming, outgoing), pump(outgoing, incoming)]).finally(() => shut(outgoing));
    } catch (error) {
      // Losing connections, and finding nobody, is what a relay is there for.
      if (!isLoss(error)) throw error;
    } finally {
      shut(incoming);
    }
  }

  function shut(connection: Deno.Conn): void {
    if (open.delete(connection)) connection.close();
  }

  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    cut: async (healed) => {
      down = true;
      for (const connection of open) shut(connection);
      await healed;
      down = false;
    },
    close: async () => {
      listener.close();
      for (const connection of open) shut(connection);
      await serving;
    },
  };
}

/** Copies until either side ends. */
async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
    for (let written = 0; written < read;) written += await to.write(buffer.subarray(written, read));
  }
}

const LOSSES = [
  ...[Deno.errors.BadResource, Deno.errors.Interrupted, Deno.errors.BrokenPipe],
  ...[Deno.errors.ConnectionRefused, Deno.errors.ConnectionReset, Deno.errors.ConnectionAborted],
];

function isLoss(error: unknown): boolean {
  return LOSSES.some((kind) => error instanceof kind);
}
