import { isMirrorPod, MIRROR_ANNOTATION, type Node, nodes, type Pod, podReferences, pods } from "@skates/api/core/v1";
import { equalValues, notFound } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { podOf } from "./pod-template.ts";

/** A write by the kubelet of a node. */
export interface NodeWrite {
  readonly node: string;
  readonly attributes: AdmissionAttributes;
}

/** Why a kubelet may not write a pod so, in upstream's words; undefined: it may. Throws NotFound where its node is not there. */
export async function podRefusal(
  registry: Registry,
  write: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { node, attributes } = write;
  const { operation, subresource, namespace, name } = attributes;
  const self = `node ${JSON.stringify(node)}`;
  switch (subresource) {
    case "":
      if (operation === "CREATE") return await mirrorPodRefusal(registry, write, signal);
      if (operation === "DELETE") {
        const pod = await registry.find<Pod>(pods, { namespace, name }, signal);
        return pod === undefined || pod.spec.nodeName === node
          ? undefined
          : `${self} can only delete pods with spec.nodeName set to itself`;
      }
      return `unexpected operation ${JSON.stringify(operation)}, ${self} can only create and delete mirror pods`;
    case "status":
      if (operation === "UPDATE") return statusRefusal(write);
      return `unexpected operation ${JSON.stringify(operation)}`;
    case "eviction": {
      if (operation !== "CREATE") return `unexpected operation ${operation}`;
      const pod = await registry.find<Pod>(pods, { namespace, name }, signal);
      return pod === undefined || pod.spec.nodeName === node
        ? undefined
        : `node ${node} can only evict pods with spec.nodeName set to itself`;
    }
    default:
      return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`;
  }
}

/** What a status names opens objects to the node: claims of devices are the control plane's to say. */
function statusRefusal({ node, attributes }: NodeWrite): string | undefined {
  const self = `node ${JSON.stringify(node)}`;
  const [old, next] = [podOf(attributes.old), podOf(attributes.object)];
  if (old?.spec.nodeName !== node)
    return `${self} can only update pod status for pods with spec.nodeName set to itself`;
  if (!equalValues(old.metadata.labels ?? {}, next?.metadata.labels ?? {})) {
    return `${self} cannot update labels through pod status`;
  }
  if (!equalValues(old.status?.resourceClaimStatuses ?? [], next?.status?.resourceClaimStatuses ?? [])) {
    return `${self} cannot update resource claim statues`;
  }
  const claim = (pod: Pod | undefined) => pod?.status?.extendedResourceClaimStatus ?? {};
  return equalValues(claim(old), claim(next)) ? undefined : `${self} cannot update extended resource claim status`;
}

/** What the API shows of a static pod: owned by its node, and without anything that only the API could give. */
async function mirrorPodRefusal(
  registry: Registry,
  { node, attributes }: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pod = podOf(attributes.object);
  if (pod === undefined) return "unexpected object of a pod's creation";
  const self = `node ${JSON.stringify(node)}`;
  if (!isMirrorPod(pod)) {
    return `pod does not have ${JSON.stringify(MIRROR_ANNOTATION)} annotation, ${self} can only create mirror pods`;
  }
  if (pod.spec.nodeName !== node) return `${self} can only create pods with spec.nodeName set to itself`;
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  if (others.length > 0) return `${self} can only create pods with a single owner reference set to itself`;
  if (owner === undefined || owner.apiVersion !== "v1" || owner.kind !== nodes.kind || owner.name !== node) {
    return `${self} can only create pods with an owner reference set to itself`;
  }
  if (owner.controller !== true) {
    return `${self} can only create pods with a controller owner reference set to itself`;
  }
  if (owner.blockOwnerDeletion === true) return `${self} must not set blockOwnerDeletion on an owner reference`;
  const current = await registry.get<Node>(nodes, { name: node }, signal);
  if (current === undefined) throw notFound(nodes, node);
  const uid = current.metadata.uid ?? "";
  if (uid !== owner.uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`;
  return referenceRefusal(self, pod);
}

/** All that a pod of its node names is open to a kubelet: it must not name anything itself. */
function referenceRefusal(self: string, pod: Pod): string | undefined {
  const { spec } = pod;
  const named = podReferences(pod);
  const volumes = spec.volumes ?? [];
  const [what] = [
    ...(named.serviceaccounts.size > 0 ? ["serviceaccounts"] : []),
    ...(named.secrets.size > 0 ? ["secrets"] : []),
    ...(named.configmaps.size > 0 ? ["configmaps"] : []),
    ...(named.resourceclaims.size > 0 || (spec.resourceClaims ?? []).length > 0 ? ["resourceclaims"] : []),
    ...volumes.flatMap(volumeReferences),
  ];
  return what === undefined ? undefined : `${self} can not create pods that reference ${what}`;
}

/** What a volume names besides secrets and config maps. */
function volumeReferences(volume: NonNullable<Pod["spec"]["volumes"]>[number]): readonly string[] {
  const sources = volume.projected?.sources ?? [];
  return [
    ...(volume.csi === undefined ? [] : ["csidrivers (via CSI volumes)"]),
    ...(volume.glusterfs === undefined ? [] : ["endpoints (via glusterFS volumes)"]),
    ...(volume.persistentVolumeClaim === undefined ? [] : ["persistentvolumeclaims"]),
    ...(volume.ephemeral === undefined ? [] : ["persistentvolumeclaims (via ephemeral volumes)"]),
    ...sources.flatMap(({ serviceAccountToken, clusterTrustBundle, podCertificate }) => [
      ...(serviceAccountToken === undefined ? [] : ["serviceaccounts (via projected volumes)"]),
      ...(clusterTrustBundle === undefined ? [] : ["clustertrustbundles"]),
      ...(podCertificate === undefined ? [] : ["podcertificates"]),
    ]),
  ];
}
