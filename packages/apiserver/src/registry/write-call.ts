import type { ApiObject, RequestInfo, UserInfo } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import type { RegistryCore } from "./core.ts";
import type { Served } from "./served.ts";

/** One write: who, what, and by which rules. */
export interface WriteCall {
  readonly core: RegistryCore;
  readonly served: Served;
  /** Empty for cluster-scoped resources. */
  readonly namespace: string;
  /** Empty on create. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly user: UserInfo;
  readonly nowMs: number;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** The options object of the request, for admission. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly admission: readonly AdmissionPlugin[];
  readonly signal: AbortSignal;
  warn(text: string): void;
  /** Notes something for the audit log; the first note under a key stays. */
  annotate(key: string, value: string): void;
}

/** A write as strategies see it. */
export function requestInfo(call: WriteCall, operation: RequestInfo["operation"]): RequestInfo {
  return {
    user: call.user,
    nowMs: call.nowMs,
    random: call.core.names,
    operation,
    subresource: call.subresource === "" ? undefined : call.subresource,
    dryRun: call.dryRun,
  };
}

/** A write as admission sees it. */
export function admissionAttributes(
  call: WriteCall,
  operation: AdmissionAttributes["operation"],
  objects: { readonly object: ApiObject | undefined; readonly old: ApiObject | undefined },
): AdmissionAttributes {
  return {
    operation,
    resource: call.served.hub,
    subresource: call.subresource,
    namespace: call.namespace,
    name: call.name === "" ? (objects.object?.metadata.name ?? "") : call.name,
    object: objects.object,
    old: objects.old,
    options: call.options,
    user: call.user,
    dryRun: call.dryRun,
    nowMs: call.nowMs,
    warn: (text) => call.warn(text),
    annotate: (key, value) => call.annotate(key, value),
  };
}
