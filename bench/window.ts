/**
 * Flow control of a fan-out measurement, the same for yardstick and gatz: the receivers report how much has arrived, and the sender keeps what is
 * under way below a bound, so that neither sockets nor queues overflow and what is measured is a steady flow.
 */
export class Window {
  #sent = 0;
  #received = 0;
  #go = Promise.withResolvers<void>();
  #moved = Promise.withResolvers<void>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(readonly bound: number) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.addEventListener("message", ({ data }) => this.#onReport(String(data)));
      return response;
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Resolves once all receivers are ready. */
  get started(): Promise<void> {
    return this.#go.promise;
  }

  /** Notes `deliveries` as sent, and waits while too many are under way. */
  async sent(deliveries: number): Promise<void> {
    this.#sent += deliveries;
    while (this.#sent - this.#received > this.bound) await this.#moved.promise;
  }

  #onReport(report: string): void {
    if (report === "go") return this.#go.resolve();
    this.#received = Number(report);
    this.#moved.resolve();
    this.#moved = Promise.withResolvers<void>();
  }
}
