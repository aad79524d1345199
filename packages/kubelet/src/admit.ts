import { parseQuantity } from "@skates/apimachinery";
import { hostPortsOf, HostPortTable, type Pod } from "@skates/api/core/v1";
import type { Resources } from "./env/resource-ref.ts";
import type { Waiting } from "./plan/plan-pod.ts";
import { type AnyContainer, podContainers } from "./pod/containers.ts";
import { appArmorRefusal } from "./spec/profiles.ts";
import { type SysctlAllowlist, sysctlRefusal } from "./spec/sysctls.ts";

/** What a pod that is already here takes, and one that is to come. */
export interface Admission {
  readonly pod: Pod;
  /** Pods of this node that have not ended, without this one. */
  readonly others: readonly Pod[];
  readonly allocatable: Resources;
  /** `linux`. */
  readonly operatingSystem: string;
  /** Whether the kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  readonly sysctls: SysctlAllowlist;
}

/**
 * Why a pod may not run on this node although it was bound to it: whoever binds pods may know less than the node. undefined: it may.
 * Reasons and messages are upstream's.
 */
export function admit({
  pod,
  others,
  allocatable,
  operatingSystem,
  appArmor,
  sysctls,
}: Admission): Waiting | undefined {
  const os = pod.spec.os?.name;
  if (os !== undefined && os !== operatingSystem) {
    const message = "Failed to admit pod as the OS field doesn't match node OS";
    return { reason: "PodOSNotSupported", message };
  }
  const sysctl = sysctlRefusal(pod, sysctls);
  if (sysctl !== undefined) return { reason: "SysctlForbidden", message: sysctl };
  const profile = appArmorRefusal(pod, appArmor);
  if (profile !== undefined) return { reason: "AppArmor", message: profile };
  const rule = podContainers(pod).find(({ container }) => restartsAll(container));
  if (rule !== undefined) {
    const message = `container ${JSON.stringify(rule.container.name)}: the action RestartAllContainers is not supported by this kubelet (gate RestartAllContainersOnContainerExits is off)`;
    return { reason: "RestartAllContainersNotSupported", message };
  }
  const podsMax = Number(allocatable["pods"] ?? Infinity);
  if (others.length + 1 > podsMax) return shortage("pods", { wanted: 1, used: others.length, capacity: podsMax });
  for (const name of ["cpu", "memory", "ephemeral-storage"]) {
    const limit = allocatable[name];
    if (limit === undefined) continue;
    const wanted = podRequest(pod, name);
    if (wanted === 0) continue;
    const used = others.reduce((sum, other) => sum + podRequest(other, name), 0);
    const capacity = amount(name, limit);
    if (used + wanted > capacity) return shortage(name, { wanted, used, capacity });
  }
  return portsAreFree(pod, others) ? undefined : PORTS_TAKEN;
}

const PORTS_TAKEN: Waiting = {
  reason: "NodePorts",
  message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
};

function portsAreFree(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPortsOf(pod.spec);
  if (wanted.length === 0) return true;
  const taken = new HostPortTable();
  for (const { spec } of others) for (const port of hostPortsOf(spec)) taken.add(port);
  return !wanted.some((port) => taken.conflicts(port));
}

function restartsAll({ restartPolicyRules = [] }: AnyContainer): boolean {
  return restartPolicyRules.some((r) => r.action === "RestartAllContainers");
}

interface Numbers {
  readonly wanted: number;
  readonly used: number;
  readonly capacity: number;
}

function shortage(name: string, { wanted, used, capacity }: Numbers): Waiting {
  const message = `Node didn't have enough resource: ${name}, requested: ${wanted}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${name}`, message };
}

/** What the pod asks for as a whole, or else regular containers and sidecars together, or the largest plain init container beside the sidecars before it. */
export function podRequest(pod: Pod, name: string): number {
  const whole = pod.spec.resources?.requests?.[name];
  if (whole !== undefined) return amount(name, whole) + amount(name, pod.spec.overhead?.[name]);
  let sidecars = 0;
  let largest = 0;
  for (const container of pod.spec.initContainers ?? []) {
    const own = amount(name, container.resources?.requests?.[name]);
    if (container.restartPolicy === "Always") sidecars += own;
    largest = Math.max(largest, container.restartPolicy === "Always" ? sidecars : sidecars + own);
  }
  const regular = pod.spec.containers.reduce((sum, c) => sum + amount(name, c.resources?.requests?.[name]), sidecars);
  return Math.max(regular, largest) + amount(name, pod.spec.overhead?.[name]);
}

/** Thousandths of cpus, whole numbers of all else. */
function amount(name: string, quantity: string | undefined): number {
  if (quantity === undefined) return 0;
  const parsed = parseQuantity(quantity);
  return name === "cpu" ? parsed.milliValue() : parsed.value();
}
