import {
  type ApiRequest,
  decodeProtobuf,
  isRecord,
  parseJson,
  parseYaml,
  type RequestBody,
  type Resource,
  unwrapUnknown,
} from "@skates/apimachinery";
import type { RequestContext } from "@skates/apiserver";
import type { AuditDecision } from "./audit-policy.ts";

/** The resource whose objects have this type. */
export type FindResource = (apiVersion: string, kind: string) => Pick<Resource, "schema"> | undefined;

/** A request whose body is remembered while it is read. */
export interface SentBody {
  readonly request: ApiRequest;
  /** What was sent, as JSON values; undefined: nothing, nothing yet, or nothing that can be read. */
  object(): unknown;
}

/** Remembers the body where the policy wants it written: only then does it cost anything. */
export function sentBody(
  { request, route }: RequestContext,
  { level }: AuditDecision,
  findResource: FindResource,
): SentBody {
  const { body } = request;
  const wanted = (level === "Request" || level === "RequestResponse") && route.resourceRequest;
  if (!wanted || body.kind === "none") return { request, object: () => undefined };
  if (body.kind === "object") return { request, object: () => body.object };
  let bytes: Uint8Array | undefined;
  const remembering: RequestBody = {
    ...body,
    read: async (limitBytes) => {
      bytes = await body.read(limitBytes);
      return bytes;
    },
  };
  return {
    request: { ...request, body: remembering },
    object: () =>
      bytes === undefined || bytes.length === 0 ? undefined : decoded(bytes, body.mediaType, findResource),
  };
}

function decoded(bytes: Uint8Array, mediaType: string, findResource: FindResource): unknown {
  try {
    if (mediaType.includes("protobuf")) {
      const { apiVersion, kind, raw } = unwrapUnknown(bytes);
      const resource = findResource(apiVersion, kind);
      return resource === undefined
        ? undefined
        : { kind, apiVersion, ...asRecord(decodeProtobuf(resource.schema, raw)) };
    }
    if (mediaType.includes("yaml")) return parseYaml(new TextDecoder().decode(bytes));
    return parseJson(bytes).value;
  } catch {
    // The request is refused for it further in; the log has its status.
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** An object, or a list of objects, without `metadata.managedFields`. */
export function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { metadata, items } = object;
  const bare = isRecord(metadata) && "managedFields" in metadata ? { ...metadata, managedFields: undefined } : metadata;
  return {
    ...object,
    ...(metadata === undefined ? {} : { metadata: bare }),
    ...(Array.isArray(items) ? { items: items.map(withoutManagedFields) } : {}),
  };
}
