import type { AuthorizationAttributes } from "./auth.ts";
import type { RequestContext } from "./context.ts";

/** What a request wants to do, under the user that it has by now. */
export function requestAttributes({ user, route, request }: RequestContext): AuthorizationAttributes {
  const { verb, resourceRequest, path, group, version, resource, subresource, namespace } = route;
  const selects = verb === "list" || verb === "watch" || verb === "deletecollection";
  return {
    user,
    verb,
    resourceRequest,
    path,
    group,
    version,
    resource,
    subresource,
    namespace,
    name: route.authorizedName,
    fieldSelector: selects ? (request.query.get("fieldSelector") ?? undefined) : undefined,
    labelSelector: selects ? (request.query.get("labelSelector") ?? undefined) : undefined,
  };
}
