import {
  type ApiObject,
  type ApiResponse,
  badRequest,
  type Encoded,
  formatGroupVersion,
  notFound,
  notImplemented,
  StatusError,
} from "@skates/apimachinery";
import { admitConnect } from "./admit-connect.ts";
import { mutateByAdmission, validateByAdmission } from "./admission.ts";
import type { RequestContext } from "./context.ts";
import { createObject } from "./registry/create.ts";
import { deletedStatus, deleteObject } from "./registry/delete.ts";
import { deleteCollection } from "./registry/delete-collection.ts";
import { deleteOptions } from "./registry/delete-options.ts";
import { listParameters } from "./registry/list-parameters.ts";
import { withNamespace } from "./registry/object-meta.ts";
import { applyObject } from "./registry/apply.ts";
import { checkPatchedName, patchKind, patchObject, readPatch } from "./registry/patch.ts";
import { inVersion, toHub } from "./registry/in-version.ts";
import { getObject, listObjects, pagesOf } from "./registry/read.ts";
import { serveScale } from "./registry/scale.ts";
import type { Served } from "./registry/served.ts";
import { type Updated, updateObject } from "./registry/update.ts";
import { watchObjects } from "./registry/watch.ts";
import { admissionAttributes, type WriteCall } from "./registry/write-call.ts";
import { type WriteOptions, writeOptions } from "./registry/write-options.ts";
import { bodyRules, readCall, type ResourceRequest, type ResourceServer, writeCall } from "./resource-request.ts";
import { jsonResponse, objectResponse } from "./responses.ts";
import type { Route } from "./route.ts";
import type { SpecialCall } from "./special.ts";
import { type BodyRules, expectedOf, readObject } from "./wire/body.ts";
import { CachedObject, looseObject } from "./watch-cache/cached-object.ts";
import { parseMediaType } from "./wire/media-type.ts";

/** The resource of a request; undefined where nobody serves even the group and version. Throws NotFound for other paths that are not there. */
export function findServed(server: ResourceServer, context: RequestContext): Served | undefined {
  const { route } = context;
  const served = server.core.served.find(route.group, route.version, route.resource);
  if (served === undefined) {
    if (!server.core.served.hasVersion(route.group, route.version)) return undefined;
    throw resourceNotFound();
  }
  // What a right in one namespace was enough for must stay in it: nothing of the cluster, nor another namespace, by such a path.
  const own = route.resource === "namespaces" && route.group === "" && route.name === route.namespace;
  if (route.namespace !== "" && !own && !served.resource.namespaced) throw resourceNotFound();
  if (route.name !== "") requirePathSegment(route.name);
  return served;
}

/** Keys of objects are made of names: none may lead elsewhere. */
function requirePathSegment(name: string): void {
  const wrong =
    name === "." || name === ".."
      ? [`may not be '${name}'`]
      : ["/", "%"].filter((character) => name.includes(character)).map((character) => `may not contain '${character}'`);
  if (wrong.length > 0) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${wrong.join(";")}`);
}

/** Upstream's answer for paths below a group and version that lead to nothing. */
function resourceNotFound(): StatusError {
  return new StatusError("NotFound", "the server could not find the requested resource", { details: {} });
}

/** Carries out a request on a resource: special handlers first, then the registry. */
export async function serveResource(request: ResourceRequest): Promise<ApiResponse> {
  const { server, context, served } = request;
  const { route } = context;
  const { deprecationWarning } = served.resource;
  if (deprecationWarning !== undefined) context.warnings.push(deprecationWarning);
  const special = server.core.served.special(route.group, route.resource, route.subresource);
  if (special?.verbs.includes(route.verb) === true) {
    const sub = served.subresources.get(route.subresource);
    const admitted = sub?.connect === true ? await admitConnect(request, plainCall(request), sub) : request;
    return await special.handle(specialCall(admitted));
  }
  if (route.subresource === "") {
    checkVerb(served, route.verb);
    return await serveObject(request);
  }
  return await serveSubresource(request);
}

function checkVerb({ resource }: Served, verb: string): void {
  if (resource.verbs.some((known) => known === verb)) return;
  throw methodNotAllowed();
}

/** Upstream's answer where a path is known and the method is not. */
function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError("MethodNotAllowed", message, { details: {} });
}

async function serveObject(request: ResourceRequest): Promise<ApiResponse> {
  const { context, served } = request;
  const { route } = context;
  switch (route.verb) {
    case "get":
      return objectResponse(200, served.resource, await read(request));
    case "list":
      return await list(request);
    case "watch":
      return await watch(request);
    case "create":
      return await create(request);
    case "update":
      return await update(request);
    case "patch":
      return await patch(request);
    case "delete":
      return await remove(request);
    case "deletecollection":
      return await removeCollection(request);
    default:
      throw methodNotAllowed();
  }
}

/** Views of the same kind go through the registry; `scale` has its own kind; the rest needs a special handler. */
async function serveSubresource(request: ResourceRequest): Promise<ApiResponse> {
  const { context, served } = request;
  const { route } = context;
  const { resource } = served;
  const sub = served.subresources.get(route.subresource);
  if (sub === undefined || route.name === "" || route.rest.length > 0) throw resourceNotFound();
  if (!sub.verbs.some((verb) => verb === route.verb)) {
    throw methodNotAllowed();
  }
  if (sub.name === "scale" && resource.scale !== undefined) return await serveScale(request);
  const isView =
    sub.kind === resource.kind && sub.connect !== true && formatGroupVersion(sub) === formatGroupVersion(resource);
  const writable = sub.name === "status" || served.hub.strategy.views?.[sub.name] !== undefined;
  if (!isView || !writable) throw notImplemented(`${resource.plural}/${sub.name} is not implemented by this server`);
  return await serveObject(request);
}

async function read(request: ResourceRequest) {
  const { context } = request;
  return await getObject(readCall(request), context.route.name, context.request.query.get("resourceVersion") ?? "");
}

async function list(request: ResourceRequest): Promise<ApiResponse> {
  const { context, served } = request;
  const { query } = context.request;
  const { meta, entries } = await listObjects(readCall(request), query, listParameters(query, false));
  const pages = await pagesOf(entries, served.resource, context.turn);
  return { status: 200, headers: {}, body: { kind: "list", resource: served.resource, meta, pages } };
}

async function watch(request: ResourceRequest): Promise<ApiResponse> {
  const { server, context, served } = request;
  const query = watchQuery(context);
  const parameters = listParameters(query, true);
  const events = await watchObjects(readCall(request), query, { parameters, keeper: server.keeper });
  return { status: 200, headers: {}, body: { kind: "events", resource: served.resource, events } };
}

/** `/api/v1/watch/namespaces/a/pods/b` watches one object. */
function watchQuery({ request, route }: RequestContext): URLSearchParams {
  if (route.name === "") return request.query;
  const query = new URLSearchParams(request.query);
  query.set("fieldSelector", `metadata.name=${route.name}`);
  return query;
}

/** The object in the body, in the hub version, in the namespace of the request. */
async function bodyObject(
  request: ResourceRequest,
  options: WriteOptions,
  check: (sent: ApiObject) => void = () => undefined,
): Promise<ApiObject> {
  const { context, served } = request;
  const { resource } = served;
  const sent = await readObject<ApiObject>(context.request, expectedOf(resource), bodyRules(request, options));
  check(sent);
  return toHub(resource, withNamespace(resource, context.route.namespace, sent));
}

/** What is sent to a path must be what stands there. */
function checkIdentity({ metadata }: ApiObject, { name, namespace }: Route): void {
  if (metadata.name === "") {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  const own = metadata.namespace ?? "";
  if (own !== "" && namespace !== "" && own !== namespace) {
    throw badRequest(`the namespace of the object (${own}) does not match the namespace on the request (${namespace})`);
  }
}

async function create(request: ResourceRequest): Promise<ApiResponse> {
  const { context, served } = request;
  if (context.route.name !== "") throw methodNotAllowed();
  if (served.resource.namespaced && context.route.namespace === "") throw methodNotAllowed();
  const options = writeOptions(context.request.query, "CreateOptions");
  const call = writeCall(request, options);
  return answer(request, { object: await createObject(call, await bodyObject(request, options)), created: true });
}

async function update(request: ResourceRequest): Promise<ApiResponse> {
  const { context, served } = request;
  const { name } = context.route;
  if (name === "") throw methodNotAllowed();
  const options = writeOptions(context.request.query, "UpdateOptions");
  const next = await bodyObject(request, options, (sent) => checkIdentity(sent, context.route));
  const allowCreate = served.hub.createOnUpdate && context.route.subresource === "";
  return answer(request, await updateObject(writeCall(request, options), { next: () => next, allowCreate }));
}

async function patch(request: ResourceRequest): Promise<ApiResponse> {
  const { server, context, served } = request;
  const { request: sent, route } = context;
  if (route.name === "") throw methodNotAllowed();
  const kind = patchKind(parseMediaType(sent.headers["content-type"] ?? "").type, served.resource.custom === true);
  const options = writeOptions(sent.query, "PatchOptions", kind === "apply");
  const body = await readPatch(sent.body, kind, server.core.limits.bodyBytes);
  const call = writeCall(request, options);
  if (kind === "apply") {
    checkDuplicates(body.duplicates, bodyRules(request, options));
    return answer(request, await applyObject(call, { patch: body.value, force: options.force }));
  }
  const rules = bodyRules(request, options);
  const next = (old: ApiObject | undefined): ApiObject => {
    if (old === undefined) throw notFound(served.resource, route.name);
    const object = patchObject(served, old, body, rules);
    checkPatchedName(object, route.name);
    return object;
  };
  return answer(request, await updateObject(call, { next, allowCreate: false }));
}

/** Refuses or warns of keys that came twice in what is applied. */
function checkDuplicates(duplicates: readonly string[], rules: BodyRules): void {
  for (const text of duplicates) {
    if (rules.fieldValidation === "Strict") throw badRequest(`error strict decoding YAML: ${text}`);
    if (rules.fieldValidation === "Warn") rules.warn(text);
  }
}

/** An object of the hub version, in the version of the request. */
function answer({ served }: ResourceRequest, { object, created }: Updated): ApiResponse {
  return objectResponse(created ? 201 : 200, served.resource, inRequestVersion(served, object));
}

function inRequestVersion({ resource }: Served, object: Encoded): Encoded {
  if (resource.conversion === undefined) return object;
  if (object instanceof CachedObject) return object.view(resource);
  return looseObject(resource, inVersion(resource, object.object));
}

async function remove(request: ResourceRequest): Promise<ApiResponse> {
  const { server, context, served } = request;
  const options = await deleteOptions(context.request, server.core.limits.bodyBytes);
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  const call = writeCall(request, { dryRun, fieldManager: "", fieldValidation: "Warn", force: false, object: options });
  const { gone, object } = await deleteObject(call, options);
  const status = !gone && options.orphanDependents === false ? 202 : 200;
  if (!gone || served.hub.strategy.returnsDeleted === true) return answer(request, { object, created: false });
  return jsonResponse(status, deletedStatus(call, object.object));
}

async function removeCollection(request: ResourceRequest): Promise<ApiResponse> {
  const { server, context, served } = request;
  const { query } = context.request;
  const options = await deleteOptions(context.request, server.core.limits.bodyBytes);
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  const call = writeCall(request, { dryRun, fieldManager: "", fieldValidation: "Warn", force: false, object: options });
  const { meta, entries } = await deleteCollection(call, { options, query, read: readCall(request) });
  const pages = await pagesOf(entries, served.resource, context.turn);
  return { status: 200, headers: {}, body: { kind: "list", resource: served.resource, meta, pages } };
}

function specialCall(request: ResourceRequest): SpecialCall {
  const { server, context, served } = request;
  const { route } = context;
  const options = writeOptions(
    route.verb === "create" || route.verb === "update" ? context.request.query : NO_QUERY,
    "CreateOptions",
  );
  const call = writeCall(request, options);
  return {
    request: context.request,
    route,
    resource: served.resource,
    subresource: served.subresources.get(route.subresource),
    user: context.user,
    nowMs: context.nowMs,
    dryRun: options.dryRun,
    signal: context.signal,
    registry: server.registry,
    read: (schema) => {
      const { group, version, kind } = served.subresources.get(route.subresource) ?? served.resource;
      return readObject(context.request, { group, version, kind, schema }, bodyRules(request, options));
    },
    admit: async (operation, object, old) => {
      const attributes = admissionAttributes(call, operation, { object, old });
      const admitted = (await mutateByAdmission(call.admission, attributes, call.signal)) ?? object;
      await validateByAdmission(call.admission, { ...attributes, object: admitted }, call.signal);
      return sameKind(object, admitted);
    },
    warn: (text) => call.warn(text),
  };
}

/** A write without options. */
function plainCall(request: ResourceRequest): WriteCall {
  return writeCall(request, writeOptions(NO_QUERY, "CreateOptions"));
}

const NO_QUERY = new URLSearchParams();

/** Admission gives back an object of the kind that it got. */
function sameKind<T extends ApiObject>(_sent: T, admitted: ApiObject): T {
  return admitted as T;
}
