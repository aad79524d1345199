import {
  duplicate,
  type FieldError,
  invalid,
  isDns1123Label,
  notSupported,
  parseQuantity,
  type Path,
} from "@skates/apimachinery";
import { checkSubdomain, type Findings, invalidFor } from "../../checks.ts";
import { containersTotal, isPodLevelResource } from "./pod-resources.ts";
import type { PodSpec } from "./pod-spec.ts";
import { NO_QUANTITIES } from "./resource-rules.ts";

/** What a pod asks for as a whole is not less than what its containers ask for together; claims that containers use exist. */
export function podResourceFindings(spec: PodSpec, path: Path): Findings {
  return [...wholeFindings(spec, [...path, "resources"]), ...claimFindings(spec, path)];
}

function wholeFindings(spec: PodSpec, path: Path): Findings {
  if (spec.resources === undefined) return [];
  const { requests = NO_QUANTITIES, limits = NO_QUANTITIES } = spec.resources;
  const out: FieldError[] = [];
  for (const [list, amounts] of [
    ["limits", limits],
    ["requests", requests],
  ] as const) {
    for (const name of Object.keys(amounts)) {
      if (isPodLevelResource(name)) continue;
      out.push(notSupported([...path, list, { key: name }], name, ["cpu", "hugepages-", "memory"]));
    }
  }
  const asked = containersTotal(spec, "requests");
  for (const [name, text] of Object.entries(requests)) {
    const together = asked[name];
    if (together === undefined || parseQuantity(together).compare(parseQuantity(text)) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${together}`;
    out.push(invalid([...path, "requests", { key: name }], text, detail));
  }
  for (const [index, container] of spec.containers.entries()) {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const whole = limits[name];
      if (whole === undefined || parseQuantity(text).compare(parseQuantity(whole)) <= 0) continue;
      const at: Path = [...path.slice(0, -1), "containers", index, "resources", "limits", { key: name }];
      out.push(invalid(at, text, `must be less than or equal to pod limits of ${whole}`));
    }
  }
  return out;
}

function claimFindings(spec: PodSpec, path: Path): Findings {
  const claims = spec.resourceClaims ?? [];
  const names = new Set<string>();
  const out: FieldError[] = [];
  for (const [index, claim] of claims.entries()) {
    const at = [...path, "resourceClaims", index];
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (names.has(name)) out.push(duplicate([...at, "name"], name));
    else if (name !== "") out.push(...invalidFor([...at, "name"], name, isDns1123Label(name)));
    names.add(name);
    const given = [resourceClaimName, resourceClaimTemplateName].filter((one) => one !== undefined).length;
    if (given > 1)
      out.push(
        invalid(at, claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"),
      );
    if (given === 0)
      out.push(invalid(at, claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
    out.push(...checkSubdomain([...at, "resourceClaimName"], resourceClaimName));
    out.push(...checkSubdomain([...at, "resourceClaimTemplateName"], resourceClaimTemplateName));
  }
  for (const list of ["containers", "initContainers"] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      for (const [i, { name }] of (container.resources?.claims ?? []).entries()) {
        const at = [...path, list, index, "resources", "claims", i];
        if (!names.has(name)) out.push({ path: at, reason: "NotFound", detail: "", value: name });
      }
    }
  }
  return out;
}
