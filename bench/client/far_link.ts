/** A server as far away as one says: bytes arrive later, in both directions, however many there are. @module */

export interface FarLink extends AsyncDisposable {
  readonly port: number;
}

/** TCP on loopback, to a port there; each piece arrives so many milliseconds after it was sent. */
export function farLink(target: { readonly port: number }, oneWayMs: number): FarLink {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const end = (ends: Iterable<Deno.TcpConn>) => {
    for (const one of [...ends]) if (open.delete(one)) one.close();
  };
  const accepting = accept(listener, async (near) => {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: target.port });
    for (const one of [near, far]) {
      one.setNoDelay(true);
      open.add(one);
    }
    const ways = [carried(near, far, oneWayMs), carried(far, near, oneWayMs)];
    // Whichever end goes first takes the other with it.
    await Promise.race(ways);
    end([near, far]);
    await Promise.all(ways);
  });
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      end(open);
      await accepting;
    },
  };
}

async function accept(listener: Deno.TcpListener, link: (near: Deno.TcpConn) => Promise<void>): Promise<void> {
  const links: Promise<void>[] = [];
  for await (const near of listener) links.push(link(near));
  await Promise.all(links);
}

/** What comes while something is under way waits for its own time only. */
async function carried(from: Deno.TcpConn, to: Deno.TcpConn, oneWayMs: number): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  let arriving = Promise.resolve();
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      const data = buffer.slice(0, read);
      arriving = Promise.all([arriving, pause(oneWayMs)]).then(() => writeAll(to, data));
      arriving.catch(() => {}); // it is awaited below
    }
    await arriving;
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}

async function writeAll(to: Deno.TcpConn, data: Uint8Array): Promise<void> {
  for (let sent = 0; sent < data.length;) sent += await to.write(data.subarray(sent));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function isEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.NotConnected;
}
