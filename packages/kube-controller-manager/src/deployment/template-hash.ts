import { equalValues } from "@skates/apimachinery";
import type { PodTemplateSpec } from "@skates/api/core/v1";
import { HASH_LABEL } from "./annotations.ts";

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** A short name for a template: equal templates have the same, and `collisions` leads to another one. */
export function templateHash(template: PodTemplateSpec, collisions: number): string {
  let hash = fnv1a(0x811c9dc5, canonical(template));
  if (collisions > 0) hash = fnv1a(hash, String(collisions));
  // Digits become letters and digits that make no words, as upstream encodes them.
  return Array.from(String(hash), (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join("");
}

/** True if two templates make the same pods; the hash label is not looked at. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return equalValues(withoutHash(a ?? {}), withoutHash(b ?? {}));
}

/** Without the hash label, and without what says nothing: no labels, an empty name, the time of creation that some clients send. */
function withoutHash({ metadata, spec }: PodTemplateSpec): unknown {
  if (metadata === undefined) return { spec, metadata: {} };
  const { labels = {}, name, creationTimestamp: _time, ...others } = metadata;
  const { [HASH_LABEL]: _hash, ...rest } = labels;
  const some = Object.keys(rest).length === 0 ? undefined : rest;
  return { spec, metadata: { ...others, name: name === "" ? undefined : name, labels: some } };
}

/** JSON with sorted keys, without absent members. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

function fnv1a(start: number, text: string): number {
  let hash = start;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
