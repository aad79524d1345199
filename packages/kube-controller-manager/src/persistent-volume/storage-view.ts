import { type PersistentVolume, type PersistentVolumeClaim, type Pod, podClaims } from "@skates/api/core/v1";
import type { StorageClass } from "@skates/api/storage/v1";
import { type ApiObject, keyOf } from "@skates/apimachinery";
import type { Action, Lister } from "@skates/controller-runtime";

/**
 * What the binding of volumes looks at. Indexes: volumes `claim` (`namespace/name` of the claim they are for) and `free` (class of
 * those that are for none); claims `waiting` (class of those without a volume) and `volume` (the volume they name); pods `claim`.
 */
export interface StorageView {
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly volumes: Lister<PersistentVolume>;
  readonly classes: Lister<StorageClass>;
  readonly pods: Lister<Pod>;
}

/** `namespace/name`, by which volumes and pods are indexed. */
export function claimId({
  namespace = "",
  name = "",
}: {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}): string {
  return `${namespace}/${name}`;
}

/** Index `claim` of pods: the claims that a pod uses. */
export function claimsOfPod(pod: Pod): readonly string[] {
  return podClaims(pod).map(({ name }) => claimId({ namespace: pod.metadata.namespace, name }));
}

export function isAnnotated({ metadata }: ApiObject, name: string): boolean {
  return metadata.annotations?.[name] !== undefined;
}

/** The object with these annotations on top of its own. */
export function annotated<T extends ApiObject>(object: T, annotations: Readonly<Record<string, string>>): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

/** The object without an annotation. */
export function withoutAnnotation<T extends ApiObject>(object: T, name: string): T {
  const { metadata } = object;
  const { [name]: _gone, ...annotations } = metadata.annotations ?? {};
  return { ...object, metadata: { ...metadata, annotations } };
}

/** An event about a claim or volume. */
export function tell(about: ApiObject, type: "Normal" | "Warning", reason: string, message: string): Action {
  return { do: "event", about, type, reason, message };
}

/** The class has its volumes bound only when a pod needs them. */
export function waitsForConsumer(className: string, { classes }: StorageView): boolean {
  return className !== "" && classes.get({ name: className })?.volumeBindingMode === "WaitForFirstConsumer";
}

/** Names of the pods without a node that use a claim. */
export function unscheduledPods(claim: PersistentVolumeClaim, { pods }: StorageView): readonly string[] {
  return pods
    .by("claim", claimId(keyOf(claim)))
    .filter(({ spec }) => (spec.nodeName ?? "") === "")
    .map(({ metadata }) => metadata.name);
}
