import {
  hostPortsOf,
  HostPortTable,
  type Node,
  type Pod,
  podFeatures,
  podQosClass,
  podSelectsNode,
  toleratesTaint,
  untoleratedTaint,
} from "@skates/api/core/v1";
import type { Resources } from "../env/resource-ref.ts";
import type { Pressure } from "../node-status/machine.ts";
import type { Waiting } from "../plan/plan-pod.ts";
import { appArmorRefusal } from "../spec/profiles.ts";
import { type SysctlAllowlist, sysctlRefusal } from "../spec/sysctls.ts";
import { isCritical } from "./importance.ts";
import { type Shortage, shortageRefusal, shortages } from "./shortages.ts";

/** A pod that is to come, what there is already, and what is known of the node. */
export interface Admission {
  readonly pod: Pod;
  /** Pods of this node that have not ended, without this one. */
  readonly others: readonly Pod[];
  /** As the API had it last. */
  readonly node: Node;
  /** What the node is short of now. */
  readonly pressure: Pressure;
  readonly allocatable: Resources;
  /** `linux`. */
  readonly operatingSystem: string;
  /** Whether the kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  readonly sysctls: SysctlAllowlist;
  /** Names of features that the kubelet says it has. */
  readonly features: readonly string[];
}

/** Why a pod may not run. */
export interface Refusal extends Waiting {
  /** For a critical pod with nothing else against it: all that others are to be ended for. */
  readonly lacking?: readonly Shortage[];
}

/**
 * Why a pod may not run on this node although it was bound to it: whoever binds pods may know less than the node. undefined: it may.
 * Reasons, messages and their order are upstream's.
 */
export function admit(admission: Admission): Refusal | undefined {
  const { pod, operatingSystem, appArmor, sysctls, features } = admission;
  const pressure = pressureRefusal(pod, admission.pressure);
  if (pressure !== undefined) return pressure;
  const sysctl = sysctlRefusal(pod, sysctls);
  if (sysctl !== undefined) return { reason: "SysctlForbidden", message: sysctl };
  if ((pod.metadata.labels?.[OS_LABEL] ?? operatingSystem) !== operatingSystem) return OS_LABEL_DIFFERS;
  if ((pod.spec.os?.name ?? operatingSystem) !== operatingSystem) return OS_DIFFERS;
  const unfit = predicateRefusal(admission);
  if (unfit !== undefined) return unfit;
  const profile = appArmorRefusal(pod, appArmor);
  if (profile !== undefined) return { reason: "AppArmor", message: profile };
  const missing = podFeatures(pod.spec).filter((feature) => !features.includes(feature));
  if (missing.length === 0) return undefined;
  const message = `Pod requires node features that are not available: ${missing.join(", ")}`;
  return { reason: "PodFeatureUnsupported", message };
}

const OS_LABEL = "kubernetes.io/os";
const OS_LABEL_DIFFERS: Refusal = {
  reason: "PodOSSelectorNodeLabelDoesNotMatch",
  message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
};
const OS_DIFFERS: Refusal = {
  reason: "PodOSNotSupported",
  message: "Failed to admit pod as the OS field doesn't match node OS",
};

/** A node under pressure takes critical pods only; if it is short of memory alone, also those that ask for some. */
function pressureRefusal(pod: Pod, { memory, disk, pid }: Pressure): Refusal | undefined {
  const found = [
    ...(memory ? ["MemoryPressure"] : []),
    ...(disk ? ["DiskPressure"] : []),
    ...(pid ? ["PIDPressure"] : []),
  ];
  if (found.length === 0 || isCritical(pod)) return undefined;
  if (found.length === 1 && found[0] === "MemoryPressure") {
    const tolerated = (pod.spec.tolerations ?? []).some((t) => toleratesTaint(t, MEMORY_PRESSURE));
    if (tolerated || podQosClass(pod) !== "BestEffort") return undefined;
  }
  return { reason: "Evicted", message: `The node had condition: [${found.join(" ")}]. ` };
}

const MEMORY_PRESSURE = { key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule" } as const;

/** What the scheduler would have looked at, too. A critical pod is never refused for want of room. */
function predicateRefusal({ pod, others, node, allocatable }: Admission): Refusal | undefined {
  const lacking = shortages(pod, others, allocatable);
  const failed: Refusal[] = [];
  if (!podSelectsNode(pod.spec, node)) failed.push(AFFINITY);
  if (!portsAreFree(pod, others)) failed.push(PORTS_TAKEN);
  if (untoleratedTaint(node.spec.taints, pod.spec.tolerations, (t) => t.effect === "NoExecute")) failed.push(TAINTED);
  const [first] = lacking;
  if (first === undefined) return failed[0];
  if (!isCritical(pod)) return shortageRefusal(first);
  return failed[0] ?? { ...shortageRefusal(first), lacking };
}

function predicate(name: string, finding: string): Refusal {
  return { reason: name, message: `Predicate ${name} failed: ${finding}` };
}

const AFFINITY = predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
const PORTS_TAKEN = predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports");
const TAINTED = predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate");

function portsAreFree(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPortsOf(pod.spec);
  if (wanted.length === 0) return true;
  const taken = new HostPortTable();
  for (const { spec } of others) for (const port of hostPortsOf(spec)) taken.add(port);
  return !wanted.some((port) => taken.conflicts(port));
}
