/** A node's metrics: one registry for each server, none of the process's. @module */
import { unreachable } from "@gatz/domain";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type MetricName,
  METRICS,
} from "./table.ts";

export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #collectors: (() => void | Promise<void>)[] = [];

  constructor() {
    for (const [name, description] of Object.entries(METRICS)) this.#register(name, description);
  }

  /** Of the text that {@link render} makes. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  count<N extends CounterName>(name: N, labels: LabelsOf<N>): void {
    this.#counters.get(name)!.inc(labels); // registered by the constructor, as all are
  }

  observe<N extends HistogramName>(name: N, { value, ...labels }: LabelsOf<N> & { readonly value: number }): void {
    this.#histograms.get(name)!.observe(labels, value);
  }

  set<N extends GaugeName>(name: N, { value, ...labels }: LabelsOf<N> & { readonly value: number }): void {
    this.#gauges.get(name)!.set(labels, value);
  }

  /** Adds to a counter, such as the events of one flush. */
  add<N extends CounterName>(name: N, { value, ...labels }: LabelsOf<N> & { readonly value: number }): void {
    this.#counters.get(name)!.inc(labels, value);
  }

  /** What a counter stands at, of what is counted elsewhere as a plain number. */
  total<N extends CounterName>(name: N, { value, ...labels }: LabelsOf<N> & { readonly value: number }): void {
    const counter = this.#counters.get(name)!;
    counter.remove(labels);
    counter.inc(labels, value);
  }

  /** Forgets a gauge's values, so that one that is not set again is not shown any more. */
  clear(name: GaugeName): void {
    this.#gauges.get(name)!.reset();
  }

  /** Called before each {@link render}, to set what is only looked at then. */
  onRender(collect: () => void | Promise<void>): void {
    this.#collectors.push(collect);
  }

  /** Everything, in Prometheus' text format. */
  async render(): Promise<string> {
    await Promise.all(this.#collectors.map((collect) => collect()));
    return await this.#registry.metrics();
  }

  #register(name: string, { type, help, labels, ...rest }: (typeof METRICS)[MetricName]): void {
    const base = { name, help, labelNames: [...labels], registers: [this.#registry] };
    switch (type) {
      case "counter":
        this.#counters.set(name, new Counter(base));
        break;
      case "gauge":
        this.#gauges.set(name, new Gauge(base));
        break;
      case "histogram":
        this.#histograms.set(
          name,
          new Histogram({ ...base, ...("buckets" in rest ? { buckets: [...rest.buckets] } : {}) }),
        );
        break;
      default:
        unreachable(type);
    }
  }
}
