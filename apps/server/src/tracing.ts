/**
 * A call's trace, through OpenTelemetry as Deno has it built in: received, queued, decided, committed, handed over, delivered. Numbers and
 * names only: no texts, ids, tokens or addresses.
 * @module
 */
import {
  type Attributes,
  context,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Position, ShardNumber } from "@gatz/domain";
import type { OfferStep } from "@gatz/storage/contract";
import { LRUCache } from "lru-cache";
import type { ApiErrorCode } from "./errors.ts";

export interface CallTrace {
  /** Of the trace, as it is exported. */
  readonly id: string;
  /** For `OfferOptions.onStep`. */
  step(shard: ShardNumber, step: OfferStep): void;
  end(code: ApiErrorCode | "ok"): void;
}

/** Where an event is in a shard's log. */
export interface Place {
  readonly shard: ShardNumber;
  readonly position: Position;
}

export interface Tracing {
  /**
   * Begins the trace of a call that was received; undefined if it is not to be sampled. `root`: it is a trace of its own, as each call of a
   * WebSocket is; else it is part of what goes on, such as its HTTP request.
   */
  startCall(procedure: string, options: { readonly root: boolean }): CallTrace | undefined;
  /** The hub has put an event into the queues of so many feeds. */
  handedOver(place: Place, feeds: number): void;
  /** A feed's frame has been given to its connection. */
  delivered(places: readonly Place[]): void;
}

/** Events of this node whose traces may go on: those that were committed last. */
const REMEMBERED = 4_096;
/** Of one event's deliveries so many are traced: they are alike, and a discussion can have a thousand readers. */
const DELIVERIES = 32;

export function createTracing(tracer: Tracer): Tracing {
  const committed = new LRUCache<string, { readonly of: SpanContext; deliveries: number }>({ max: REMEMBERED });
  const keyOf = ({ shard, position }: Place) => `${shard} ${position}`;
  const point = (of: SpanContext, name: string, attributes: Attributes) =>
    tracer.startSpan(name, { attributes }, trace.setSpanContext(context.active(), of)).end();
  return {
    startCall(procedure, { root }) {
      const span = tracer.startSpan(procedure, { kind: SpanKind.SERVER, root });
      if (!span.isRecording()) return undefined;
      span.addEvent("received");
      const remember = (place: Place) => committed.set(keyOf(place), { of: span.spanContext(), deliveries: 0 });
      return callTrace(span, remember);
    },
    handedOver(place, feeds) {
      const known = committed.get(keyOf(place));
      if (known) point(known.of, "handed over", { ...attributesOf(place), "gatz.feeds": feeds });
    },
    delivered(places) {
      for (const place of places) {
        const known = committed.get(keyOf(place));
        if (known && known.deliveries++ < DELIVERIES) point(known.of, "delivered", attributesOf(place));
      }
    },
  };
}

function callTrace(span: Span, remember: (place: Place) => void): CallTrace {
  return {
    id: span.spanContext().traceId,
    step(shard, step) {
      span.addEvent(step.kind, { "gatz.shard": shard });
      if (step.kind === "committed") step.positions.forEach((position) => remember({ shard, position }));
    },
    end(code) {
      span.setAttribute("gatz.code", code);
      if (code === "Internal") span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function attributesOf({ shard, position }: Place): Attributes {
  return { "gatz.shard": shard, "gatz.position": position };
}
