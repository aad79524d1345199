import { type Service, services } from "@skates/api/core/v1";
import type { AdmissionPlugin } from "@skates/apiserver";
import { objectOf, oldOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

/** No service gets further external addresses: with them it could take over the traffic to somebody else. */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: "DenyServiceExternalIPs",
  handles: (attributes) => objectOf(attributes, services) !== undefined,
  async validate(attributes) {
    const before = oldOf<Service>(attributes, services)?.spec.externalIPs ?? [];
    const now = objectOf<Service>(attributes, services)?.spec.externalIPs ?? [];
    if (now.every((address) => before.includes(address))) return;
    const cause = "Use of external IPs is denied by admission control";
    throw refusal(attributes, cause);
  },
};
