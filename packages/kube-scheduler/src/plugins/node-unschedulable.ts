import { type Taint, toleratesTaint } from "@skates/api/core/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

const TAINT: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const REJECTION = unresolvable("node(s) were unschedulable");

/** Keeps pods from cordoned nodes, unless they tolerate the taint that such nodes have. */
export const nodeUnschedulable: SchedulerPlugin = {
  name: "NodeUnschedulable",
  judges: ["filter"],
  wakes: [
    { on: ["NodeAdded"], helps: (_, event) => event.kind === "NodeAdded" && event.node.spec.unschedulable !== true },
    { on: ["NodeTaintsChanged"] },
  ],
  sign: ({ pod }) => tolerates(pod.spec),
  prepare: ({ pod }) =>
    tolerates(pod.spec)
      ? undefined
      : { filter: ({ node }) => (node.spec.unschedulable === true ? REJECTION : undefined) },
};

function tolerates({
  tolerations,
}: {
  readonly tolerations?: readonly Parameters<typeof toleratesTaint>[0][] | undefined;
}): boolean {
  return (tolerations ?? []).some((toleration) => toleratesTaint(toleration, TAINT));
}
