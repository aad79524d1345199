import type { Counter, Gauge, Histogram, Metrics } from "@skates/component-base";
import type { Route } from "./route.ts";

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/**
 * A route with the words of its path that are served, and others left empty: whoever may not even log in must not make series of
 * paths that he thought up.
 */
export interface CountedRoute
  extends Pick<
    Route,
    "verb" | "resourceRequest" | "namespace" | "name" | "group" | "version" | "resource" | "subresource"
  > {}

/** What the server counts about requests, under upstream's names. */
export class RequestMetrics {
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #inFlight: Gauge;
  readonly #refused: Counter;

  constructor(metrics: Metrics) {
    const place = ["group", "version", "resource", "subresource", "scope", "component"];
    this.#requests = metrics.counter({
      name: "apiserver_request_total",
      help: "Requests by what they asked for and how they were answered.",
      labels: ["verb", "dry_run", ...place, "code"],
    });
    this.#seconds = metrics.histogram({
      name: "apiserver_request_duration_seconds",
      help: "Time to the answer, without watches and streams.",
      labels: ["verb", "dry_run", ...place],
      buckets: SECONDS,
    });
    this.#inFlight = metrics.gauge({
      name: "apiserver_current_inflight_requests",
      help: "Requests under way.",
      labels: ["request_kind"],
    });
    this.#refused = metrics.counter({
      name: "apiserver_request_terminations_total",
      help: "Requests that were refused to protect the server.",
      labels: ["verb", ...place, "code"],
    });
  }

  answered(route: CountedRoute, code: number, answer: { readonly seconds: number; readonly dryRun: boolean }): void {
    const labels = labelsOf(route, answer.dryRun);
    this.#requests.inc([...labels, String(code)]);
    if (route.verb !== "watch") this.#seconds.observe(labels, answer.seconds);
  }

  inFlight(writes: boolean, by: number): void {
    this.#inFlight.add([writes ? "mutating" : "readOnly"], by);
  }

  refused(route: CountedRoute, code: number): void {
    const [verb = "", , ...place] = labelsOf(route, false);
    this.#refused.inc([verb, ...place, String(code)]);
  }
}

const VERBS: Readonly<Record<string, string>> = { update: "PUT", create: "POST", deletecollection: "DELETECOLLECTION" };

/** What is counted by its name; other verbs are methods that callers made up. */
const KNOWN_VERBS: ReadonlySet<string> = new Set(
  "GET LIST WATCH POST PUT PATCH DELETE DELETECOLLECTION HEAD OPTIONS CONNECT".split(" "),
);

function labelsOf(route: CountedRoute, dryRun: boolean): readonly string[] {
  const { group, version, resource, subresource } = route;
  const named = VERBS[route.verb] ?? route.verb.toUpperCase();
  const verb = KNOWN_VERBS.has(named) ? named : "other";
  const scope = route.name !== "" ? "resource" : route.namespace !== "" ? "namespace" : "cluster";
  return [
    verb,
    dryRun ? "All" : "",
    group,
    version,
    resource,
    subresource,
    route.resourceRequest ? scope : "",
    "apiserver",
  ];
}
