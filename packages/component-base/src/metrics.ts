/** Label values in the order of the metric's label names. */
export interface Counter {
  inc(labels: readonly string[], by?: number): void;
}
export interface Gauge {
  set(labels: readonly string[], value: number): void;
  add(labels: readonly string[], by: number): void;
}
export interface Histogram {
  observe(labels: readonly string[], value: number): void;
}
export interface MetricOptions {
  /** Upstream's name where upstream has the metric. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A registry of metrics, rendered in the Prometheus text format. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions): Gauge;
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram;
  /**
   * Shows the metrics of another registry, such as that of another thread, beside these. `text` gives them in the text format; no series of
   * it may be here too.
   */
  include(text: () => string): void;
  render(): string;
}
