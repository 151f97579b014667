/** The network of one app: a proxy of its own before each node, which can be taken away. @module */
import { startTcpProxy, type TcpProxy } from "../../../tests/support/tcp_proxy.ts";

export class Network {
  readonly #proxies: readonly TcpProxy[];

  /** @param nodes where each is reached */
  constructor(nodes: readonly string[]) {
    this.#proxies = nodes.map((url) => startTcpProxy(url));
  }

  /** What the app calls. */
  get urls(): readonly string[] {
    return this.#proxies.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  /** All connections are cut, and whichever is made then too. */
  goOffline(): void {
    for (const proxy of this.#proxies) {
      proxy.refuses = true;
      proxy.cutAll();
    }
  }

  goOnline(): void {
    for (const proxy of this.#proxies) proxy.refuses = false;
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }
}
