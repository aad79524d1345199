import { type FieldError, forbidden, invalid, type Path } from "@skates/apimachinery";
import type { LeaseSpec } from "./lease.ts";

/** A lease lasts for some time, and transitions are counted from zero. */
export function leaseSpecRules(spec: LeaseSpec, _old: unknown, path: Path): readonly FieldError[] {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions, preferredHolder, strategy } = spec;
  const out: FieldError[] = [];
  if (seconds !== undefined && seconds <= 0)
    out.push(invalid([...path, "leaseDurationSeconds"], seconds, "must be greater than 0"));
  if (transitions !== undefined && transitions < 0) {
    out.push(invalid([...path, "leaseTransitions"], transitions, "must be greater than or equal to 0"));
  }
  if (preferredHolder !== undefined && preferredHolder !== "" && (strategy ?? "") === "") {
    out.push(forbidden([...path, "preferredHolder"], "may only be specified when `strategy` is defined"));
  }
  return out;
}
