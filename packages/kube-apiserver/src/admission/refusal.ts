import { forbiddenRequest, type StatusError } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";

/** What a plugin refuses a write with: Forbidden, about the object that is written. */
export function refusal(
  { resource, name }: Pick<AdmissionAttributes, "resource" | "name">,
  cause: string,
): StatusError {
  return forbiddenRequest(resource, name, cause);
}
