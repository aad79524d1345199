// Metrics in the Prometheus text format, bounded in the number of their series.
import { describe, expect, it } from "vitest";
import { createMetrics } from "./metrics-registry.ts";

describe("metrics", () => {
  it("renders counters, gauges and histograms", () => {
    const metrics = createMetrics();
    metrics
      .counter({ name: "requests_total", help: "All\nrequests.", labels: ["verb", "code"] })
      .inc(["get", '2"00\\'], 3);
    metrics.gauge({ name: "up", help: "Whether up." }).set([], 1);
    const seconds = metrics.histogram({ name: "seconds", help: "Time.", labels: ["verb"], buckets: [0.1, 1] });
    for (const value of [0.05, 0.1, 0.5, 5]) seconds.observe(["get"], value);
    expect(metrics.render()).toBe(
      [
        "# HELP requests_total All\\nrequests.",
        "# TYPE requests_total counter",
        'requests_total{verb="get",code="2\\"00\\\\"} 3',
        "# HELP up Whether up.",
        "# TYPE up gauge",
        "up 1",
        "# HELP seconds Time.",
        "# TYPE seconds histogram",
        'seconds_bucket{verb="get",le="0.1"} 2',
        'seconds_bucket{verb="get",le="1"} 3',
        'seconds_bucket{verb="get",le="+Inf"} 4',
        'seconds_sum{verb="get"} 5.65',
        'seconds_count{verb="get"} 4',
        "",
      ].join("\n"),
    );
  });

  it("gives the same metric for the same name, and refuses another shape", () => {
    const metrics = createMetrics();
    metrics.counter({ name: "a", help: "A." }).inc([]);
    metrics.counter({ name: "a", help: "A." }).inc([]);
    expect(metrics.render()).toContain("\na 2\n");
    expect(() => metrics.gauge({ name: "a", help: "A." })).toThrow("another kind");
    expect(() => metrics.counter({ name: "a", help: "A." }).inc(["x"])).toThrow("has 0 labels");
  });

  it("lets what is beyond 1,000 series fall together", () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: "a", help: "A.", labels: ["user", "verb"] });
    for (let i = 0; i < 1500; i++) counter.inc([`user-${i}`, "get"]);
    counter.inc(["user-0", "get"]);
    const lines = metrics.render().split("\n");
    expect(lines.length).toBeLessThan(1010);
    expect(lines).toContain('a{user="overflow",verb="overflow"} 500');
    expect(lines).toContain('a{user="user-0",verb="get"} 2');
  });

  it("shows those of other registries too, each metric once", () => {
    const metrics = createMetrics();
    const other = createMetrics();
    metrics.include(() => other.render());
    metrics.counter({ name: "a", help: "A.", labels: ["of"] }).inc(["here"]);
    expect(metrics.render()).toBe('# HELP a A.\n# TYPE a counter\na{of="here"} 1\n');
    other.gauge({ name: "b", help: "B." }).set([], 2);
    other.counter({ name: "a", help: "A.", labels: ["of"] }).inc(["there"]);
    expect(metrics.render()).toBe(
      '# HELP a A.\n# TYPE a counter\na{of="here"} 1\na{of="there"} 1\n# HELP b B.\n# TYPE b gauge\nb 2\n',
    );
  });
});
