import type { StatefulSet } from "@skates/api/apps/v1";
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Volume } from "@skates/api/core/v1";
import { newPod } from "../pod/new-pod.ts";

/** Labels of the pods, as upstream names them. */
export const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";
/** Name of the revision that a pod was made from. */
export const REVISION = "controller-revision-hash";

/** The number at the end of a pod's name, if the rest is the name of the set. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const { name } = pod.metadata;
  const prefix = `${set.metadata.name}-`;
  if (!name.startsWith(prefix)) return undefined;
  const digits = name.slice(prefix.length);
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** True for a pod that may belong to the set by its name; another one is let go, whoever made it. */
export function isNamedAfter(set: StatefulSet, { metadata: { name } }: Pod): boolean {
  return /^(.*)-\d+$/.exec(name)?.[1] === set.metadata.name;
}

/** Name of the pod with this number. */
export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

/** A pod of the set as it is made: with name, host name and claims of its own. */
export function newStatefulPod(
  set: StatefulSet,
  template: PodTemplateSpec,
  { ordinal, revision }: { readonly ordinal: number; readonly revision: string },
): Pod {
  const pod = newPod(set, template);
  const name = podName(set, ordinal);
  const { volumeClaimTemplates = [], serviceName } = set.spec;
  const claimed = volumeClaimTemplates.map((claim): Volume => {
    const { name: volume } = claim.metadata ?? { name: "" };
    return { name: volume, persistentVolumeClaim: { claimName: claimName(set, claim, ordinal) } };
  });
  const own = (pod.spec.volumes ?? []).filter(({ name: volume }) => claimed.every((one) => one.name !== volume));
  const volumes = [...claimed, ...own];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: { ...pod.metadata.labels, ...identityLabels(set, ordinal), [REVISION]: revision },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      subdomain: serviceName,
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

/** The labels by which a pod is told from its siblings. */
export function identityLabels(set: StatefulSet, ordinal: number): Readonly<Record<string, string>> {
  return { [POD_NAME]: podName(set, ordinal), [POD_INDEX]: String(ordinal) };
}

function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata?.name ?? ""}-${podName(set, ordinal)}`;
}

/** The claims of the pod with this number, as they are made. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template): PersistentVolumeClaim => {
    const { labels, annotations, finalizers } = template.metadata ?? { name: "" };
    return {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: claimName(set, template, ordinal),
        namespace: set.metadata.namespace,
        labels: { ...labels, ...set.spec.selector.matchLabels },
        annotations,
        finalizers,
      },
      spec: template.spec,
    };
  });
}
