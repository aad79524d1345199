import {
  type Container,
  type Node,
  type NodeSelectorTerm,
  type Pod,
  type PodSpec,
  type Taint,
  untoleratedTaint,
} from "@skates/api/core/v1";
import { milliQuantity, parseQuantity, quantityFromNumber } from "@skates/apimachinery";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** A pod and a node that may be changed. */
export interface Changeable {
  readonly pod: Pod;
  readonly node: Node;
}

/** A change after which one plugin should have nothing against a node any more. */
export interface Remedy {
  /** What to do, for people. */
  readonly text: string;
  /** How great the change is: 0 to 2 for a part of what the pod asks for, 1 for each of all else. */
  readonly size: number;
  apply(state: Changeable): Changeable;
}

/** What would satisfy a plugin that is against the node. Undefined: nothing is known. */
export function remedyFor(plugin: string, pod: PodInfo, node: NodeInfo): Remedy | undefined {
  switch (plugin) {
    case "NodeUnschedulable":
      return {
        text: `uncordon node ${node.name}`,
        size: 1,
        apply: (state) => ({ ...state, node: { ...state.node, spec: { ...state.node.spec, unschedulable: false } } }),
      };
    case "TaintToleration":
      return tolerate(pod, node);
    case "NodeAffinity":
      return label(pod, node);
    case "NodePorts":
      return giveUpPorts(pod, node);
    case "NodeResourcesFit":
      return askForLess(pod, node);
    case "PodTopologySpread":
      return preferSpread(pod);
    case "InterPodAffinity":
      return dropTerms(pod);
    default:
      return undefined;
  }
}

function withSpec({ pod, node }: Changeable, change: Partial<PodSpec>): Changeable {
  return { node, pod: { ...pod, spec: { ...pod.spec, ...change } } };
}

function tolerate({ pod }: PodInfo, { node }: NodeInfo): Remedy | undefined {
  const found: Taint[] = [];
  const hard = (taint: Taint): boolean => taint.effect !== "PreferNoSchedule" && !found.includes(taint);
  for (;;) {
    const taint = untoleratedTaint(node.spec.taints, pod.spec.tolerations, hard);
    if (taint === undefined) break;
    found.push(taint);
  }
  if (found.length === 0) return undefined;
  const named = found.map(({ key, value = "", effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`);
  const tolerations = found.map(({ key, effect }) => ({ key, operator: "Exists" as const, effect }));
  return {
    text: `let the pod tolerate ${named.join(" and ")} of node ${node.metadata.name}`,
    size: found.length,
    apply: (state) => withSpec(state, { tolerations: [...(state.pod.spec.tolerations ?? []), ...tolerations] }),
  };
}

/** Labels that the node lacks, as far as the pod asks for values. */
function label({ pod }: PodInfo, { node }: NodeInfo): Remedy | undefined {
  const { nodeSelector = {}, affinity } = pod.spec;
  const missing: Record<string, string> = {};
  const has = (key: string): string | undefined => node.metadata.labels?.[key];
  for (const [key, value] of Object.entries(nodeSelector)) if (has(key) !== value) missing[key] = value;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const wanted = terms.map((term) => labelsFor(term, has)).filter((labels) => labels !== undefined);
  const [best] = wanted.toSorted((a, b) => Object.keys(a).length - Object.keys(b).length);
  if (terms.length > 0 && best === undefined) return undefined;
  const labels = { ...missing, ...best };
  const count = Object.keys(labels).length;
  if (count === 0) return undefined;
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return {
    text: `label node ${node.metadata.name} with ${texts.join(" and ")}`,
    size: count,
    apply: ({ pod: of, node: now }) => ({
      pod: of,
      node: { ...now, metadata: { ...now.metadata, labels: { ...now.metadata.labels, ...labels } } },
    }),
  };
}

/** Undefined: labels alone cannot meet the term. */
function labelsFor(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  has: (key: string) => string | undefined,
): Record<string, string> | undefined {
  if (matchFields.length > 0) return undefined;
  const labels: Record<string, string> = {};
  for (const { key, operator, values = [] } of matchExpressions) {
    const [first = ""] = values;
    if (operator === "In" && !values.includes(has(key) ?? "\0")) labels[key] = first;
    else if (operator === "Exists" && has(key) === undefined) labels[key] = "";
    else if (operator === "DoesNotExist" && has(key) !== undefined) return undefined;
    else if (operator === "NotIn" && values.includes(has(key) ?? "\0")) return undefined;
    else if (operator === "Gt" || operator === "Lt") return undefined;
  }
  return labels;
}

function giveUpPorts({ ports }: PodInfo, node: NodeInfo): Remedy {
  const taken = new Set(ports.filter((port) => node.portTaken(port)).map(({ port }) => port));
  return {
    text: `give up host port ${[...taken].join(" and ")}, which is taken on node ${node.name}`,
    size: taken.size,
    apply: (state) => {
      const free = (container: Container): Container => ({
        ...container,
        ports: (container.ports ?? []).filter(({ hostPort = 0 }) => !taken.has(hostPort)),
      });
      return withSpec(state, { containers: state.pod.spec.containers.map(free) });
    },
  };
}

interface Shortage {
  readonly name: string;
  readonly wanted: number;
  readonly free: number;
}

/** As much less as is too much. Only what containers ask for themselves is taken back. */
function askForLess({ requests }: PodInfo, node: NodeInfo): Remedy | undefined {
  const { allocatable, requested } = node;
  if (node.pods.size + 1 > node.allocatablePods) {
    return {
      text: `let node ${node.name} take one more pod (it has ${node.pods.size} of ${node.allocatablePods})`,
      size: 1,
      apply: (state) => morePods(state, node.pods.size + 1),
    };
  }
  const short: Shortage[] = [];
  const look = (name: string, wanted: number, free: number): void => {
    if (wanted > 0 && wanted > free) short.push({ name, wanted, free: Math.max(0, free) });
  };
  look("cpu", requests.milliCpu, allocatable.milliCpu - requested.milliCpu);
  look("memory", requests.memoryBytes, allocatable.memoryBytes - requested.memoryBytes);
  look("ephemeral-storage", requests.ephemeralBytes, allocatable.ephemeralBytes - requested.ephemeralBytes);
  for (const [name, wanted] of requests.scalars) {
    look(name, wanted, (allocatable.scalars.get(name) ?? 0) - (requested.scalars.get(name) ?? 0));
  }
  if (short.length === 0) return undefined;
  const texts = short.map(({ name, wanted, free }) => `${amount(name, free)} of ${name} (now ${amount(name, wanted)})`);
  return {
    text: `let the pod ask for at most ${texts.join(" and ")}, which is free on node ${node.name}`,
    // Half of what it asks for is as much as any other change.
    size: 2 * Math.max(...short.map(({ wanted, free }) => (wanted - free) / wanted)),
    apply: (state) => {
      const scaled = (container: Container): Container => {
        const own = { ...container.resources?.requests };
        for (const { name, wanted, free } of short) {
          const text = own[name];
          if (text !== undefined) own[name] = part(name, text, free / wanted);
        }
        return { ...container, resources: { ...container.resources, requests: own } };
      };
      return withSpec(state, { containers: state.pod.spec.containers.map(scaled) });
    },
  };
}

function morePods(state: Changeable, pods: number): Changeable {
  const { status } = state.node;
  const allocatable = { ...status?.allocatable, pods: String(pods) };
  return { ...state, node: { ...state.node, status: { ...status, allocatable } } };
}

function preferSpread({ pod }: PodInfo): Remedy {
  const constraints = pod.spec.topologySpreadConstraints ?? [];
  const hard = constraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule");
  return {
    text: `prefer, rather than require, that pods are spread over ${hard.map(({ topologyKey }) => topologyKey).join(" and ")}`,
    size: hard.length,
    apply: (state) =>
      withSpec(state, {
        topologySpreadConstraints: constraints.map(({ minDomains: _minDomains, ...constraint }) => ({
          ...constraint,
          whenUnsatisfiable: "ScheduleAnyway" as const,
        })),
      }),
  };
}

function dropTerms({ pod, terms }: PodInfo): Remedy | undefined {
  const near = terms?.requiredAffinity ?? [];
  const away = terms?.requiredAnti ?? [];
  if (near.length + away.length === 0) return undefined;
  const keys = [...new Set([...near, ...away].map(({ topologyKey }) => topologyKey))];
  return {
    text: `prefer, rather than require, nearness to and distance from other pods over ${keys.join(" and ")}`,
    size: near.length + away.length,
    apply: (state) => {
      const { podAffinity: _near, podAntiAffinity: _away, ...affinity } = pod.spec.affinity ?? {};
      return withSpec(state, { affinity });
    },
  };
}

/** For people: cpu in cores or thousandths, the rest as Kubernetes writes quantities. */
function amount(name: string, value: number): string {
  if (name === "cpu") return milliQuantity(value).toString();
  const binary = name === "memory" || name === "ephemeral-storage";
  return binary ? bytesText(value) : String(value);
}

function bytesText(value: number): string {
  for (const [unit, size] of [
    ["Gi", 2 ** 30],
    ["Mi", 2 ** 20],
    ["Ki", 2 ** 10],
  ] as const) {
    if (value >= size) return `${Math.floor((value * 10) / size) / 10}${unit}`;
  }
  return String(value);
}

/** A share of a quantity, rounded down. */
function part(name: string, text: string, share: number): string {
  const quantity = parseQuantity(text);
  if (name === "cpu") return milliQuantity(Math.floor(quantity.milliValue() * share)).toString();
  return quantityFromNumber(Math.floor(quantity.value() * share)).toString();
}
