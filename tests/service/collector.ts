/** An OpenTelemetry collector: takes what a process exports as OTLP over HTTP, in its JSON form. */

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly beganAt: bigint;
  readonly endedAt: bigint;
  readonly events: readonly { readonly name: string; readonly at: bigint }[];
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string }[];
}

interface OtlpTraces {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
}

export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /**
   * Everything that came: traces, logs and metrics; without the URLs that Deno's own spans of HTTP requests name, which a collector is to
   * remove (docs/operating.md).
   */
  readonly bodies: readonly string[];
}

export function startCollector(): Collector {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    bodies.push(JSON.stringify(JSON.parse(body, (_key, value) => isUrl(value) ? undefined : value)));
    if (new URL(request.url).pathname === "/v1/traces") spans.push(...spansOf(JSON.parse(body)));
    return Response.json({});
  });
  return {
    ...{ url: `http://127.0.0.1:${server.addr.port}`, spans, bodies },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function isUrl(value: unknown): boolean {
  return typeof value === "object" && value !== null && "key" in value &&
    ["url.full", "url.path", "url.query"].includes(String(value.key));
}

function spansOf({ resourceSpans = [] }: OtlpTraces): CollectedSpan[] {
  const all = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans);
  return all.map(({ name, traceId, spanId, parentSpanId = "", startTimeUnixNano, endTimeUnixNano, events = [] }) => ({
    ...{ name, traceId, spanId, parentSpanId },
    ...{ beganAt: BigInt(startTimeUnixNano), endedAt: BigInt(endTimeUnixNano) },
    events: events.map(({ name, timeUnixNano }) => ({ name, at: BigInt(timeUnixNano) })),
  }));
}
