import {
  type PersistentVolume,
  persistentVolumes,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  type PodReferences,
  podReferences,
  pods,
  type ReferencedKind,
  volumeSecrets,
} from "@skates/api/core/v1";
import { type ResourceSlice, resourceSlices } from "@skates/api/resource/v1";
import { LOCAL_PATH, type VolumeAttachment, volumeAttachments } from "@skates/api/storage/v1";
import type { Registry } from "@skates/apiserver";

/**
 * What is tied to a node: its pods, what they name, the volumes of their claims with their secrets, attachments and slices. Edges are
 * followed from the node, since a node has few pods: the cache has an index of them, and what a pod names is worked out once for each
 * of its states.
 */
export class NodeGraph {
  readonly #registry: Registry;
  /** Pods are immutable: a changed pod is another object. */
  readonly #references = new WeakMap<Pod, PodReferences>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Whether a pod on the node names the object. */
  names(node: string, kind: ReferencedKind, { namespace, name }: ObjectName): boolean {
    const own = this.#podsOf(node).some(
      (pod) => pod.metadata.namespace === namespace && this.#referencesOf(pod)[kind].has(name),
    );
    if (own || kind !== "secrets") return own;
    return this.#volumesOf(node).some((volume) => volumeSecrets(volume).has(`${namespace}/${name}`));
  }

  /** Whether a claim of a pod on the node is bound to the volume. */
  usesVolume(node: string, name: string): boolean {
    return this.#volumesOf(node).some((volume) => volume.metadata.name === name);
  }

  /** Whether the volume is a directory of the node. */
  holdsVolume(node: string, name: string): boolean {
    const volume = this.#registry.cached<PersistentVolume>(persistentVolumes, { name });
    return volume?.metadata.labels?.[LOCAL_PATH.nodeLabel] === node;
  }

  runsPod(node: string, key: ObjectName): boolean {
    return this.#registry.cached<Pod>(pods, key)?.spec.nodeName === node;
  }

  hasAttachment(node: string, name: string): boolean {
    return this.#registry.cached<VolumeAttachment>(volumeAttachments, { name })?.spec.nodeName === node;
  }

  hasSlice(node: string, name: string): boolean {
    return this.#registry.cached<ResourceSlice>(resourceSlices, { name })?.spec.nodeName === node;
  }

  #podsOf(node: string): readonly Pod[] {
    return this.#registry.cachedWhere<Pod>(pods, "spec.nodeName", node);
  }

  #referencesOf(pod: Pod): PodReferences {
    let known = this.#references.get(pod);
    if (known === undefined) {
      known = podReferences(pod);
      this.#references.set(pod, known);
    }
    return known;
  }

  #volumesOf(node: string): readonly PersistentVolume[] {
    return this.#podsOf(node).flatMap((pod) => {
      const { namespace = "" } = pod.metadata;
      return [...this.#referencesOf(pod).persistentvolumeclaims].flatMap((name) => this.#volumeOf({ namespace, name }));
    });
  }

  /** Both sides must say so: whoever writes a claim must not get at the secrets of any volume. */
  #volumeOf(claimKey: ObjectName): readonly PersistentVolume[] {
    const claim = this.#registry.cached<PersistentVolumeClaim>(persistentVolumeClaims, claimKey);
    const name = claim?.spec.volumeName ?? "";
    const volume = name === "" ? undefined : this.#registry.cached<PersistentVolume>(persistentVolumes, { name });
    const bound = volume?.spec.claimRef;
    return volume !== undefined && bound?.namespace === claimKey.namespace && bound.name === claimKey.name
      ? [volume]
      : [];
  }
}

export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}
