import { StatusError } from "@skates/apimachinery";
import type { AuthorizationAttributes } from "./auth.ts";

/** The refusal of what a user may not do, in upstream's words, as clients show them. */
export function forbidden(attributes: AuthorizationAttributes, reason: string): StatusError {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const why = reason === "" ? "" : `: ${reason}`;
  if (!attributes.resourceRequest) {
    const message = `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${why}`;
    return new StatusError("Forbidden", message, { details: {} });
  }
  const full = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? " at the cluster scope" : ` in the namespace ${JSON.stringify(namespace)}`;
  const what = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(full)}`;
  const subject = group === "" ? resource : `${resource}.${group}`;
  const named = name === "" ? subject : `${subject} ${JSON.stringify(name)}`;
  const message = `${named} is forbidden: ${what} in API group ${JSON.stringify(group)}${where}${why}`;
  const details = { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource };
  return new StatusError("Forbidden", message, { details });
}
