import { type ApiObject, formatGroupVersion, StatusError, type Struct, type Subresource } from "@skates/apimachinery";
import { mutateByAdmission, validateByAdmission } from "./admission.ts";
import { admissionStruct } from "./discovery/subresource-kinds.ts";
import { admissionAttributes, type WriteCall } from "./registry/write-call.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { queryFlag } from "./route.ts";

/** Asks admission whether a stream may be opened. Gives the request as admission wants it. Throws what admission throws. */
export async function admitConnect(
  request: ResourceRequest,
  call: WriteCall,
  sub: Subresource,
): Promise<ResourceRequest> {
  if (call.admission.length === 0) return request;
  const struct = admissionStruct(sub);
  const object = optionsOf(request, sub, struct);
  const attributes = admissionAttributes({ ...call, options: {} }, "CONNECT", { object, old: undefined });
  const admitted = (await mutateByAdmission(call.admission, attributes, call.signal)) ?? object;
  await validateByAdmission(call.admission, { ...attributes, object: admitted }, call.signal);
  return admitted === object || struct === undefined ? request : changed(request, struct, admitted);
}

/** `PodExecOptions` and their like, as they stand in the query; of proxies the path behind them. */
function optionsOf({ context }: ResourceRequest, sub: Subresource, struct: Struct | undefined): ApiObject {
  const { query } = context.request;
  const out: Record<string, unknown> = {};
  for (const [name, { type }] of optionFields(struct)) {
    const values = query.getAll(name);
    if (name === "path") out[name] = context.route.rest.join("/");
    else if (type.kind === "bool") out[name] = queryFlag(query, name);
    else if (type.kind !== "list") out[name] = values[0] ?? "";
    else if (type.items.kind === "int") out[name] = values.flatMap((value) => value.split(",")).map(Number);
    else out[name] = values;
  }
  return { ...out, kind: sub.kind, apiVersion: formatGroupVersion(sub), metadata: { name: "" } };
}

function optionFields(struct: Struct | undefined) {
  return Object.entries(struct?.fields ?? {}).filter(([name]) => name !== "kind" && name !== "apiVersion");
}

function changed(request: ResourceRequest, struct: Struct, admitted: ApiObject): ResourceRequest {
  const query = new URLSearchParams(request.context.request.query);
  const values = new Map<string, unknown>(Object.entries(admitted));
  for (const [name] of optionFields(struct)) {
    if (name === "path")
      throw new StatusError("InternalError", "admission may not change the path of a proxied request");
    query.delete(name);
    const value = values.get(name);
    const texts = (Array.isArray(value) ? value : [value]).flatMap((each: unknown) =>
      isScalar(each) ? [String(each)] : [],
    );
    for (const text of texts) query.append(name, text);
  }
  return { ...request, context: { ...request.context, request: { ...request.context.request, query } } };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
