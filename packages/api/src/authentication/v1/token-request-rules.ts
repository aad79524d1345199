import { type FieldError, invalid, type Path } from "@skates/apimachinery";
import type { TokenRequestSpec } from "./token-request.ts";

const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;

/** A token lasts from ten minutes to a hundred years. */
export function tokenRequestSpecRules(spec: TokenRequestSpec, _old: unknown, path: Path): readonly FieldError[] {
  const seconds = spec.expirationSeconds ?? SECONDS_MIN;
  const at = [...path, "expirationSeconds"];
  if (seconds < SECONDS_MIN) return [invalid(at, seconds, "may not specify a duration less than 10 minutes")];
  return seconds > SECONDS_MAX ? [invalid(at, seconds, "may not specify a duration larger than 2^32 seconds")] : [];
}
