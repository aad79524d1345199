import { assert } from "./assert.ts";
import type { Counter, Gauge, Histogram, MetricOptions, Metrics } from "./metrics.ts";

/** Series of one metric before further label values fall together. */
const SERIES_MAX = 1000;
/** Stands in every label of the series that takes what is too much. */
const OVERFLOW = "overflow";

interface Series {
  readonly labels: readonly string[];
  value: number;
  /** Of histograms: observations per bucket (not cumulated), the last for those beyond all. */
  readonly counts?: number[];
}

interface Family {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly options: MetricOptions;
  readonly buckets: readonly number[];
  readonly series: Map<string, Series>;
}

/** A registry of its own, empty. A metric holds at most 1,000 series; what comes then is counted in one with labels `overflow`. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const included: (() => string)[] = [];

  function family(kind: Family["kind"], options: MetricOptions, buckets: readonly number[] = []): Family {
    const known = families.get(options.name);
    if (known !== undefined) {
      const same = known.kind === kind && String(known.options.labels ?? []) === String(options.labels ?? []);
      assert(same, `metric ${options.name} is already there with another kind or other labels`);
      return known;
    }
    const made: Family = { kind, options, buckets, series: new Map() };
    families.set(options.name, made);
    return made;
  }

  return {
    counter(options): Counter {
      const of = family("counter", options);
      return {
        inc: (labels, by = 1) => {
          seriesOf(of, labels).value += by;
        },
      };
    },
    gauge(options): Gauge {
      const of = family("gauge", options);
      return {
        set: (labels, value) => {
          seriesOf(of, labels).value = value;
        },
        add: (labels, by) => {
          seriesOf(of, labels).value += by;
        },
      };
    },
    histogram(options): Histogram {
      const of = family("histogram", options, options.buckets);
      return { observe: (labels, value) => observe(of, labels, value) };
    },
    include: (text) => void included.push(text),
    render: () => joined([[...families.values()].map(renderFamily).join(""), ...included.map((text) => text())]),
  };
}

/** The texts as one, in which each metric stands once with the series of all. */
function joined([own = "", ...others]: readonly string[]): string {
  if (others.every((text) => text === "")) return own;
  const byName = new Map<string, string>();
  for (const block of [own, ...others].flatMap((text) => text.split(/^(?=# HELP )/m))) {
    const [, , name = ""] = block.split(" ", 3);
    const before = byName.get(name);
    byName.set(name, before === undefined ? block : before + block.replace(/^(?:#.*\n)+/, ""));
  }
  return [...byName.values()].join("");
}

function seriesOf(family: Family, labels: readonly string[]): Series {
  const names = family.options.labels ?? [];
  assert(
    labels.length === names.length,
    `metric ${family.options.name} has ${names.length} labels, not ${labels.length}`,
  );
  const id = labels.length === 1 ? (labels[0] ?? "") : labels.join("\u0000");
  const found = family.series.get(id);
  if (found !== undefined) return found;
  if (family.series.size >= SERIES_MAX && labels.some((label) => label !== OVERFLOW)) {
    return seriesOf(
      family,
      labels.map(() => OVERFLOW),
    );
  }
  const counts = family.kind === "histogram" ? { counts: family.buckets.map(() => 0).concat(0) } : {};
  const series: Series = { labels: [...labels], value: 0, ...counts };
  family.series.set(id, series);
  return series;
}

function observe(family: Family, labels: readonly string[], value: number): void {
  const series = seriesOf(family, labels);
  series.value += value;
  if (series.counts === undefined) return;
  let at = 0;
  while (at < family.buckets.length && value > (family.buckets[at] ?? 0)) at++;
  series.counts[at] = (series.counts[at] ?? 0) + 1;
}

function renderFamily({ kind, options, buckets, series }: Family): string {
  const { name, help, labels: names = [] } = options;
  const lines = [`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${kind}`];
  for (const { labels, value, counts } of series.values()) {
    const pairs = names.map((label, i) => `${label}="${escapeLabel(labels[i] ?? "")}"`);
    if (counts === undefined) {
      lines.push(`${name}${braced(pairs)} ${formatNumber(value)}`);
      continue;
    }
    let total = 0;
    counts.forEach((count, i) => {
      total += count;
      const bound = i < buckets.length ? formatNumber(buckets[i] ?? 0) : "+Inf";
      lines.push(`${name}_bucket${braced([...pairs, `le="${bound}"`])} ${total}`);
    });
    lines.push(`${name}_sum${braced(pairs)} ${formatNumber(value)}`, `${name}_count${braced(pairs)} ${total}`);
  }
  return `${lines.join("\n")}\n`;
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
