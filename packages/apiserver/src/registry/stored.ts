import { notImplemented, StatusError } from "@skates/apimachinery";
import type { ResourceCache } from "../watch-cache/resource-cache.ts";
import type { RegistryCore } from "./core.ts";
import type { Served } from "./served.ts";

/** Where objects of a kind are; throws NotImplemented for kinds that are not stored and have no handler. */
export function cacheOf(served: Served): ResourceCache {
  if (served.cache === undefined) throw notImplemented(`${served.resource.plural} are not stored by this server`);
  return served.cache;
}

/** Throws RequestEntityTooLarge. */
export function checkSize(core: RegistryCore, value: Uint8Array): void {
  const limit = core.limits.objectBytes;
  if (value.length > limit) {
    throw new StatusError("RequestEntityTooLarge", `Request entity too large: limit is ${limit}`);
  }
}
