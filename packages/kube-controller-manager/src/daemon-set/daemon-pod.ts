import { equalValues } from "@skates/apimachinery";
import type { DaemonSet } from "@skates/api/apps/v1";
import type { Affinity, Pod, PodSpec, Toleration } from "@skates/api/core/v1";
import { newPod } from "../pod/new-pod.ts";
import { podEnded } from "../pod/pod-state.ts";

/** Hash in the name of the revision that a pod was made from. */
export const REVISION_HASH = "controller-revision-hash";
const TEMPLATE_GENERATION = "pod-template-generation";
const SET_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** A pod of the set that can run on this node only. */
export function newDaemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const pod = newPod(set, set.spec.template);
  const generation = templateGeneration(set);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(generation === undefined ? {} : { [TEMPLATE_GENERATION]: generation }),
        [REVISION_HASH]: hash,
      },
    },
    spec: {
      ...pod.spec,
      tolerations: daemonTolerations(pod.spec),
      affinity: affinityTo(pod.spec.affinity, node),
    },
  };
}

function templateGeneration({ metadata: { annotations } }: DaemonSet): string | undefined {
  const text = annotations?.[SET_TEMPLATE_GENERATION];
  return text !== undefined && /^\d{1,15}$/.test(text) ? text : undefined;
}

/** True if the pod is of the template as it is now. */
export function updated(set: DaemonSet, hash: string, { metadata: { labels } }: Pod): boolean {
  if (hash !== "" && labels?.[REVISION_HASH] === hash) return true;
  const generation = templateGeneration(set);
  return generation !== undefined && labels?.[TEMPLATE_GENERATION] === generation;
}

const SCHEDULING = ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"];

/** Daemons stay on nodes that are in trouble: the template's tolerations, and those that all daemons have. */
export function daemonTolerations({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const scheduling = hostNetwork === true ? [...SCHEDULING, "network-unavailable"] : SCHEDULING;
  const added: readonly Toleration[] = [
    ...["not-ready", "unreachable"].map((name) => tolerationOf(name, "NoExecute")),
    ...scheduling.map((name) => tolerationOf(name, "NoSchedule")),
  ];
  const same = (a: Toleration, b: Toleration): boolean =>
    a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? "") === (b.value ?? "");
  // One of the same sense takes the place of the template's, which may be limited in time.
  const own = tolerations.map((one) => added.find((other) => same(one, other)) ?? one);
  return [...own, ...added.filter((one) => !own.some((other) => equalValues(one, other)))];
}

function tolerationOf(name: string, effect: "NoExecute" | "NoSchedule"): Toleration {
  return { key: `node.kubernetes.io/${name}`, operator: "Exists", effect };
}

/** The node in the place of what the template says on nodes, which was looked at when the node was chosen. */
function affinityTo(affinity: Affinity | undefined, node: string): Affinity {
  const requirement = { key: "metadata.name", operator: "In", values: [node] } as const;
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [requirement] }] },
    },
  };
}

/** The node that a pod runs on, or is meant for. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined && spec.nodeName !== "") return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const field = matchFields.find(({ key, operator }) => key === "metadata.name" && operator === "In");
    if (field?.values?.length === 1) return field.values[0];
  }
  return undefined;
}

/** The pods by the node that they are meant for, in each the one first that counts: bound before unbound, older before younger. */
export function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const out = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    // One that has ended and is going is as good as gone.
    if (node === undefined || (pod.metadata.deletionTimestamp !== undefined && podEnded(pod))) continue;
    const others = out.get(node);
    if (others === undefined) out.set(node, [pod]);
    else others.push(pod);
  }
  for (const list of out.values()) list.sort(compare);
  return out;
}

function compare(a: Pod, b: Pod): number {
  const bound = Number(b.spec.nodeName !== undefined) - Number(a.spec.nodeName !== undefined);
  if (bound !== 0) return bound;
  const [first = "", second = ""] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (first !== second) return first < second ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
