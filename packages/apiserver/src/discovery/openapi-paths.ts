import { definitionName, formatGroupVersion, openApiList, type Resource, type Subresource } from "@skates/apimachinery";
import { subresourceStruct } from "./subresource-kinds.ts";

const REF = "#/components/schemas/";
const STATUS = `${REF}io.k8s.apimachinery.pkg.apis.meta.v1.Status`;
const DELETE_OPTIONS = `${REF}io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions`;
const PATCH = `${REF}io.k8s.apimachinery.pkg.apis.meta.v1.Patch`;
/** The forms that a kind is sent and patched in. Clients choose by these how they patch. */
interface MediaTypes {
  readonly patch: readonly string[];
  readonly object: readonly string[];
  readonly stream: readonly string[];
}
const CUSTOM_TYPES: MediaTypes = {
  patch: ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"],
  object: ["application/json", "application/yaml"],
  stream: ["application/json;stream=watch"],
};
const BUILTIN_TYPES: MediaTypes = {
  patch: [...CUSTOM_TYPES.patch, "application/strategic-merge-patch+json"],
  object: [...CUSTOM_TYPES.object, "application/vnd.kubernetes.protobuf"],
  stream: [...CUSTOM_TYPES.stream, "application/vnd.kubernetes.protobuf;stream=watch"],
};

type Paths = Record<string, object>;
type Parameter = readonly [name: string, type: "string" | "boolean" | "integer", description: string];

const DRY_RUN: Parameter = ["dryRun", "string", "`All`: go through all stages but store nothing."];
const FIELD_MANAGER: Parameter = ["fieldManager", "string", "Who is recorded as owner of what this request sets."];
const FIELD_VALIDATION: Parameter = [
  "fieldValidation",
  "string",
  "What happens to unknown and duplicate fields: `Ignore`, `Warn` (the default) or `Strict`.",
];
const FORCE: Parameter = ["force", "boolean", "For apply: takes over fields that others own."];
const WRITE: readonly Parameter[] = [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION];
const LIST: readonly Parameter[] = [
  ["allowWatchBookmarks", "boolean", "The watch may send bookmarks."],
  ["continue", "string", "The token of the page before."],
  ["fieldSelector", "string", "Only objects whose fields have these values."],
  ["labelSelector", "string", "Only objects whose labels match."],
  ["limit", "integer", "At most so many objects in this answer."],
  ["resourceVersion", "string", "How new the answer must be, or where the watch starts."],
  ["resourceVersionMatch", "string", "How resourceVersion is meant: `Exact` or `NotOlderThan`."],
  ["sendInitialEvents", "boolean", "The watch starts with what exists."],
  ["timeoutSeconds", "integer", "Ends the call after this time."],
  ["watch", "boolean", "Stream changes instead of listing."],
];
const DELETE: readonly Parameter[] = [
  DRY_RUN,
  ["gracePeriodSeconds", "integer", "Seconds that the object may take to end."],
  ["orphanDependents", "boolean", "Dependents stay; superseded by propagationPolicy."],
  ["propagationPolicy", "string", "What becomes of dependents: `Orphan`, `Background` or `Foreground`."],
];

/** The paths of a group version, with an operation for each verb. */
export function openApiPaths(group: string, version: string, resources: readonly Resource[]): Paths {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const paths: Paths = {};
  for (const resource of resources) addResource(paths, root, resource);
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addResource(paths: Paths, root: string, resource: Resource): void {
  const scoped = resource.namespaced
    ? `${root}/namespaces/{namespace}/${resource.plural}`
    : `${root}/${resource.plural}`;
  const operation = operationsOf(resource);
  const has = (verb: string): boolean => resource.verbs.some((known) => known === verb);
  const collection = {
    ...(has("list") ? { get: operation("list", LIST) } : {}),
    ...(has("create") ? { post: operation("post", WRITE) } : {}),
    ...(has("deletecollection") ? { delete: operation("deletecollection", [...LIST, ...DELETE]) } : {}),
  };
  if (Object.keys(collection).length > 0) paths[scoped] = { ...collection, parameters: pathParameters(scoped) };
  if (resource.namespaced && has("list")) {
    paths[`${root}/${resource.plural}`] = { get: operation("list", LIST, "ForAllNamespaces") };
  }
  const item = {
    ...(has("get") ? { get: operation("get", []) } : {}),
    ...(has("update") ? { put: operation("put", WRITE) } : {}),
    ...(has("delete") ? { delete: operation("delete", DELETE) } : {}),
    ...(has("patch") ? { patch: operation("patch", [...WRITE, FORCE]) } : {}),
  };
  const itemPath = `${scoped}/{name}`;
  if (Object.keys(item).length > 0) paths[itemPath] = { ...item, parameters: pathParameters(itemPath) };
  for (const sub of resource.subresources) {
    const path = `${itemPath}/${sub.name}`;
    paths[path] = { ...subresourceOperations(resource, sub), parameters: pathParameters(path) };
  }
}

type Action = "list" | "post" | "deletecollection" | "get" | "put" | "delete" | "patch";
const ACTION_WORDS: Readonly<Record<Action, string>> = {
  list: "list",
  post: "create",
  deletecollection: "delete",
  get: "read",
  put: "replace",
  delete: "delete",
  patch: "patch",
};

function operationsOf(resource: Resource, schema = resource.schema) {
  const [listName] = openApiList(schema);
  const one = REF + definitionName(schema);
  const { group, version, kind, namespaced } = resource;
  const gvk = { group, kind, version };
  const types = resource.custom === true ? CUSTOM_TYPES : BUILTIN_TYPES;
  return (action: Action, parameters: readonly Parameter[], suffix = ""): object => {
    const many = action === "deletecollection" ? "Collection" : "";
    const scope = namespaced && suffix === "" ? "Namespaced" : "";
    return {
      tags: [tagOf(resource)],
      description: `${ACTION_WORDS[action]} ${action === "list" ? "or watch " : ""}objects of kind ${kind}`,
      operationId: `${ACTION_WORDS[action]}${groupWords(group)}${capital(version)}${many}${scope}${kind}${suffix}`,
      parameters: [...parameters.map(queryParameter), queryParameter(PRETTY)],
      ...bodyOf(action, one, types),
      responses: responsesOf(action, { one, many: REF + listName }, types),
      "x-kubernetes-action": action,
      "x-kubernetes-group-version-kind": gvk,
    };
  };
}

const PRETTY: Parameter = ["pretty", "string", "`true`: indented for people."];

function subresourceOperations(resource: Resource, sub: Subresource): object {
  const { group, version, kind } = sub;
  const gvk = { group, kind, version };
  const names: Readonly<Record<string, readonly [string, Action | "connect"]>> = {
    create: ["post", "post"],
    delete: ["delete", "delete"],
    get: ["get", "get"],
    patch: ["patch", "patch"],
    update: ["put", "put"],
  };
  const own = sub.kind === resource.kind && formatGroupVersion(sub) === formatGroupVersion(resource);
  const struct = own ? resource.schema : subresourceStruct(sub);
  const schema = struct === undefined ? undefined : operationsOf(resource, struct);
  const out: Record<string, object> = {};
  for (const verb of sub.verbs) {
    const [method, action] = names[verb] ?? ["", "connect"];
    const words = action === "connect" || sub.connect === true ? `connect${capital(method)}` : ACTION_WORDS[action];
    const scope = resource.namespaced ? "Namespaced" : "";
    const place = `${groupWords(resource.group)}${capital(resource.version)}${scope}${resource.kind}${capital(sub.name)}`;
    const parameters = verb === "patch" ? [...WRITE, FORCE] : verb === "get" ? [] : WRITE;
    const base = schema !== undefined && action !== "connect" ? schema(action, parameters) : {};
    out[method] = {
      tags: [tagOf(resource)],
      description: `${words} ${sub.name} of objects of kind ${resource.kind}`,
      parameters: parameters.map(queryParameter),
      responses: { "200": { description: "OK" }, "401": UNAUTHORIZED },
      ...base,
      operationId: words + place,
      "x-kubernetes-action": sub.connect === true ? "connect" : action,
      "x-kubernetes-group-version-kind": gvk,
    };
  }
  return out;
}

const UNAUTHORIZED = { description: "Unauthorized" };

function bodyOf(action: Action, one: string, types: MediaTypes): object {
  if (action === "post" || action === "put") return body(["*/*"], one, true);
  if (action === "patch") return body(types.patch, PATCH, true);
  return action === "delete" || action === "deletecollection" ? body(["*/*"], DELETE_OPTIONS, false) : {};
}

function body(types: readonly string[], ref: string, required: boolean): object {
  return { requestBody: { content: content(types, ref), ...(required ? { required } : {}) } };
}

function responsesOf(
  action: Action,
  { one, many }: { readonly one: string; readonly many: string },
  types: MediaTypes,
): object {
  const ok = { description: "OK", content: content(types.object, one) };
  switch (action) {
    case "list":
      return {
        "200": { description: "OK", content: content([...types.object, ...types.stream], many) },
        "401": UNAUTHORIZED,
      };
    case "post":
      return {
        "200": ok,
        "201": { ...ok, description: "Created" },
        "202": { ...ok, description: "Accepted" },
        "401": UNAUTHORIZED,
      };
    case "put":
    case "patch":
      return { "200": ok, "201": { ...ok, description: "Created" }, "401": UNAUTHORIZED };
    case "delete": {
      const status = { description: "OK", content: content(types.object, STATUS) };
      return { "200": status, "202": { ...status, description: "Accepted" }, "401": UNAUTHORIZED };
    }
    case "deletecollection":
      return { "200": { description: "OK", content: content(types.object, STATUS) }, "401": UNAUTHORIZED };
    case "get":
      return { "200": ok, "401": UNAUTHORIZED };
  }
}

function content(types: readonly string[], ref: string): object {
  return Object.fromEntries(types.map((type) => [type, { schema: { $ref: ref } }]));
}

function queryParameter([name, type, description]: Parameter): object {
  return { name, in: "query", description, schema: { type, uniqueItems: true } };
}

function pathParameters(path: string): readonly object[] {
  const names: readonly Parameter[] = [
    ["name", "string", "Name of the object."],
    ["namespace", "string", "Namespace of the object."],
  ];
  return names
    .filter(([name]) => path.includes(`{${name}}`))
    .map((parameter) => ({ ...queryParameter(parameter), in: "path", required: true }));
}

function tagOf({ group, version }: Resource): string {
  return `${group === "" ? "core" : group.replace(/\.k8s\.io$/, "").replaceAll(/\.(\w)/g, (_, c: string) => c.toUpperCase())}_${version}`;
}

function groupWords(group: string): string {
  if (group === "") return "Core";
  return group
    .replace(/\.k8s\.io$/, "")
    .split(".")
    .map(capital)
    .join("");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
