import { computeQosClass, type Pod, pods, Toleration } from "@skates/api/core/v1";
import {
  type ConfigurationKind,
  decodeValue,
  type Infer,
  list,
  opt,
  readConfiguration,
  ref,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { messageOf, must } from "@skates/component-base";
import { findNamespace } from "./lookup.ts";
import { objectOf } from "./object-kind.ts";
import { covers, mergeTolerations } from "./tolerations.ts";
import { refusal } from "./refusal.ts";

const DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations";
const ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";
const MEMORY_PRESSURE: Toleration = {
  key: "node.kubernetes.io/memory-pressure",
  operator: "Exists",
  effect: "NoSchedule",
};

const TolerationConfiguration = struct("podtolerationrestriction.admission.k8s.io/v1alpha1.Configuration", {
  ...typeMeta,
  default: opt(1, list(ref<Toleration>(() => Toleration)), "What pods tolerate where the namespace says nothing."),
  whitelist: opt(2, list(ref<Toleration>(() => Toleration)), "What they may tolerate at most."),
});
interface TolerationConfiguration extends Infer<typeof TolerationConfiguration> {}
const KINDS: readonly ConfigurationKind[] = [
  {
    group: "podtolerationrestriction.admission.k8s.io",
    version: "v1alpha1",
    kind: "Configuration",
    schema: TolerationConfiguration,
  },
];

/** What counts for namespaces that say nothing. */
export type TolerationSettings = Pick<TolerationConfiguration, "default" | "whitelist">;

/** Throws `InvalidConfiguration`. */
export function tolerationSettings(text: string | undefined): TolerationSettings {
  return text === undefined ? {} : readConfiguration<TolerationConfiguration>(text, KINDS);
}

export interface PodTolerationOptions {
  readonly registry: Registry;
  readonly settings: TolerationSettings;
}

/** Pods tolerate what their namespace, or else the cluster, gives them, and no more than it allows. */
export function podTolerationRestriction(options: PodTolerationOptions): AdmissionPlugin {
  return {
    name: "PodTolerationRestriction",
    handles: (attributes) => objectOf(attributes, pods) !== undefined,
    async mutate(attributes, signal) {
      const pod = must(objectOf<Pod>(attributes, pods), "the pod");
      if (attributes.operation !== "CREATE") return pod;
      const given = (await ofNamespace(options, { attributes, key: DEFAULTS }, signal)) ?? options.settings.default;
      const pressure = computeQosClass(pod.spec) === "BestEffort" ? [] : [MEMORY_PRESSURE];
      const added = [...(given ?? []), ...pressure];
      if (added.length === 0) return pod;
      return { ...pod, spec: { ...pod.spec, tolerations: mergeTolerations(pod.spec.tolerations ?? [], added) } };
    },
    async validate(attributes, signal) {
      const { tolerations = [] } = must(objectOf<Pod>(attributes, pods), "the pod").spec;
      const own = await ofNamespace(options, { attributes, key: ALLOWED }, signal);
      const allowed = own ?? options.settings.whitelist ?? [];
      if (allowed.length === 0 || tolerations.every((one) => allowed.some((wide) => covers(wide, one)))) return;
      const scope = own === undefined ? "cluster" : "namespace";
      throw refusal(
        attributes,
        `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`,
      );
    },
  };
}

/** Undefined: the namespace says nothing. */
async function ofNamespace(
  { registry }: PodTolerationOptions,
  { attributes, key }: { readonly attributes: AdmissionAttributes; readonly key: string },
  signal: AbortSignal,
): Promise<readonly Toleration[] | undefined> {
  const { metadata } = await findNamespace(registry, attributes.namespace, signal);
  const text = metadata.annotations?.[key] ?? "";
  if (text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) throw new Error("a list of tolerations is expected");
    return value.map((one) => decodeValue<Toleration>(Toleration, one).object);
  } catch (error) {
    throw refusal(attributes, `annotation ${key} of its namespace cannot be read: ${messageOf(error)}`);
  }
}
