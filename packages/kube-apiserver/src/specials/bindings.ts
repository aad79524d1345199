import { Binding, type Pod, type PodCondition, pods } from "@skates/api/core/v1";
import {
  type ApiResponse,
  conflict,
  type FieldError,
  formatTime,
  invalidStatus,
  notSupported,
  required,
  StatusError,
} from "@skates/apimachinery";
import type { SpecialCall, SpecialHandler } from "@skates/apiserver";
import { success } from "./answer.ts";

/** `pods/binding`, and `bindings` of old: a scheduler's word that a pod runs on a node. */
export const bindingHandlers: readonly SpecialHandler[] = [
  {
    group: "",
    resource: "pods",
    subresource: "binding",
    verbs: ["create"],
    handle: (call) => bind(call, call.route.name),
  },
  { group: "", resource: "bindings", verbs: ["create"], handle: (call) => bind(call, undefined) },
];

/** Pods whose node can be set by a binding, which no other write may change. */
export const bindablePods: typeof pods = {
  ...pods,
  strategy: {
    ...pods.strategy,
    views: { ...pods.strategy.views, binding: (next) => next },
    validate: (next, old, request) =>
      request.subresource === "binding" ? [] : (pods.strategy.validate?.(next, old, request) ?? []),
  },
};

async function bind(call: SpecialCall, pathName: string | undefined): Promise<ApiResponse> {
  const read = await call.read<Binding>(Binding);
  const name = pathName ?? read.metadata.name;
  const namespace = call.route.namespace;
  const binding: Binding = {
    ...read,
    metadata: { ...read.metadata, name: read.metadata.name === "" ? name : read.metadata.name, namespace },
  };
  const findings = bindingFindings(binding);
  if (findings.length > 0) throw invalidStatus({ group: "", kind: "Binding" }, name, findings);
  if (binding.metadata.name !== name) {
    const message = `the name of the object (${binding.metadata.name}) does not match the name on the URL (${name})`;
    throw new StatusError("BadRequest", message);
  }
  const admitted = await call.admit("CREATE", binding);
  const writer = {
    user: call.user,
    nowMs: call.nowMs,
    fieldManager: fieldManager(call),
    dryRun: call.dryRun,
    subresource: "binding",
  };
  await call.registry.modify<Pod>(
    pods,
    { key: { namespace, name }, writer, change: (pod) => boundPod(pod, admitted, call.nowMs) },
    call.signal,
  );
  return success();
}

function fieldManager(call: SpecialCall): string {
  return call.request.query.get("fieldManager") ?? (call.request.headers["user-agent"] ?? "").split("/")[0] ?? "";
}

function bindingFindings({ target }: Binding): readonly FieldError[] {
  const out: FieldError[] = [];
  const { kind = "", name = "" } = target;
  if (kind !== "" && kind !== "Node") out.push(notSupported(["target", "kind"], kind, ["Node", "<empty>"]));
  if (name === "") out.push(required(["target", "name"]));
  return out;
}

function boundPod(pod: Pod, { metadata, target }: Binding, nowMs: number): Pod {
  const { name } = pod.metadata;
  const refuse = (cause: string): never => {
    throw conflict({ group: "", plural: "pods/binding" }, name, cause);
  };
  const { uid = "", annotations, labels } = metadata;
  if (uid !== "" && uid !== pod.metadata.uid) {
    refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid ?? ""}`);
  }
  if (pod.metadata.deletionTimestamp !== undefined)
    refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? "") !== "")
    refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec.schedulingGates ?? []).length > 0) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(annotations === undefined ? {} : { annotations: { ...pod.metadata.annotations, ...annotations } }),
      ...(labels === undefined ? {} : { labels: { ...pod.metadata.labels, ...labels } }),
    },
    spec: { ...pod.spec, nodeName: target.name },
    status: { ...pod.status, conditions: withScheduled(pod.status?.conditions ?? [], nowMs) },
  };
}

function withScheduled(conditions: readonly PodCondition[], nowMs: number): readonly PodCondition[] {
  const scheduled: PodCondition = { type: "PodScheduled", status: "True", lastTransitionTime: formatTime(nowMs) };
  const at = conditions.findIndex((condition) => condition.type === "PodScheduled");
  if (at < 0) return [...conditions, scheduled];
  if (conditions[at]?.status === "True") return conditions;
  return conditions.with(at, scheduled);
}
