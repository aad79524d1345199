import type { ApiObject, RequestInfo, UserInfo } from "@skates/apimachinery";
import { type AdmissionAttributes, type AdmissionKind, type AdmissionPlugin, AdmissionRounds } from "../admission.ts";
import { admissionStruct } from "../discovery/subresource-kinds.ts";
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
  /** What admission sees in the place of objects, for subresources that show them in another form. */
  readonly view?: AdmissionView | undefined;
  /** When the request's time is up, on the monotonic clock; undefined: it has no limit. */
  readonly deadlineMs: number | undefined;
  readonly signal: AbortSignal;
  warn(text: string): void;
  /** Notes something for the audit log; the first note under a key stays. */
  annotate(key: string, value: string): void;
}

/** An object in the form of a subresource (its Scale), and the object that a changed form makes of it. */
export interface AdmissionView {
  of(object: ApiObject): ApiObject;
  into(object: ApiObject, view: ApiObject): ApiObject;
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
  const { view } = call;
  const seen = (object: ApiObject | undefined): ApiObject | undefined =>
    object === undefined || view === undefined ? object : view.of(object);
  return {
    operation,
    resource: call.served.hub,
    requested: call.served.resource,
    kind: admissionKind(call),
    subresource: call.subresource,
    namespace: call.namespace,
    name: call.name === "" ? (objects.object?.metadata.name ?? "") : call.name,
    object: seen(objects.object),
    old: seen(objects.old),
    options: call.options,
    user: call.user,
    dryRun: call.dryRun,
    nowMs: call.nowMs,
    deadlineMs: call.deadlineMs,
    rounds: new AdmissionRounds(),
    warn: (text) => call.warn(text),
    annotate: (key, value) => call.annotate(key, value),
  };
}

function admissionKind({ served, subresource }: WriteCall): AdmissionKind {
  if (subresource === "") return served.resource;
  const sub = served.subresources.get(subresource);
  if (sub === undefined || sub.kind === served.resource.kind) return served.resource;
  return { group: sub.group, version: sub.version, kind: sub.kind, struct: admissionStruct(sub) };
}

/** The object with what admission made of its form. */
export function admittedObject({ view }: WriteCall, object: ApiObject, admitted: ApiObject | undefined): ApiObject {
  if (admitted === undefined) return object;
  return view === undefined ? admitted : view.into(object, admitted);
}
