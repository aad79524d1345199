import { type ControllerRevision, controllerRevisions } from "@skates/api/apps/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Action, deletion } from "@skates/controller-runtime";
import { REVISION_HASH } from "./daemon-pod.ts";

/**
 * Makes one revision of several that are alike: pods of the others are said to be of the one that stays, then the others go. Upstream
 * relabels every pod of the set, so that those of older templates are never replaced; here they stay what they are.
 */
export function mergeRevisions(
  current: ControllerRevision,
  duplicates: readonly ControllerRevision[],
  own: readonly Pod[],
): readonly (readonly Action[])[] {
  const hash = current.metadata.labels?.[REVISION_HASH];
  const others = new Set(duplicates.map(({ metadata }) => metadata.labels?.[REVISION_HASH]));
  others.delete(hash);
  const relabelled = own
    .filter(({ metadata }) => others.has(metadata.labels?.[REVISION_HASH]))
    .map(({ metadata: { namespace, name, uid } }): Action => {
      const body = { metadata: { uid, labels: { [REVISION_HASH]: hash } } };
      return { do: "patch", resource: pods, key: { namespace, name }, patch: { type: "merge", body } };
    });
  return [relabelled, duplicates.map((revision) => deletion(controllerRevisions, revision))];
}
