import { type Pod, type PodSpec, pods } from "@skates/api/core/v1";
import { type RuntimeClass, runtimeClasses } from "@skates/api/node/v1";
import { equalValues, parseQuantity } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { objectOf } from "./object-kind.ts";
import { mergeTolerations } from "./tolerations.ts";
import { refusal } from "./refusal.ts";

type Quantities = NonNullable<PodSpec["overhead"]>;

/** Pods take the overhead of their runtime class, and go to the nodes that can run it. */
export function runtimeClass(registry: Registry): AdmissionPlugin {
  return {
    name: "RuntimeClass",
    handles: (attributes) => attributes.operation === "CREATE" && objectOf(attributes, pods) !== undefined,
    async mutate(attributes, signal) {
      const pod = must(objectOf<Pod>(attributes, pods), "the pod");
      const found = await classOf(registry, { attributes, pod }, signal);
      return found === undefined ? pod : withScheduling(attributes, withOverhead(attributes, pod, found), found);
    },
    async validate(attributes, signal) {
      const pod = must(objectOf<Pod>(attributes, pods), "the pod");
      const wanted = (await classOf(registry, { attributes, pod }, signal))?.overhead;
      const given = pod.spec.overhead;
      if (wanted !== undefined) {
        if (!sameAmounts(wanted.podFixed, given)) throw mismatch(attributes);
      } else if (given !== undefined) {
        throw refusal(attributes, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
      }
    },
  };
}

async function classOf(
  registry: Registry,
  { attributes, pod }: { readonly attributes: AdmissionAttributes; readonly pod: Pod },
  signal: AbortSignal,
): Promise<RuntimeClass | undefined> {
  const name = pod.spec.runtimeClassName;
  if (name === undefined) return undefined;
  const found = await registry.find<RuntimeClass>(runtimeClasses, { name }, signal);
  if (found === undefined) {
    throw refusal(attributes, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  }
  return found;
}

function withOverhead(attributes: AdmissionAttributes, pod: Pod, { overhead }: RuntimeClass): Pod {
  if (overhead === undefined) return pod;
  const given = pod.spec.overhead;
  if (given !== undefined && !sameAmounts(overhead.podFixed, given)) throw mismatch(attributes);
  return { ...pod, spec: { ...pod.spec, overhead: overhead.podFixed } };
}

function withScheduling(attributes: AdmissionAttributes, pod: Pod, { scheduling }: RuntimeClass): Pod {
  if (scheduling === undefined) return pod;
  const { nodeSelector: given = {}, tolerations = [] } = pod.spec;
  const wanted = scheduling.nodeSelector ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    const own = given[key];
    if (own === undefined || own === value) continue;
    const cause = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
    throw refusal(attributes, cause);
  }
  const nodeSelector = { ...given, ...wanted };
  const merged = mergeTolerations(tolerations, scheduling.tolerations ?? []);
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
      ...(merged.length === 0 ? {} : { tolerations: merged }),
    },
  };
}

function sameAmounts(a: Quantities = {}, b: Quantities = {}): boolean {
  const canonical = (amounts: Quantities): unknown =>
    Object.fromEntries(Object.entries(amounts).map(([name, text]) => [name, parseQuantity(text).toString()]));
  return equalValues(canonical(a), canonical(b));
}

function mismatch(attributes: AdmissionAttributes): Error {
  return refusal(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}
