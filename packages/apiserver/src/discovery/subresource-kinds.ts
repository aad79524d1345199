import { Scale } from "@skates/api/autoscaling/v1";
import { TokenRequest } from "@skates/api/authentication/v1";
import {
  Binding,
  NodeProxyOptions,
  PodAttachOptions,
  PodExecOptions,
  PodPortForwardOptions,
  PodProxyOptions,
  ServiceProxyOptions,
} from "@skates/api/core/v1";
import { Eviction } from "@skates/api/policy/v1";
import { formatGroupVersion, type Struct, type Subresource } from "@skates/apimachinery";

const KINDS: ReadonlyMap<string, Struct> = new Map<string, Struct>([
  ["autoscaling/v1 Scale", Scale],
  ["authentication.k8s.io/v1 TokenRequest", TokenRequest],
  ["v1 Binding", Binding],
  ["policy/v1 Eviction", Eviction],
]);

/** The schema of what travels in a subresource of a kind of its own; undefined for streams and for views of the resource itself. */
export function subresourceStruct(sub: Subresource): Struct | undefined {
  return sub.connect === true ? undefined : KINDS.get(`${formatGroupVersion(sub)} ${sub.kind}`);
}

const CONNECTIONS: ReadonlyMap<string, Struct> = new Map<string, Struct>([
  ["v1 NodeProxyOptions", NodeProxyOptions],
  ["v1 PodAttachOptions", PodAttachOptions],
  ["v1 PodExecOptions", PodExecOptions],
  ["v1 PodPortForwardOptions", PodPortForwardOptions],
  ["v1 PodProxyOptions", PodProxyOptions],
  ["v1 ServiceProxyOptions", ServiceProxyOptions],
]);

/** As `subresourceStruct`, and of streams the schema of their options. */
export function admissionStruct(sub: Subresource): Struct | undefined {
  const name = `${formatGroupVersion(sub)} ${sub.kind}`;
  return KINDS.get(name) ?? CONNECTIONS.get(name);
}
