import { isRecord, newMap } from "../schema/record.ts";
import { badRequest } from "../status.ts";

/** RFC 7386: members of `patch` replace those of `value`, null removes them. Throws StatusError BadRequest unless it is an object. */
export function mergePatch(value: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) throw badRequest("Invalid JSON Patch");
  return merge(value, patch);
}

function merge(value: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const base = isRecord(value) ? value : {};
  const next = newMap<unknown>();
  let changed = !isRecord(value);
  for (const key of Object.keys(base)) {
    const change = Object.hasOwn(patch, key) ? patch[key] : undefined;
    if (change === undefined) next[key] = base[key];
    else if (change !== null) next[key] = merge(base[key], change);
    if (next[key] !== base[key]) changed = true;
  }
  for (const key of Object.keys(patch)) {
    if (Object.hasOwn(base, key) || patch[key] === null || patch[key] === undefined) continue;
    next[key] = merge(undefined, patch[key]);
    changed = true;
  }
  return changed ? next : value;
}
