import { type Pod, pods } from "@skates/api/core/v1";
import {
  type Infer,
  invalidConfiguration,
  isRecord,
  map,
  opt,
  decodeValue,
  parseYaml,
  string,
  struct,
} from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { messageOf, must } from "@skates/component-base";
import { findNamespace } from "./lookup.ts";
import { objectOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

const ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector";
const DEFAULT_KEY = "clusterDefaultNodeSelector";

const PodNodeSelectorConfiguration = struct("admission/v1.PodNodeSelectorConfiguration", {
  podNodeSelectorPluginConfig: opt(
    1,
    map(string),
    "What each namespace's pods may select at most; clusterDefaultNodeSelector: what pods get where the namespace says nothing.",
  ),
});
interface PodNodeSelectorConfiguration extends Infer<typeof PodNodeSelectorConfiguration> {}
type Selection = Readonly<Record<string, string>>;

/** Labels of nodes by namespace, and the cluster's default under a name of its own. Throws `InvalidConfiguration`. */
export function nodeSelectorsFrom(text: string | undefined): Readonly<Record<string, Selection>> {
  if (text === undefined) return {};
  try {
    const value = parseYaml(text);
    if (!isRecord(value)) throw new Error("an object with podNodeSelectorPluginConfig is expected");
    const { object, strictErrors } = decodeValue<PodNodeSelectorConfiguration>(PodNodeSelectorConfiguration, value);
    if (strictErrors.length > 0) throw new Error(strictErrors.join(", "));
    const entries = Object.entries(object.podNodeSelectorPluginConfig ?? {});
    return Object.fromEntries(entries.map(([namespace, labels]) => [namespace, readSelection(labels)]));
  } catch (error) {
    throw invalidConfiguration(`PodNodeSelector: ${messageOf(error)}`, error);
  }
}

export interface PodNodeSelectorOptions {
  readonly registry: Registry;
  readonly selectors: Readonly<Record<string, Selection>>;
}

/** Pods select nodes as their namespace wants it. */
export function podNodeSelector(options: PodNodeSelectorOptions): AdmissionPlugin {
  return {
    name: "PodNodeSelector",
    handles: (attributes) => attributes.operation === "CREATE" && objectOf(attributes, pods) !== undefined,
    async mutate(attributes, signal) {
      const pod = must(objectOf<Pod>(attributes, pods), "the pod");
      const wanted = await selectionOf(options, attributes, signal);
      refuseConflict(attributes, wanted, pod);
      const nodeSelector = { ...wanted, ...pod.spec.nodeSelector };
      return Object.keys(nodeSelector).length === 0 ? pod : { ...pod, spec: { ...pod.spec, nodeSelector } };
    },
    async validate(attributes, signal) {
      const pod = must(objectOf<Pod>(attributes, pods), "the pod");
      refuseConflict(attributes, await selectionOf(options, attributes, signal), pod);
      const most = options.selectors[attributes.namespace] ?? {};
      const beyond = Object.entries(pod.spec.nodeSelector ?? {}).some(([key, value]) => most[key] !== value);
      if (Object.keys(most).length === 0 || !beyond) return;
      throw refusal(attributes, "pod node label selector labels conflict with its namespace whitelist");
    },
  };
}

async function selectionOf(
  { registry, selectors }: PodNodeSelectorOptions,
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<Selection> {
  const { metadata } = await findNamespace(registry, attributes.namespace, signal);
  const said = metadata.annotations?.[ANNOTATION];
  if (said === undefined) return selectors[DEFAULT_KEY] ?? {};
  try {
    return readSelection(said);
  } catch (error) {
    throw refusal(attributes, messageOf(error));
  }
}

/** `a=b,c=d`. */
function readSelection(text: string): Selection {
  const pairs = text === "" ? [] : text.split(",");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = "", value, ...more] = pair.split("=").map((part) => part.trim());
      if (value !== undefined && more.length === 0) return [key, value];
      throw new Error(`invalid selector: ${pair.trim()}`);
    }),
  );
}

function refuseConflict(attributes: AdmissionAttributes, wanted: Selection, { spec }: Pod): void {
  const given = spec.nodeSelector ?? {};
  if (!Object.entries(wanted).some(([key, value]) => given[key] !== undefined && given[key] !== value)) return;
  throw refusal(attributes, "pod node label selector conflicts with its namespace node label selector");
}
