import { formatTime } from "@skates/apimachinery";
import type { Namespace, NamespaceCondition } from "@skates/api/core/v1";
import { conditionOf, renewedCondition } from "../condition.ts";
import type { Remains } from "./content.ts";

type Text = Pick<NamespaceCondition, "type" | "status" | "reason" | "message">;

/** A terminating namespace with what holds its deletion up; the same object if nothing is new. */
export function withRemains(namespace: Namespace, remains: Remains, nowMs: number): Namespace {
  const old = namespace.status?.conditions ?? [];
  let conditions = old;
  for (const text of texts(remains)) {
    const current = conditionOf(old, text.type);
    const same = current?.status === text.status && current.reason === text.reason && current.message === text.message;
    // The time is that of the last change of the status, not of the words.
    if (!same) conditions = renewedCondition(conditions, { ...text, lastTransitionTime: formatTime(nowMs) });
  }
  const unchanged = conditions === old && namespace.status?.phase === "Terminating";
  return unchanged ? namespace : { ...namespace, status: { ...namespace.status, phase: "Terminating", conditions } };
}

function texts({ counts, finalizers, errors, silent }: Remains): readonly Text[] {
  return [
    silent.length === 0
      ? {
          type: "NamespaceDeletionDiscoveryFailure",
          status: "False",
          reason: "ResourcesDiscovered",
          message: "All resources successfully discovered",
        }
      : {
          type: "NamespaceDeletionDiscoveryFailure",
          status: "True",
          reason: "DiscoveryFailed",
          message: `Discovery failed for some groups, ${silent.length} failing: unable to retrieve the complete list of server APIs: ${[
            ...silent,
          ]
            .sort()
            .map((part) => `${part}: stale GroupVersion discovery: ${part}`)
            .join(", ")}`,
        },
    {
      type: "NamespaceDeletionGroupVersionParsingFailure",
      status: "False",
      reason: "ParsedGroupVersions",
      message: "All legacy kube types successfully parsed",
    },
    errors.length === 0
      ? {
          type: "NamespaceDeletionContentFailure",
          status: "False",
          reason: "ContentDeleted",
          message: "All content successfully deleted, may be waiting on finalization",
        }
      : {
          type: "NamespaceDeletionContentFailure",
          status: "True",
          reason: "ContentDeletionFailed",
          message: `Failed to delete all resource types, ${errors.length} remaining: ${[...errors].sort().join(", ")}`,
        },
    counts.size === 0
      ? {
          type: "NamespaceContentRemaining",
          status: "False",
          reason: "ContentRemoved",
          message: "All content successfully removed",
        }
      : {
          type: "NamespaceContentRemaining",
          status: "True",
          reason: "SomeResourcesRemain",
          message: `Some resources are remaining: ${listed(counts, (name, count) => `${name} has ${count} resource instances`)}`,
        },
    finalizers.size === 0
      ? {
          type: "NamespaceFinalizersRemaining",
          status: "False",
          reason: "ContentHasNoFinalizers",
          message: "All content-preserving finalizers finished",
        }
      : {
          type: "NamespaceFinalizersRemaining",
          status: "True",
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${listed(finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
        },
  ];
}

function listed(counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string {
  return [...counts]
    .map(([name, count]) => text(name, count))
    .sort()
    .join(", ");
}
