import { type Pod, pods } from "@skates/api/core/v1";
import { type PriorityClass, priorityClasses } from "@skates/api/scheduling/v1";
import { forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { objectOf, oldOf } from "./object-kind.ts";

/** A pod's priority follows from its class; only one class is the default. */
export function priority(registry: Registry): AdmissionPlugin {
  const classes: Classes = { registry, defaultClass: defaultClassOf(registry) };
  return {
    name: "Priority",
    handles: (attributes) =>
      objectOf(attributes, pods) !== undefined || objectOf(attributes, priorityClasses) !== undefined,
    async mutate(attributes, signal) {
      const pod = objectOf<Pod>(attributes, pods);
      if (pod === undefined) return attributes.object ?? missing();
      const old = oldOf<Pod>(attributes, pods);
      return old === undefined ? await withPriority(classes, { pod, attributes }, signal) : withOldPriority(pod, old);
    },
    async validate(attributes) {
      const own = objectOf<PriorityClass>(attributes, priorityClasses);
      if (own?.globalDefault !== true) return;
      const other = registry
        .cachedList<PriorityClass>(priorityClasses)
        .find((known) => known.globalDefault === true && known.metadata.name !== own.metadata.name);
      if (other === undefined) return;
      const cause = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
      throw forbiddenRequest(attributes.resource, own.metadata.name, cause);
    },
  };
}

function missing(): never {
  throw new Error("Priority was given no object");
}

/** An update that leaves the priority out keeps it. */
function withOldPriority(pod: Pod, old: Pod): Pod {
  const { priority: value, preemptionPolicy: policy } = old.spec;
  const keepsValue = pod.spec.priority === undefined && value !== undefined;
  const keepsPolicy = pod.spec.preemptionPolicy === undefined && policy !== undefined;
  if (!keepsValue && !keepsPolicy) return pod;
  const spec = {
    ...pod.spec,
    ...(keepsValue ? { priority: value } : {}),
    ...(keepsPolicy ? { preemptionPolicy: policy } : {}),
  };
  return { ...pod, spec };
}

interface NewPod {
  readonly pod: Pod;
  readonly attributes: AdmissionAttributes;
}

interface Classes {
  readonly registry: Registry;
  /** Of several defaults the lowest. */
  defaultClass(): PriorityClass | undefined;
}

/** Looked for again only after a change of any class. */
function defaultClassOf(registry: Registry): () => PriorityClass | undefined {
  let seen: number | undefined;
  let lowest: PriorityClass | undefined;
  return () => {
    const revision = registry.cachedRevision(priorityClasses);
    if (revision === seen) return lowest;
    seen = revision;
    lowest = undefined;
    for (const known of registry.cachedList<PriorityClass>(priorityClasses)) {
      if (known.globalDefault !== true) continue;
      if (lowest === undefined || (known.value ?? 0) < (lowest.value ?? 0)) lowest = known;
    }
    return lowest;
  };
}

async function withPriority(classes: Classes, { pod, attributes }: NewPod, signal: AbortSignal): Promise<Pod> {
  const { resource } = attributes;
  const found = await classOf(classes, { pod, attributes }, signal);
  const value = found?.value ?? 0;
  const policy = found === undefined ? "PreemptLowerPriority" : found.preemptionPolicy;
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    const cause = `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
    throw forbiddenRequest(resource, pod.metadata.name, cause);
  }
  if (pod.spec.preemptionPolicy !== undefined && policy !== undefined && pod.spec.preemptionPolicy !== policy) {
    const cause = `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
    throw forbiddenRequest(resource, pod.metadata.name, cause);
  }
  const name = found?.metadata.name ?? "";
  const named = name === "" ? {} : { priorityClassName: name };
  return {
    ...pod,
    spec: { ...pod.spec, ...named, priority: value, preemptionPolicy: pod.spec.preemptionPolicy ?? policy },
  };
}

/** The class that the pod names, else the default one. */
async function classOf(
  { registry, defaultClass }: Classes,
  { pod, attributes }: NewPod,
  signal: AbortSignal,
): Promise<PriorityClass | undefined> {
  const name = pod.spec.priorityClassName ?? "";
  if (name !== "") {
    const found = await registry.find<PriorityClass>(priorityClasses, { name }, signal);
    if (found !== undefined) return found;
    throw forbiddenRequest(attributes.resource, pod.metadata.name, `no PriorityClass with name ${name} was found`);
  }
  return defaultClass();
}
