import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import { leases } from "@skates/api/coordination/v1";
import {
  nodes,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  serviceAccounts,
} from "@skates/api/core/v1";
import { type ResourceSlice, resourceSlices } from "@skates/api/resource/v1";
import { csiNodes, LOCAL_PATH } from "@skates/api/storage/v1";
import { type ApiObject, equalValues } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { nodeOfUser } from "../authentication/users.ts";
import { nodeChangeRefusal } from "./node-restriction-labels.ts";
import { type NodeWrite, podRefusal } from "./node-restriction-pods.ts";
import { type TokenJudge, tokenRefusal } from "./node-restriction-tokens.ts";
import { isAbout, objectOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

const LEASE_NAMESPACE = "kube-node-lease";
/** Who signs a node's own certificates. */
const NODE_SIGNERS = ["kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet"];

export interface NodeRestrictionOptions extends TokenJudge {
  /** Gives the common name in a PKCS #10 request in PEM; rejects what cannot be read. */
  readonly readRequest: (pem: string) => Promise<{ readonly commonName: string }>;
}

/**
 * A kubelet writes its own Node, Lease and CSINode, the status of its node's pods, mirror pods, tokens for its node's pods, and
 * requests for certificates in its own name; the authorizer has found already that it may write such things at all.
 */
export function nodeRestriction(options: NodeRestrictionOptions): AdmissionPlugin {
  return {
    name: "NodeRestriction",
    handles: ({ user, operation }) => nodeOfUser(user) !== undefined && operation !== "CONNECT",
    async validate(attributes, signal) {
      const node = nodeOfUser(attributes.user);
      if (node === undefined) return;
      const cause =
        node === ""
          ? `could not determine node from user ${JSON.stringify(attributes.user.name)}`
          : await refusalFor(options, { node, attributes }, signal);
      if (cause !== undefined) throw refusal(attributes, cause);
    },
  };
}

async function refusalFor(
  options: NodeRestrictionOptions,
  write: NodeWrite,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { node, attributes } = write;
  const { resource, subresource, operation, name, namespace, object } = attributes;
  const written = (of: { readonly group: string; readonly plural: string }): boolean =>
    resource.group === of.group && resource.plural === of.plural;
  if (written(pods)) return await podRefusal(options.registry, write, signal);
  if (written(nodes)) return nodeChangeRefusal(node, attributes);
  if (written(serviceAccounts)) {
    return operation === "CREATE" && subresource === "token" ? await tokenRefusal(options, write, signal) : undefined;
  }
  const own = name === "" ? (object?.metadata.name ?? "") : name;
  if (written(leases)) {
    if (namespace !== LEASE_NAMESPACE) return `can only access leases in the "${LEASE_NAMESPACE}" system namespace`;
    return own === node ? undefined : "can only access node lease with the same name as the requesting node";
  }
  if (written(persistentVolumeClaims)) return claimRefusal(node, attributes);
  if (written(persistentVolumes)) return volumeRefusal(node, attributes);
  if (written(resourceSlices)) return sliceRefusal(write);
  if (written(csiNodes)) {
    return own === node ? undefined : "can only access CSINode with the same name as the requesting node";
  }
  if (isAbout(attributes, certificateSigningRequests)) return await certificateRefusal(options, write);
  return undefined;
}

/** A node that asks for a certificate of its signers asks for its own. */
async function certificateRefusal(
  { readRequest }: NodeRestrictionOptions,
  { node, attributes }: NodeWrite,
): Promise<string | undefined> {
  const request = objectOf<CertificateSigningRequest>(attributes, certificateSigningRequests);
  if (attributes.operation !== "CREATE" || request === undefined) return undefined;
  if (!NODE_SIGNERS.includes(request.spec.signerName)) return undefined;
  try {
    const { commonName } = await readRequest(atob(request.spec.request));
    if (commonName === `system:node:${node}`) return undefined;
  } catch (error) {
    return `unable to parse csr: ${messageOf(error)}`;
  }
  return `can only create a node CSR with CN=system:node:${node}`;
}

/** A kubelet that has grown a volume says so in the claim's status, and changes nothing else. */
function claimRefusal(node: string, { operation, subresource, old, object }: AdmissionAttributes): string | undefined {
  if (subresource !== "status") return "may only update PVC status";
  if (operation !== "UPDATE") return `unexpected operation ${JSON.stringify(operation)}`;
  return equalValues(beyondResizing(old), beyondResizing(object))
    ? undefined
    : `node ${JSON.stringify(node)} is not allowed to update fields other than status.quantity and status.conditions`;
}

/** Beyond upstream's: a kubelet that has removed the directory of a deleted volume takes its own finalizer away. */
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
