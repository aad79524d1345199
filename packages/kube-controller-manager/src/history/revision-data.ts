import {
  decodeValue,
  encodeJsonBytes,
  equalValues,
  isRecord,
  type Json,
  type JsonObject,
  type JsonRecord,
  parseJson,
} from "@skates/apimachinery";
import type { ControllerRevision } from "@skates/api/apps/v1";
import { PodTemplateSpec } from "@skates/api/core/v1";

/**
 * What a revision keeps of a workload: a strategic merge patch that puts the template back. `kubectl rollout undo` sends it as it is,
 * and compares its bytes with what it makes itself of the workload, so keys are sorted and empty parts are written as upstream does.
 */
export function revisionData(template: PodTemplateSpec): JsonObject {
  const written = parseJson(encodeJsonBytes(PodTemplateSpec, template)).value;
  const members = isRecord(written) ? written : {};
  return sorted({ spec: { template: { ...members, $patch: "replace" } } });
}

/** The template that a revision keeps; undefined for data of another shape. */
export function templateIn({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const spec = data?.["spec"];
  const template = isRecord(spec) ? spec["template"] : undefined;
  if (!isRecord(template)) return undefined;
  const { $patch: _patch, ...members } = template;
  return decodeValue<PodTemplateSpec>(PodTemplateSpec, members).object;
}

/** True if a revision keeps this. */
export function keeps(revision: ControllerRevision, data: JsonObject): boolean {
  return equalValues(revision.data, data);
}

function sorted(object: JsonRecord): JsonObject {
  const out: Record<string, Json> = {};
  for (const key of Object.keys(object).sort()) {
    const value = object[key];
    if (value !== undefined) out[key] = sortedValue(value);
  }
  return out;
}

function sortedValue(value: unknown): Json {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (isRecord(value)) return sorted(value);
  const scalar =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  return scalar ? value : null;
}
