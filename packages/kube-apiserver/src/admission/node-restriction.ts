import { TokenRequest } from "@skates/api/authentication/v1";
import {
  type Node,
  nodes,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  serviceAccounts,
} from "@skates/api/core/v1";
import { type ResourceSlice, resourceSlices } from "@skates/api/resource/v1";
import { leases } from "@skates/api/coordination/v1";
import { csiNodes, LOCAL_PATH } from "@skates/api/storage/v1";
import { type ApiObject, equalValues } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { NODE_PROXY_ACCOUNT, nodeOfUser } from "../authentication/users.ts";
import { nodeChangeRefusal } from "./node-restriction-labels.ts";
import { isAbout, objectOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

const MIRROR = "kubernetes.io/config.mirror";
const LEASE_NAMESPACE = "kube-node-lease";

/**
 * A kubelet writes its own Node, Lease and CSINode, the status of its node's pods, mirror pods, and tokens for its node's pods;
 * the authorizer has found already that it may write such things at all.
 */
export function nodeRestriction(registry: Registry): AdmissionPlugin {
  return {
    name: "NodeRestriction",
    handles: ({ user, operation }) => nodeOfUser(user) !== undefined && operation !== "CONNECT",
    async validate(attributes, signal) {
      const node = nodeOfUser(attributes.user);
      if (node === undefined) return;
      const cause = await refusalFor(registry, { node, attributes }, signal);
      if (cause !== undefined) throw refusal(attributes, cause);
    },
  };
}

interface NodeWrite {
  readonly node: string;
  readonly attributes: AdmissionAttributes;
}

async function refusalFor(registry: Registry, write: NodeWrite, signal: AbortSignal): Promise<string | undefined> {
  const { node, attributes } = write;
  const { resource, subresource, operation, name, namespace, object } = attributes;
  const written = (of: { readonly group: string; readonly plural: string }): boolean =>
    resource.group === of.group && resource.plural === of.plural;
  if (written(pods)) return await podRefusal(registry, write, signal);
  if (written(nodes)) return nodeChangeRefusal(node, attributes);
  if (written(serviceAccounts) && subresource === "token") return await tokenRefusal(registry, write, signal);
  const own = name === "" ? (object?.metadata.name ?? "") : name;
  if (isAbout(attributes, leases)) {
    if (namespace !== LEASE_NAMESPACE) return `can only access leases in the "${LEASE_NAMESPACE}" system namespace`;
    return own === node || (operation === "CREATE" && own === "")
      ? undefined
      : "can only access node lease with the same name as the requesting node";
  }
  if (written(persistentVolumeClaims)) return claimRefusal(node, attributes);
  if (written(persistentVolumes)) return volumeRefusal(node, attributes);
  if (written(resourceSlices)) return sliceRefusal(write);
  if (isAbout(attributes, csiNodes) && own !== node) {
    return "can only access CSINode with the same name as the requesting node";
  }
  return undefined;
}

/** A kubelet that has grown a volume says so in the claim's status, and changes nothing else. */
function claimRefusal(node: string, { operation, subresource, old, object }: AdmissionAttributes): string | undefined {
  const self = `node ${JSON.stringify(node)}`;
  if (operation !== "UPDATE" || subresource !== "status") {
    return `${self} may only update status of persistentvolumeclaims`;
  }
  return equalValues(beyondResizing(old), beyondResizing(object))
    ? undefined
    : `${self} is not allowed to update fields other than status.capacity and status.conditions`;
}

/** A kubelet that has removed the directory of a deleted volume takes its own finalizer away, and changes nothing else. */
function volumeRefusal(node: string, { operation, subresource, old, object }: AdmissionAttributes): string | undefined {
  const self = `node ${JSON.stringify(node)}`;
  const deleted = old?.metadata.deletionTimestamp !== undefined;
  if (operation === "UPDATE" && subresource === "" && deleted && equalValues(released(old), released(object)))
    return undefined;
  return `${self} may only remove its finalizer from persistentvolumes that are being deleted`;
}

/** The object without the finalizer of local-path volumes, and without what every write changes. */
function released(object: ApiObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { managedFields: _fields, resourceVersion: _version, finalizers = [], ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, finalizers: finalizers.filter((one) => one !== LOCAL_PATH.finalizer) } };
}

/** The claim without what tells of resizing, and without what every write changes. */
function beyondResizing(claim: ApiObject | undefined): unknown {
  if (claim === undefined || !isClaim(claim)) return claim;
  const { managedFields: _fields, resourceVersion: _version, ...metadata } = claim.metadata;
  const { capacity: _capacity, conditions: _conditions, allocatedResources: _a, ...status } = claim.status ?? {};
  const { allocatedResourceStatuses: _statuses, ...rest } = status;
  return { metadata, spec: claim.spec, status: rest };
}

function isClaim(object: ApiObject): object is PersistentVolumeClaim {
  return object.kind === persistentVolumeClaims.kind;
}

function sliceRefusal({ node, attributes }: NodeWrite): string | undefined {
  const { operation, old, object } = attributes;
  const of = (slice: ApiObject | undefined): string | undefined =>
    slice !== undefined && isSlice(slice) ? slice.spec.nodeName : undefined;
  if (operation === "DELETE") {
    return of(old) === node ? undefined : "can only delete ResourceSlice with the same NodeName as the requesting node";
  }
  const same = of(object) === node && (operation === "CREATE" || of(old) === node);
  const what = operation === "CREATE" ? "create" : "update";
  return same ? undefined : `can only ${what} ResourceSlice with the same NodeName as the requesting node`;
}

function isSlice(object: ApiObject): object is ResourceSlice {
  return object.kind === resourceSlices.kind;
}

async function podRefusal(registry: Registry, write: NodeWrite, signal: AbortSignal): Promise<string | undefined> {
  const { node, attributes } = write;
  const { operation, subresource, namespace, name, old, object } = attributes;
  if (subresource === "" && operation === "CREATE") return await mirrorPodRefusal(registry, write, signal);
  if (subresource === "" && operation === "DELETE") {
    const pod = await registry.find<Pod>(pods, { namespace, name }, signal);
    return pod === undefined || pod.spec.nodeName === node
      ? undefined
      : `node ${JSON.stringify(node)} can only delete pods with spec.nodeName set to itself`;
  }
  if (subresource === "status" && operation === "UPDATE") {
    const pod = await registry.find<Pod>(pods, { namespace, name }, signal);
    if (pod !== undefined && pod.spec.nodeName !== node) {
      return `node ${JSON.stringify(node)} can only update pod status for pods with spec.nodeName set to itself`;
    }
    return equalValues(old?.metadata.labels ?? {}, object?.metadata.labels ?? {})
      ? undefined
      : `node ${JSON.stringify(node)} cannot update labels through pod status`;
  }
  if (subresource === "eviction" && operation === "CREATE") {
    const pod = await registry.find<Pod>(pods, { namespace, name }, signal);
    return pod === undefined || pod.spec.nodeName === node
      ? undefined
      : `node ${node} can only evict pods with spec.nodeName set to itself`;
  }
  return `unexpected operation ${JSON.stringify(operation)} by a node`;
}

/** What the API shows of a static pod: owned by its node, and without anything that only the API could give. */
async function mirrorPodRefusal(
  registry: Registry,
  { node, attributes }: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pod = objectOf<Pod>(attributes, pods);
  if (pod === undefined) return "unexpected object of a pod's creation";
  const self = `node ${JSON.stringify(node)}`;
  if (pod.metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have ${JSON.stringify(MIRROR)} annotation, ${self} can only create mirror pods`;
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
  if (current?.metadata.uid !== owner.uid) {
    return `${self} UID mismatch: expected ${current?.metadata.uid ?? "no node"} got ${owner.uid}`;
  }
  return referenceRefusal(self, pod);
}

function referenceRefusal(self: string, { spec }: Pod): string | undefined {
  if ((spec.serviceAccountName ?? "") !== "") return `${self} can not create pods that reference a service account`;
  const volumes = spec.volumes ?? [];
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const from = (kind: "secretRef" | "configMapRef"): boolean =>
    containers.some(({ envFrom = [] }) => envFrom.some((source) => source[kind] !== undefined));
  const keyed = (kind: "secretKeyRef" | "configMapKeyRef"): boolean =>
    containers.some(({ env = [] }) => env.some(({ valueFrom }) => valueFrom?.[kind] !== undefined));
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const pulled = (spec.imagePullSecrets ?? []).length > 0;
  const secret = volumes.some((volume) => volume.secret !== undefined) || projected.some((source) => source.secret);
  if (pulled || secret || from("secretRef") || keyed("secretKeyRef")) {
    return `${self} can not create pods that reference secrets`;
  }
  const config = volumes.some((volume) => volume.configMap) || projected.some((source) => source.configMap);
  if (config || from("configMapRef") || keyed("configMapKeyRef")) {
    return `${self} can not create pods that reference configmaps`;
  }
  if (volumes.some((volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined)) {
    return `${self} can not create pods that reference persistentvolumeclaims`;
  }
  if ((spec.resourceClaims ?? []).length > 0) return `${self} can not create pods that reference resourceclaims`;
  return undefined;
}

async function tokenRefusal(
  registry: Registry,
  { node, attributes }: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { object, namespace } = attributes;
  const bound = isTokenRequest(object) ? object.spec.boundObjectRef : undefined;
  if (bound?.kind === nodes.kind && isProxyAccount(attributes))
    return await proxyTokenRefusal(registry, { node, attributes }, signal);
  if (bound === undefined || bound.apiVersion !== "v1" || bound.kind !== pods.kind || (bound.name ?? "") === "") {
    return "node requested token not bound to a pod";
  }
  if ((bound.uid ?? "") === "") return "node requested token with a pod binding without a uid";
  const pod = await registry.find<Pod>(pods, { namespace, name: bound.name ?? "" }, signal);
  // A pod that is gone is answered with NotFound further on.
  if (pod === undefined) return undefined;
  if (bound.uid !== pod.metadata.uid) {
    return `the UID in the bound object reference (${bound.uid ?? ""}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  return pod.spec.nodeName === node ? undefined : "node requested token bound to a pod scheduled on a different node";
}

function isProxyAccount({ namespace, name }: AdmissionAttributes): boolean {
  return namespace === NODE_PROXY_ACCOUNT.namespace && name === NODE_PROXY_ACCOUNT.name;
}

/** kube-proxy's token ends with the node that it is bound to, and is for this API alone. */
async function proxyTokenRefusal(
  registry: Registry,
  { node, attributes: { object } }: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { boundObjectRef: bound, audiences = [] } = isTokenRequest(object) ? object.spec : {};
  if (bound?.apiVersion !== "v1" || bound.name !== node) return "node requested token bound to a different node";
  if (audiences.length > 0) return "node requested token of kube-proxy for other audiences than the API";
  const current = await registry.get<Node>(nodes, { name: node }, signal);
  return current !== undefined && current.metadata.uid === bound.uid
    ? undefined
    : "node requested token with a node binding that does not have the UID of the node";
}

function isTokenRequest(object: ApiObject | undefined): object is ApiObject & TokenRequest {
  return object?.kind === "TokenRequest";
}
