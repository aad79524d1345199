import { type Pod, pods } from "@skates/api/core/v1";
import { parseFieldSelector } from "@skates/apimachinery";
import type { AuthorizationAttributes, Registry } from "@skates/apiserver";
import { podUses } from "./pod-references.ts";
import { allows, type RuleSet } from "./rule.ts";

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
    { groups: [""], resources: ["nodes"], verbs: ["create"] },
    // Mirror pods of its own only: admission's NodeRestriction sees to that.
    { groups: [""], resources: ["pods"], verbs: ["create"] },
    { groups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
    { groups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"], verbs: ["create", ...READ] },
    { groups: ["node.k8s.io"], resources: ["runtimeclasses"], verbs: READ },
    { groups: ["storage.k8s.io"], resources: ["csidrivers"], verbs: READ },
    { groups: ["storage.k8s.io"], resources: ["volumeattachments"], verbs: ["get"] },
    { groups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"], namespace: "kube-node-lease" },
    { groups: ["storage.k8s.io"], resources: ["csinodes"], verbs: ["create"] },
  ],
};

/** Kinds of which each node has one object, under the node's name. */
const OWN: RuleSet = {
  rules: [
    { groups: [""], resources: ["nodes"], verbs: [...READ, "update", "patch"] },
    { groups: [""], resources: ["nodes/status"], verbs: ["get", "update", "patch"] },
    {
      groups: ["coordination.k8s.io"],
      resources: ["leases"],
      verbs: [...READ, "update", "patch", "delete"],
      namespace: "kube-node-lease",
    },
    { groups: ["storage.k8s.io"], resources: ["csinodes"], verbs: ["get", "update", "patch", "delete"] },
  ],
};

/** Why a kubelet may not do it; undefined: it may. Beyond its own objects it sees what the pods on its node refer to. */
export async function nodeRefusal(
  registry: Registry,
  { node, attributes }: { readonly node: string; readonly attributes: AuthorizationAttributes },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (allows(ANY_NODE, attributes)) return undefined;
  if (allows(OWN, attributes)) {
    return attributes.name === node ? undefined : `node '${node}' can only access its own ${attributes.resource}`;
  }
  const { group, resource, subresource, verb } = attributes;
  if (group !== "") return "no relationship is known to nodes";
  if (resource === "pods") return await podRefusal(registry, { node, attributes }, signal);
  if (resource === "serviceaccounts" && subresource === "token" && verb === "create") {
    return await referenceRefusal(registry, { node, attributes }, signal);
  }
  const readable = resource === "secrets" || resource === "configmaps" || resource === "persistentvolumeclaims";
  if (readable && subresource === "" && READ_VERBS.has(verb)) {
    if (attributes.name === "") return `can only ${verb} individual resources of this type`;
    return await referenceRefusal(registry, { node, attributes }, signal);
  }
  return `node '${node}' may not ${verb} ${resource}`;
}

interface NodeRequest {
  readonly node: string;
  readonly attributes: AuthorizationAttributes;
}

async function podRefusal(
  registry: Registry,
  { node, attributes }: NodeRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { verb, subresource, name, namespace, fieldSelector } = attributes;
  if (subresource === "" && (verb === "list" || verb === "watch")) {
    if (selects(fieldSelector, node)) return undefined;
    return `can only ${verb} pods with spec.nodeName field selector`;
  }
  const own =
    (subresource === "" && (verb === "get" || verb === "delete")) ||
    (subresource === "status" && (verb === "patch" || verb === "update" || verb === "get")) ||
    (subresource === "eviction" && verb === "create");
  if (!own) return `node '${node}' may not ${verb} pods${subresource === "" ? "" : `/${subresource}`}`;
  const key = { namespace, name };
  if (registry.cached(pods, key)?.spec.nodeName === node) return undefined;
  const pod = await registry.get(pods, key, signal);
  // A pod that is gone is answered with NotFound, which tells the kubelet to let go of it.
  return pod === undefined || pod.spec.nodeName === node
    ? undefined
    : `no relationship found between node '${node}' and this object`;
}

function selects(fieldSelector: string | undefined, node: string): boolean {
  if (fieldSelector === undefined || fieldSelector === "") return false;
  return parseFieldSelector(fieldSelector).exact("spec.nodeName") === node;
}

async function referenceRefusal(
  registry: Registry,
  { node, attributes }: NodeRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, name, resource } = attributes;
  const used = (): boolean =>
    registry.cachedList<Pod>(pods, namespace).some((pod) => pod.spec.nodeName === node && podUses(pod, resource, name));
  if (used()) return undefined;
  // Reading something live waits until the cache has caught up: the binding may be milliseconds old.
  await registry.get(pods, { namespace, name }, signal);
  return used() ? undefined : `no relationship found between node '${node}' and this object`;
}
