import { compareResourceVersions } from "@skates/apimachinery";
import type { Written } from "./execute.ts";
import type { Informers } from "./informers.ts";

/** True if the caches show what was written; what has no cache needs none. */
export function knows(informers: Informers, written: Written): boolean {
  const informer = informers.existing(written.resource);
  if (informer === undefined) return true;
  if ("resourceVersion" in written) {
    if (written.resourceVersion === "") return true;
    const reached = informer.resourceVersion();
    return reached !== "" && compareResourceVersions(reached, written.resourceVersion) >= 0;
  }
  const cached = informer.get(written.key);
  return (
    cached === undefined ||
    cached.metadata.uid !== written.deletedUid ||
    cached.metadata.deletionTimestamp !== undefined
  );
}
