import { badRequest } from "@skates/apimachinery";

/** What a path and a method ask for. Upstream's RequestInfo. */
export interface Route {
  readonly resourceRequest: boolean;
  /** As sent, still percent-encoded. */
  readonly path: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; else the method in lower case. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** Empty: none, or all. */
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  /** As in the path; empty for collections. */
  readonly name: string;
  /** The name that authorizers see: that of the path, or the one that a field selector asks for. */
  readonly authorizedName: string;
  /** Percent-decoded parts after the subresource (the path behind `proxy`). */
  readonly rest: readonly string[];
}

const METHOD_VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(["status", "finalize"]);
const NO_PARTS: readonly string[] = [];

/** Reads a request line by upstream's rules. Throws BadRequest for paths with broken percent-encoding. */
export function routeOf(method: string, path: string, query: URLSearchParams): Route {
  const parts = splitPath(path);
  const legacy = parts[0] === "api";
  const start = legacy ? 2 : 3;
  if ((!legacy && parts[0] !== "apis") || parts.length <= start) return nonResource(method, path);
  const group = legacy ? "" : (parts[1] ?? "");
  const version = (legacy ? parts[1] : parts[2]) ?? "";
  let verb = METHOD_VERBS[method] ?? "";
  let at = start;
  if (parts[at] === "watch" && parts.length > at + 1) {
    verb = "watch";
    at++;
  }
  let namespace = "";
  if (parts[at] === "namespaces" && parts.length > at + 1) {
    namespace = parts[at + 1] ?? "";
    // `/namespaces/x` and `/namespaces/x/status` are about the namespace, `/namespaces/x/pods` about pods in it.
    const next = parts[at + 2];
    if (next !== undefined && !NAMESPACE_SUBRESOURCES.has(next)) at += 2;
  }
  const name = parts[at + 1] ?? "";
  return {
    resourceRequest: true,
    path,
    verb: collectionVerb(verb, name, query),
    group,
    version,
    namespace,
    resource: parts[at] ?? "",
    subresource: parts[at + 2] ?? "",
    name,
    authorizedName: selectedName(name, query),
    rest: parts.length > at + 3 ? parts.slice(at + 3) : NO_PARTS,
  };
}

function nonResource(method: string, path: string): Route {
  const none = { group: "", version: "", namespace: "", resource: "", subresource: "", name: "", authorizedName: "" };
  return { resourceRequest: false, path, verb: method.toLowerCase(), ...none, rest: NO_PARTS };
}

function collectionVerb(verb: string, name: string, query: URLSearchParams): string {
  if (name !== "") return verb;
  if (verb === "delete") return "deletecollection";
  if (verb !== "get") return verb;
  return queryFlag(query, "watch") ? "watch" : "list";
}

/** A boolean parameter as upstream reads it: there, and neither `0` nor `false`. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const value = query.size === 0 ? null : query.get(name);
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

/** A collection narrowed to one name by a field selector is authorized as that name. */
function selectedName(name: string, query: URLSearchParams): string {
  if (name !== "" || query.size === 0) return name;
  const selector = query.get("fieldSelector");
  if (selector === null || !selector.startsWith("metadata.name=") || selector.includes(",")) return name;
  return selector.slice(selector.startsWith("metadata.name==") ? 15 : 14);
}

function splitPath(path: string): readonly string[] {
  const parts: string[] = [];
  let from = 1;
  while (from <= path.length) {
    let to = path.indexOf("/", from);
    if (to < 0) to = path.length;
    if (to > from) parts.push(decodePart(path.slice(from, to)));
    from = to + 1;
  }
  return parts;
}

function decodePart(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(part)}`);
  }
}
