import { type Pod, podLimits } from "@skates/api/core/v1";
import { parseQuantity, type Quantity } from "@skates/apimachinery";
import { podContainers } from "../pod/containers.ts";

/** What a pod has on the node's disk, in bytes. */
export interface LocalUsage {
  /** By the name of the volume: emptyDir on disk only. */
  readonly volumes: ReadonlyMap<string, number>;
  /** By the name of the container: what it wrote beside its volumes, and its logs. */
  readonly containers: ReadonlyMap<string, number>;
}

const STORAGE = "ephemeral-storage";

/** Whether a pod says how much of the node's disk it takes at most: only then it is to be measured. */
export function limitsLocalStorage(pod: Pod): boolean {
  return (
    (pod.spec.volumes ?? []).some(sizeLimitOf) ||
    podContainers(pod).some(({ container }) => container.resources?.limits?.[STORAGE] !== undefined)
  );
}

/** What a pod has too much of, in upstream's words; undefined: it keeps to its limits. */
export function localLimitBreach(pod: Pod, { volumes, containers }: LocalUsage): string | undefined {
  const { spec } = pod;
  for (const volume of spec.volumes ?? []) {
    const limit = sizeLimitOf(volume);
    if (limit !== undefined && (volumes.get(volume.name) ?? 0) > limit.value())
      return `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${limit.toString()}". `;
  }
  const text = podLimits(pod)[STORAGE];
  if (text === undefined) return undefined;
  const whole = parseQuantity(text);
  const used = [...volumes.values(), ...containers.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (used > whole.value())
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${whole.toString()}. `;
  for (const { name, resources } of spec.containers) {
    const limit = positive(resources?.limits?.[STORAGE]);
    if (limit !== undefined && (containers.get(name) ?? 0) > limit.value())
      return `Container ${name} exceeded its local ephemeral storage limit "${limit.toString()}". `;
  }
  return undefined;
}

function sizeLimitOf({ emptyDir }: NonNullable<Pod["spec"]["volumes"]>[number]): Quantity | undefined {
  // The kernel keeps what is in memory to its limit.
  return emptyDir === undefined || emptyDir.medium === "Memory" ? undefined : positive(emptyDir.sizeLimit);
}

function positive(text: string | undefined): Quantity | undefined {
  const quantity = text === undefined ? undefined : parseQuantity(text);
  return quantity !== undefined && quantity.value() > 0 ? quantity : undefined;
}
