import type { ApiRequest, DeleteOptions, ObjectKey, Peer, RequestBody, Resource } from "@skates/apimachinery";
import { jsonText } from "@skates/apimachinery";
import type { DeleteCall, GetOptions, ListOptions, Patch, PatchOptions, WatchOptions } from "./resource-client.ts";

/** What a call asks for, before the client adds its headers and its identity. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: RequestBody;
  readonly contentType?: string | undefined;
}

/** The client has no identity of its own to claim: transport or `server.loopback` put theirs in its place. */
const NOBODY: Peer = { tls: { remoteAddress: "" } };

const PATCH_TYPES: Readonly<Record<Patch["type"], string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

/** A request of the API from a call. */
export function requestOf(call: Call, userAgent: string, signal: AbortSignal): ApiRequest {
  const headers: Record<string, string> = { accept: "application/json", "user-agent": userAgent };
  if (call.contentType !== undefined) headers["content-type"] = call.contentType;
  return { method: call.method, path: call.path, query: call.query, headers, body: call.body, peer: NOBODY, signal };
}

/** `/api/v1/namespaces/default/pods`: where a collection is found; without a namespace, that of all namespaces. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const { group, version, plural } = resource;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  if (!resource.namespaced || namespace === undefined || namespace === "") return `${root}/${plural}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** Where one object, or a subresource of it, is found. */
export function objectPath(resource: Resource, key: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** The query of a list. */
export function listQuery(options: ListOptions | GetOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    if (name !== "namespace" && value !== undefined && value !== "") query.set(name, String(value));
  }
  return query;
}

/** The query of a watch; bookmarks are always asked for. */
export function watchQuery(options: WatchOptions): URLSearchParams {
  const { sendInitialEvents, ...rest } = options;
  const query = listQuery(rest);
  query.set("watch", "true");
  query.set("allowWatchBookmarks", "true");
  if (sendInitialEvents === true) {
    query.set("sendInitialEvents", "true");
    query.set("resourceVersionMatch", "NotOlderThan");
  }
  return query;
}

/** The query of a write. */
export function writeQuery(options: PatchOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.dryRun === true) query.set("dryRun", "All");
  if (options.fieldManager !== undefined) query.set("fieldManager", options.fieldManager);
  if (options.fieldValidation !== undefined) query.set("fieldValidation", options.fieldValidation);
  if (options.force === true) query.set("force", "true");
  return query;
}

/** A patch, as JSON in both worlds: it is read once and has no struct. */
export function patchCall(path: string, patch: Patch, options: PatchOptions): Call {
  const contentType = PATCH_TYPES[patch.type];
  return { method: "PATCH", path, query: writeQuery(options), body: jsonBody(patch.body, contentType), contentType };
}

/** A deletion; without options there is no body. */
export function deleteCall(path: string, options: DeleteCall, query: URLSearchParams): Call {
  if (Object.values(options).every((value) => value === undefined)) {
    return { method: "DELETE", path, query, body: { kind: "none" } };
  }
  const body: DeleteOptions = { ...options, kind: "DeleteOptions", apiVersion: "v1" };
  const contentType = "application/json";
  return { method: "DELETE", path, query, body: jsonBody(body, contentType), contentType };
}

/** A body of JSON text. */
function jsonBody(value: unknown, mediaType = "application/json"): RequestBody {
  return textBody(jsonText(value), mediaType);
}

/** A body of text that is encoded already. */
export function textBody(text: string, mediaType: string): RequestBody {
  const bytes = new TextEncoder().encode(text);
  return { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) };
}
