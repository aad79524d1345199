import { pods, type ReferencedKind } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import { parseFieldSelector, SelectorError } from "@skates/apimachinery";
import type { AuthorizationAttributes, Authorizer, Decision, Registry } from "@skates/apiserver";
import { NODE_PROXY_ACCOUNT, nodeOfUser } from "../../authentication/users.ts";
import { allows, type RuleSet } from "../rule.ts";
import { NodeGraph, type ObjectName } from "./node-graph.ts";

const READ = ["get", "list", "watch"];
const READ_VERBS: ReadonlySet<string> = new Set(READ);

/** What any kubelet may, whatever it is about. */
const ANY_NODE: RuleSet = {
  rules: [
    { groups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    {
      groups: ["authorization.k8s.io"],
      resources: ["subjectaccessreviews", "localsubjectaccessreviews"],
      verbs: ["create"],
    },
    { groups: [""], resources: ["services"], verbs: READ },
    { groups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
    { groups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"], verbs: ["create", ...READ] },
    { groups: ["certificates.k8s.io"], resources: ["clustertrustbundles"], verbs: READ },
    { groups: ["node.k8s.io"], resources: ["runtimeclasses"], verbs: READ },
    { groups: ["storage.k8s.io"], resources: ["csidrivers"], verbs: READ },
  ],
};

/** A refusal, by its reason; undefined: allowed. */
type Refusal = string | undefined;

interface NodeRequest {
  readonly node: string;
  readonly attributes: AuthorizationAttributes;
  /** Whether a tie holds by the cache, or by the newest state when the cache has not got it yet. */
  tied(tie: (graph: NodeGraph) => boolean): Promise<boolean>;
}

/** By `<group>/<resource>`: what a node may beyond `ANY_NODE`. Admission's NodeRestriction looks at what is written. */
const SUBDIVIDED: Readonly<Record<string, (request: NodeRequest) => Promise<Refusal> | Refusal>> = {
  "/secrets": (request) => readNamed(request, "secrets"),
  "/configmaps": (request) => readNamed(request, "configmaps"),
  "/persistentvolumeclaims": claim,
  "/persistentvolumes": volume,
  "/serviceaccounts": account,
  "/nodes": ownNode,
  "/pods": pod,
  "resource.k8s.io/resourceclaims": (request) =>
    getTied(request, (graph, key) => graph.names(request.node, "resourceclaims", key)),
  "resource.k8s.io/resourceslices": slice,
  "storage.k8s.io/volumeattachments": (request) =>
    getTied(request, (graph, { name }) => graph.hasAttachment(request.node, name)),
  "storage.k8s.io/csinodes": csiNode,
  "coordination.k8s.io/leases": lease,
};

/** Kubelets may do what their own node and the pods on it need; about all others it has no opinion. */
export function nodeAuthorizer(registry: Registry): Authorizer {
  const graph = new NodeGraph(registry);
  return {
    async authorize(attributes, signal): Promise<Decision> {
      const { user } = attributes;
      const node = nodeOfUser(user);
      if (node === undefined) return noOpinion("");
      if (node === "") return noOpinion(`unknown node for user ${JSON.stringify(user.name)}`);
      if (!attributes.resourceRequest) return noOpinion("");
      const tied = async (tie: (graph: NodeGraph) => boolean): Promise<boolean> => {
        if (tie(graph)) return true;
        // Reading something live waits until the cache has caught up: the pod may have been bound milliseconds ago.
        await registry.get(pods, { namespace: attributes.namespace, name: "-" }, signal);
        return tie(graph);
      };
      const refusal = await refusalFor({ node, attributes, tied });
      return refusal === undefined ? { decision: "allow", reason: "" } : noOpinion(refusal);
    },
  };
}

function noOpinion(reason: string): Decision {
  return { decision: "no opinion", reason };
}

async function refusalFor(request: NodeRequest): Promise<Refusal> {
  const { group, resource } = request.attributes;
  const subdivided = SUBDIVIDED[`${group}/${resource}`];
  if (subdivided !== undefined) return await subdivided(request);
  return allows(ANY_NODE, request.attributes) ? undefined : "";
}

async function readNamed(request: NodeRequest, kind: ReferencedKind): Promise<Refusal> {
  const { verb, subresource, namespace } = request.attributes;
  if (!READ_VERBS.has(verb)) return "can only read resources of this type";
  if (subresource !== "") return "cannot read subresource";
  if (namespace === "") return "can only read namespaced object of this type";
  return await relation(request, (graph, key) => graph.names(request.node, kind, key));
}

type Tie = (graph: NodeGraph, key: ObjectName) => boolean;

async function getTied(request: NodeRequest, tie: Tie): Promise<Refusal> {
  const { verb, subresource } = request.attributes;
  if (verb !== "get") return "can only get individual resources of this type";
  if (subresource !== "") return "cannot get subresource";
  return await relation(request, tie);
}

async function relation({ node, attributes, tied }: NodeRequest, tie: Tie): Promise<Refusal> {
  const { namespace, name } = attributes;
  if (name === "") return "No Object name found";
  if (await tied((graph) => tie(graph, { namespace, name }))) return undefined;
  return `no relationship found between node '${node}' and this object`;
}

async function claim(request: NodeRequest): Promise<Refusal> {
  const { verb, subresource } = request.attributes;
  const tie: Tie = (graph, key) => graph.names(request.node, "persistentvolumeclaims", key);
  if (subresource !== "status") return await getTied(request, tie);
  if (verb !== "update" && verb !== "patch") return "can only get/update/patch this type";
  return await relation(request, tie);
}

/** Beyond upstream's: a node follows the volumes that are directories of its own, and says when it has removed one. */
async function volume(request: NodeRequest): Promise<Refusal> {
  const { node, attributes } = request;
  const { verb, subresource, labelSelector = "" } = attributes;
  const own = labelSelector === `${LOCAL_PATH.nodeLabel}=${node}`;
  if ((verb === "list" || verb === "watch") && own) return undefined;
  if (verb === "patch" && subresource === "")
    return await relation(request, (graph, { name }) => graph.holdsVolume(node, name));
  return await getTied(request, (graph, { name }) => graph.usesVolume(node, name));
}

async function account(request: NodeRequest): Promise<Refusal> {
  const { verb, subresource, namespace, name } = request.attributes;
  const tie: Tie = (graph, key) => graph.names(request.node, "serviceaccounts", key);
  // Credential providers for images want the account's annotations.
  if (verb === "get" && subresource === "") return await relation(request, tie);
  if (verb !== "create" || name === "") return "can only create tokens for individual service accounts";
  if (subresource !== "token") return "can only create token subresource of serviceaccount";
  // Beyond upstream's, where a pod is kube-proxy; admission sees that the token is bound to this very node.
  if (namespace === NODE_PROXY_ACCOUNT.namespace && name === NODE_PROXY_ACCOUNT.name) return undefined;
  return await relation(request, tie);
}

function ownNode({ node, attributes }: NodeRequest): Refusal {
  const { verb, subresource, name } = attributes;
  const writes = verb === "update" || verb === "patch";
  if (subresource === "status" && writes) return undefined;
  if (subresource !== "") return "";
  if (writes || verb === "create") return undefined;
  if (!READ_VERBS.has(verb)) return "";
  if (name === node) return undefined;
  if (name === "") return `node '${node}' cannot read all nodes, only its own Node object`;
  return `node '${node}' cannot read '${name}', only its own Node object`;
}

async function pod(request: NodeRequest): Promise<Refusal> {
  const { node, attributes } = request;
  const { verb, subresource, name } = attributes;
  const tie: Tie = (graph, key) => graph.runsPod(node, key);
  if (subresource === "status") return verb === "update" || verb === "patch" ? undefined : "";
  if (subresource === "eviction") return verb === "create" ? undefined : "";
  if (subresource !== "") return "";
  if (verb === "create" || verb === "delete") return undefined;
  if (verb === "get") return await relation(request, tie);
  if (verb !== "list" && verb !== "watch") return "";
  if (selects(attributes, "spec.nodeName", node)) return undefined;
  return name === "" ? "can only list/watch pods with spec.nodeName field selector" : await relation(request, tie);
}

async function slice(request: NodeRequest): Promise<Refusal> {
  const { node, attributes } = request;
  if (attributes.subresource !== "") return "cannot authorize ResourceSlice subresources";
  switch (attributes.verb) {
    case "create":
      return undefined;
    case "get":
    case "update":
    case "patch":
    case "delete":
      return await relation(request, (graph, { name }) => graph.hasSlice(node, name));
    case "watch":
    case "list":
    case "deletecollection":
      return selects(attributes, "spec.nodeName", node)
        ? undefined
        : "can only list/watch/deletecollection resourceslices with spec.nodeName field selector";
    default:
      return "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection";
  }
}

const OWN_VERBS: ReadonlySet<string> = new Set(["get", "create", "update", "patch", "delete"]);

function csiNode({ node, attributes }: NodeRequest): Refusal {
  const { verb, subresource, name } = attributes;
  if (!OWN_VERBS.has(verb)) return "can only get, create, update, patch, or delete a CSINode";
  if (subresource !== "") return "cannot authorize CSINode subresources";
  if (verb !== "create" && name !== node) return "can only access CSINode with the same name as the requesting node";
  return undefined;
}

function lease({ node, attributes }: NodeRequest): Refusal {
  const { verb, namespace, name } = attributes;
  if (!OWN_VERBS.has(verb)) return "can only get, create, update, patch, or delete a node lease";
  if (namespace !== "kube-node-lease") return 'can only access leases in the "kube-node-lease" system namespace';
  if (verb !== "create" && name !== node) return "can only access node lease with the same name as the requesting node";
  return undefined;
}

/** A selector that cannot be read selects nothing here; the request itself will be refused for it. */
function selects({ fieldSelector = "" }: AuthorizationAttributes, field: string, value: string): boolean {
  if (fieldSelector === "") return false;
  try {
    return parseFieldSelector(fieldSelector).exact(field) === value;
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}
