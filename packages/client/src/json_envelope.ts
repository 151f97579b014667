/** What goes over the wire is JSON in superjson's envelope: stock clients read it with superjson, and this one needs no more than this. @module */

interface Envelope {
  readonly json?: unknown;
  /** What superjson would have to make of it: nothing that gatz answers needs that. */
  readonly meta?: unknown;
}

/** tRPC's transformer. */
export const jsonEnvelope = {
  serialize: (json: unknown): Envelope => ({ json }),
  deserialize: ({ json, meta }: Envelope): unknown => {
    if (meta !== undefined) throw new TypeError("the server answered what is more than JSON");
    return json;
  },
};
