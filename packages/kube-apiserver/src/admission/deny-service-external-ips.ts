import { type Service, services } from "@skates/api/core/v1";
import { forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionPlugin } from "@skates/apiserver";
import { objectOf, oldOf } from "./object-kind.ts";

/** No service gets further external addresses: with them it could take over the traffic to somebody else. */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: "DenyServiceExternalIPs",
  handles: (attributes) =>
    (attributes.operation === "CREATE" || attributes.operation === "UPDATE") &&
    objectOf(attributes, services) !== undefined,
  async validate(attributes) {
    const before = oldOf<Service>(attributes, services)?.spec.externalIPs ?? [];
    const now = objectOf<Service>(attributes, services)?.spec.externalIPs ?? [];
    if (now.every((address) => before.includes(address))) return;
    const cause = "Use of external IPs is denied by admission control";
    throw forbiddenRequest(attributes.resource, attributes.name, cause);
  },
};
