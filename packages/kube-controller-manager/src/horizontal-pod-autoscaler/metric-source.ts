import type { MetricIdentifier } from "@skates/api/autoscaling/v2";
import { pods as podMetrics } from "@skates/api/metrics/v1beta1";
import { isRecord, labelSelector, parseDuration, parseQuantity, parseTime } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { messageOf } from "@skates/component-base";
import type { PodFigure } from "./pod-usage.ts";

/** Where figures come from: the metrics APIs, whoever serves them. Rejects when one does not answer. */
export interface MetricSource {
  /** Use of a resource by the pods of a selector, by pod; of one container only, where it is named. */
  resource(
    of: {
      readonly namespace: string;
      readonly selector: string;
      readonly resource: string;
      readonly container?: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodFigure>>;
  /** A figure of each pod of a selector. */
  pods(
    of: { readonly namespace: string; readonly selector: string; readonly metric: MetricIdentifier },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodFigure>>;
  /** A figure of one object, in thousandths. `plural` with its group: `ingresses.networking.k8s.io`. */
  object(
    of: {
      readonly namespace: string;
      readonly plural: string;
      readonly name: string;
      readonly metric: MetricIdentifier;
    },
    signal: AbortSignal,
  ): Promise<number>;
  /** The sum of a figure from outside the cluster, in thousandths. */
  external(of: { readonly namespace: string; readonly metric: MetricIdentifier }, signal: AbortSignal): Promise<number>;
}

/** The metrics APIs of a cluster. */
export function metricSource(client: Client): MetricSource {
  const custom = customMetrics(client);
  return {
    async resource({ namespace, selector, resource, container }, signal) {
      const { items } = await asking("resource", signal, () =>
        client.resource(podMetrics).list({ namespace, labelSelector: selector }, signal),
      );
      if (items.length === 0) throw new Error("no metrics returned from resource metrics API");
      const figures = new Map<string, PodFigure>();
      for (const { metadata, containers, timestamp, window } of items) {
        const counted = containers.filter(({ name }) => container === undefined || container === name);
        const values = counted.map(({ usage }) => usage?.[resource]);
        // A pod with a container of which nothing is known is not counted.
        if (values.length === 0 || values.includes(undefined)) continue;
        const milli = values.reduce((sum, value) => sum + parseQuantity(value ?? "0").milliValue(), 0);
        figures.set(metadata.name, { milli, timestampMs: parseTime(timestamp), windowMs: parseDuration(window) });
      }
      return figures;
    },
    async pods({ namespace, selector, metric }, signal) {
      const path = `namespaces/${namespace}/pods/*/${encodeURIComponent(metric.name)}`;
      const parameters = query({ labelSelector: selector, ...selectorOf(metric) });
      const items = await asking("custom", signal, () => custom(`${path}?${parameters}`, signal));
      if (items.length === 0) throw new Error("no metrics returned from custom metrics API");
      const figures = new Map<string, PodFigure>();
      for (const { value, describedObject, timestamp, windowSeconds } of items) {
        const windowMs = typeof windowSeconds === "number" ? windowSeconds * 1000 : 60_000;
        const timestampMs = typeof timestamp === "string" ? parseTime(timestamp) : 0;
        if (typeof value !== "string" || !isRecord(describedObject)) continue;
        figures.set(String(describedObject["name"]), {
          milli: parseQuantity(value).milliValue(),
          timestampMs,
          windowMs,
        });
      }
      return figures;
    },
    async object({ namespace, plural, name, metric }, signal) {
      const at = plural === "namespaces" ? `namespaces/${name}/metrics` : `namespaces/${namespace}/${plural}/${name}`;
      const path = `${at}/${encodeURIComponent(metric.name)}`;
      const [first] = await asking("custom", signal, () => custom(`${path}?${query(selectorOf(metric))}`, signal));
      if (typeof first?.["value"] !== "string") {
        throw new Error("unable to fetch metrics from custom metrics API: no metric of this object");
      }
      return parseQuantity(first["value"]).milliValue();
    },
    async external({ namespace, metric }, signal) {
      const selector = metric.selector === undefined ? "" : labelSelector(metric.selector).toString();
      const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${encodeURIComponent(metric.name)}`;
      const items = await asking("external", signal, () =>
        values(client, `${path}?${query({ labelSelector: selector })}`, signal),
      );
      if (items.length === 0) throw new Error("no metrics returned from external metrics API");
      return items.reduce(
        (sum, { value }) => sum + (typeof value === "string" ? parseQuantity(value).milliValue() : 0),
        0,
      );
    },
  };
}

/** What an API refuses is told in upstream's words. */
async function asking<T>(which: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    // Not as its cause, which would be told once more.
    throw new Error(`unable to fetch metrics from ${which} metrics API: ${messageOf(error)}`);
  }
}

const CUSTOM = "/apis/custom.metrics.k8s.io";
/** The newer first: adapters serve one of them, or both. */
const CUSTOM_VERSIONS = ["v1beta2", "v1beta1"] as const;

type Values = readonly Readonly<Record<string, unknown>>[];

/** Asks the custom metrics API in the version that is served; which one that is is found out again after a failure. */
function customMetrics(client: Client): (path: string, signal: AbortSignal) => Promise<Values> {
  let version: string | undefined;
  return async (path, signal) => {
    version ??= await customVersion(client, signal);
    try {
      return await values(client, `${CUSTOM}/${version}/${path}`, signal);
    } catch (error) {
      version = undefined;
      throw error;
    }
  };
}

async function customVersion(client: Client, signal: AbortSignal): Promise<string> {
  const group = await client.getJson(CUSTOM, signal);
  const versions: unknown = isRecord(group) ? group["versions"] : undefined;
  const served = new Set(
    Array.isArray(versions) ? versions.map((one: unknown) => isRecord(one) && one["version"]) : [],
  );
  const found = CUSTOM_VERSIONS.find((each) => served.has(each));
  if (found === undefined) throw new Error("no known available metric versions found");
  return found;
}

function selectorOf({ selector }: MetricIdentifier): Readonly<Record<string, string>> {
  return selector === undefined ? {} : { metricLabelSelector: labelSelector(selector).toString() };
}

function query(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "")).toString();
}

/** The items of a MetricValueList. */
async function values(client: Client, path: string, signal: AbortSignal): Promise<Values> {
  const answer = await client.getJson(path, signal);
  const items = isRecord(answer) ? answer["items"] : undefined;
  return Array.isArray(items) ? items.filter(isRecord) : [];
}
