import { type ApiObject, type ApiResponse, type Resource, resource, type Struct } from "@skates/apimachinery";
import { jsonResponse, looseResponse } from "@skates/apiserver";

/** An object that is made for one request, as its answer in whatever form the client accepts. */
export function answer<T extends ApiObject>(kind: Resource, object: T): ApiResponse {
  return looseResponse(201, kind, object);
}

/** Upstream's plain success of a write that has no object to show. */
export function success(): ApiResponse {
  return jsonResponse(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

/** A kind that only travels in a subresource, as a resource of its own for negotiation. */
export function travellingKind(of: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: Struct;
}): Resource {
  return resource({
    ...of,
    plural: `${of.kind.toLowerCase()}s`,
    verbs: ["create"],
    storage: false,
    statusSubresource: false,
  });
}
