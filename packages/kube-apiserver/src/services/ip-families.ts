import type { Service, ServiceSpec } from "@skates/api/core/v1";
import { type FieldError, invalid } from "@skates/apimachinery";
import { parseAddress } from "./cidr.ts";

type Family = "IPv4" | "IPv6";

/** Completes policy and families of a service, for a cluster whose ranges have these families, the first being the default. */
export function withIpFamilies(service: Service, families: readonly Family[]): Service {
  const { spec } = service;
  if (spec.type === "ExternalName") return service;
  const [first = "IPv4"] = families;
  const fromAddresses = (spec.clusterIPs ?? [])
    .map((text) => parseAddress(text)?.family)
    .filter((f) => f !== undefined);
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) return withHeadlessFamilies(service, first);
  const policy = spec.ipFamilyPolicy ?? (fromAddresses.length > 1 ? "RequireDualStack" : "SingleStack");
  const given = (spec.ipFamilies ?? []).length > 0 ? (spec.ipFamilies ?? []) : fromAddresses;
  const chosen = given.length > 0 ? [...given] : [first];
  const second = families.find((family) => family !== chosen[0]);
  if (policy !== "SingleStack" && chosen.length < 2 && second !== undefined) chosen.push(second);
  return { ...service, spec: { ...spec, ipFamilyPolicy: policy, ipFamilies: chosen } };
}

/** Families that the service asks for and the cluster has not; a service without a selector and an address may have any. */
export function familyFindings({ spec }: Service, families: readonly Family[]): readonly FieldError[] {
  if (spec.type === "ExternalName") return [];
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) return [];
  const policy = spec.ipFamilyPolicy;
  const single = policy === "RequireDualStack" && families.length < 2;
  return [
    ...(single
      ? [invalid(["spec", "ipFamilyPolicy"], policy, "this cluster is not configured for dual-stack services")]
      : []),
    ...(spec.ipFamilies ?? []).flatMap((family, i) =>
      families.some((known) => known === family)
        ? []
        : [invalid(["spec", "ipFamilies", i], family, "not configured on this cluster")],
    ),
  ];
}

/** Without a selector somebody else brings the endpoints, of whatever family. */
function withHeadlessFamilies(service: Service, first: Family): Service {
  const { spec } = service;
  const policy = spec.ipFamilyPolicy ?? "RequireDualStack";
  const chosen = (spec.ipFamilies ?? []).length > 0 ? [...(spec.ipFamilies ?? [])] : [first];
  if (policy !== "SingleStack" && chosen.length < 2) chosen.push(chosen[0] === "IPv4" ? "IPv6" : "IPv4");
  return { ...service, spec: { ...spec, ipFamilyPolicy: policy, ipFamilies: chosen } };
}

function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === "None" || spec.clusterIPs?.[0] === "None";
}
