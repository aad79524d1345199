import { Scale } from "@skates/api/autoscaling/v1";
import {
  type ApiObject,
  type ApiResponse,
  badRequest,
  conflict,
  decodeValue,
  formatGroupVersion,
  invalidStatus,
  isRecord,
  labelSelector,
  type Resource,
  resource,
  type ScalePaths,
  validateValue,
} from "@skates/apimachinery";
import { looseResponse } from "../responses.ts";
import { bodyRules, readCall, type ResourceRequest, writeCall } from "../resource-request.ts";
import { type BodyRules, checkStrict, checkType, readObject } from "../wire/body.ts";
import { parseMediaType } from "../wire/media-type.ts";
import { applyObject, checkApplied } from "./apply.ts";
import { patchKind, patchView, readPatch } from "./patch.ts";
import { getObject } from "./read.ts";
import { updateObject } from "./update.ts";
import type { AdmissionView } from "./write-call.ts";
import { type WriteOptions, writeOptions } from "./write-options.ts";

/** How a Scale is negotiated; it is not stored. */
const scales = resource<Scale>({
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  plural: "scales",
  schema: Scale,
  statusSubresource: false,
  storage: false,
});

/** The subresource `scale`: the replicas of any kind in one form. */
export async function serveScale(request: ResourceRequest): Promise<ApiResponse> {
  const { context, served } = request;
  const paths = served.resource.scale;
  if (paths === undefined) throw badRequest(`${served.resource.plural} cannot be scaled`);
  const { route, request: sent } = context;
  if (route.verb === "get") {
    const found = await getObject(readCall(request), route.name, sent.query.get("resourceVersion") ?? "");
    return looseResponse(200, scales, scaleOf(found.object, paths));
  }
  const change = route.verb === "patch" ? await patchedScale(request) : await sentScale(request);
  if (change.next === undefined) return looseResponse(200, scales, await applyScale(request, { ...change, paths }));
  const { object } = await updateObject(
    { ...writeCall(request, change.options), view: scaleView(paths) },
    {
      next: (old) => {
        if (old === undefined) throw badRequest("a scale is not created");
        const before = scaleOf(old, paths);
        const after = change.next(before);
        checkScale(served.resource, after, before);
        return withReplicas(old, paths, after);
      },
      allowCreate: false,
    },
  );
  return looseResponse(200, scales, scaleOf(object.object, paths));
}

type ScaleChange =
  | { readonly options: WriteOptions; readonly next: (before: Scale) => Scale }
  | { readonly options: WriteOptions; readonly next: undefined; readonly applied: Scale };

async function sentScale(request: ResourceRequest): Promise<ScaleChange> {
  const options = writeOptions(request.context.request.query, "UpdateOptions");
  const scale = await readObject<Scale>(request.context.request, scales, bodyRules(request, options));
  const { name } = request.context.route;
  const given = scale.metadata.name;
  if (given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  return { options, next: () => scale };
}

async function patchedScale(request: ResourceRequest): Promise<ScaleChange> {
  const { request: sent } = request.context;
  const kind = patchKind(parseMediaType(sent.headers["content-type"] ?? "").type);
  const options = writeOptions(sent.query, "PatchOptions", kind === "apply");
  const patch = await readPatch(sent.body, kind, request.server.core.limits.bodyBytes);
  const rules = bodyRules(request, options);
  if (kind === "apply") return { options, next: undefined, applied: appliedScale(patch.value, rules) };
  return { options, next: (before) => patchView(scales, before, { patch, rules }) };
}

/** What is applied to a scale, checked. */
function appliedScale(sent: unknown, rules: BodyRules): Scale {
  checkApplied(sent);
  const { object, strictErrors } = decodeValue<Scale>(Scale, sent);
  checkType({ ...object }, scales);
  checkStrict(strictErrors, scales, rules);
  return object;
}

/** A scale that is applied is an apply of the replicas of its object. */
async function applyScale(
  request: ResourceRequest,
  { options, applied, paths }: { readonly options: WriteOptions; readonly applied: Scale; readonly paths: ScalePaths },
): Promise<Scale> {
  const { resource: of } = request.served;
  const { name, namespace, resourceVersion } = applied.metadata;
  const patch = {
    kind: of.kind,
    apiVersion: formatGroupVersion(of),
    metadata: { name, namespace, resourceVersion },
    ...(applied.spec?.replicas === undefined ? {} : withValueAt({}, paths.spec.split("."), applied.spec.replicas)),
  };
  const errors = validateValue(Scale, {
    ...applied,
    metadata: { ...applied.metadata, name: request.context.route.name },
  });
  if (errors.length > 0) throw invalidStatus(scales, request.context.route.name, errors);
  const call = { ...writeCall(request, options), view: scaleView(paths) };
  const { object } = await applyObject(call, { patch, force: options.force });
  return scaleOf(object.object, paths);
}

/** Admission sees, and may change, the scale alone. */
function scaleView(paths: ScalePaths): AdmissionView {
  return {
    of: (object) => scaleOf(object, paths),
    into: (object, view) => {
      const replicas = numberAt(view, "spec.replicas") ?? 0;
      return replicas === (numberAt(object, paths.spec) ?? 0)
        ? object
        : { ...object, ...withValueAt(object, paths.spec.split("."), replicas) };
    },
  };
}

function checkScale(of: Resource, after: Scale, before: Scale): void {
  const given = after.metadata.resourceVersion ?? "";
  if (given !== "" && given !== before.metadata.resourceVersion) throw conflict(of, before.metadata.name);
  const errors = validateValue(Scale, after, before);
  if (errors.length > 0) throw invalidStatus(scales, before.metadata.name, errors);
}

/** The scale of an object. */
export function scaleOf(object: ApiObject, paths: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, paths.spec) },
    status: { replicas: numberAt(object, paths.status) ?? 0, selector: selectorOf(object, paths) },
  };
}

/** The text that a kind reports, or that of its `spec.selector`. */
function selectorOf(object: ApiObject, paths: ScalePaths): string | undefined {
  const reported = paths.selector === undefined ? undefined : valueAt(object, paths.selector);
  if (typeof reported === "string") return reported;
  const selector = isRecord(reported) ? reported : valueAt(object, "spec.selector");
  if (!isRecord(selector)) return undefined;
  const structured = "matchLabels" in selector || "matchExpressions" in selector;
  return labelSelector(structured ? selector : { matchLabels: texts(selector) }).toString();
}

function texts(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
}

function withReplicas(object: ApiObject, paths: ScalePaths, scale: Scale): ApiObject {
  const resourceVersion = scale.metadata.resourceVersion ?? object.metadata.resourceVersion;
  const changed = withValueAt(object, paths.spec.split("."), scale.spec.replicas ?? 0);
  return { ...object, ...changed, metadata: { ...object.metadata, resourceVersion } };
}

function withValueAt(value: object, [name = "", ...rest]: readonly string[], leaf: number): Record<string, unknown> {
  const record: Record<string, unknown> = { ...value };
  const inner = record[name];
  record[name] = rest.length === 0 ? leaf : withValueAt(isRecord(inner) ? inner : {}, rest, leaf);
  return record;
}

function numberAt(object: ApiObject, path: string): number | undefined {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : undefined;
}

function valueAt(object: ApiObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split(".")) value = isRecord(value) ? value[name] : undefined;
  return value;
}
