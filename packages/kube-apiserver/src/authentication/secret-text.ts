import type { Secret } from "@skates/api/core/v1";

/** A value of a secret as text; undefined: it has no such key. */
export function secretText({ data }: Secret, key: string): string | undefined {
  const encoded = data?.[key];
  return encoded === undefined ? undefined : atob(encoded);
}
