import { isRecord } from "@skates/apimachinery";
import type { Node, Pod } from "@skates/api/core/v1";

/** What an extender is asked by `filterVerb` and `prioritizeVerb`: nodes, or only their names where it knows them itself. */
export interface ExtenderArgs {
  readonly pod: Pod;
  readonly nodes: {
    readonly apiVersion: "v1";
    readonly kind: "NodeList";
    readonly metadata: object;
    readonly items: readonly Node[];
  } | null;
  readonly nodenames: readonly string[] | null;
}

/** What it answers to `filterVerb`. */
export interface FilterAnswer {
  /** Names of the nodes that will do; undefined: it named none. */
  readonly passed: readonly string[] | undefined;
  /** By node, why it will not do. */
  readonly failed: Readonly<Record<string, string>>;
  /** The same where making room would not help. */
  readonly unresolvable: Readonly<Record<string, string>>;
  readonly error: string;
}

/** Go reads the names of fields in any case; extenders have come to send them so. */
function field(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined;
  const key = Object.keys(value).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : value[key];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function names(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** Reads an `ExtenderFilterResult`. */
export function readFilterAnswer(value: unknown): FilterAnswer {
  const items = field(field(value, "nodes"), "items");
  const ofNodes = Array.isArray(items)
    ? items.map((node: unknown) => text(field(field(node, "metadata"), "name")))
    : undefined;
  return {
    passed: names(field(value, "nodenames")) ?? ofNodes,
    failed: texts(field(value, "failedNodes")),
    unresolvable: texts(field(value, "failedAndUnresolvableNodes")),
    error: errorIn(value),
  };
}

/** Reads a `HostPriorityList`: scores by node. */
export function readPriorities(value: unknown): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  if (!Array.isArray(value)) return scores;
  for (const one of value) {
    const score = Number(field(one, "score"));
    if (Number.isFinite(score)) scores.set(String(field(one, "host")), score);
  }
  return scores;
}

/** Whom an extender would drive off a node. */
export interface ExtenderVictims {
  readonly uids: readonly string[];
  /** How many of them disruption budgets protect; undefined: it did not say. */
  readonly violations: number | undefined;
}

/** Reads an `ExtenderPreemptionResult`: victims by node. */
export function readVictims(value: unknown): ReadonlyMap<string, ExtenderVictims> {
  const byNode = field(value, "nodeNameToMetaVictims");
  const out = new Map<string, ExtenderVictims>();
  if (!isRecord(byNode)) return out;
  for (const [node, victims] of Object.entries(byNode)) {
    const pods = field(victims, "pods");
    const uids = Array.isArray(pods) ? pods.map((pod: unknown) => text(field(pod, "uid"))) : [];
    const violations = field(victims, "numPDBViolations");
    out.set(node, { uids, violations: typeof violations === "number" ? violations : undefined });
  }
  return out;
}

/** The error that an answer tells; empty: none. */
export function errorIn(value: unknown): string {
  const error = field(value, "error");
  return typeof error === "string" ? error : "";
}
