import type { ContainerStatus, PodStatus } from "@skates/api/core/v1";

/** Whether somebody may be waiting for this change: phase, readiness, ends of containers, reasons why one does not start. */
export function isUrgent(before: PodStatus, after: PodStatus): boolean {
  if (after.phase !== before.phase && after.phase !== "Pending") return true;
  if (ready(before) !== ready(after)) return true;
  const old = [...(before.containerStatuses ?? []), ...(before.initContainerStatuses ?? [])];
  const now = [...(after.containerStatuses ?? []), ...(after.initContainerStatuses ?? [])];
  return now.some((status) => news(old.find((o) => o.name === status.name)) !== news(status) && news(status) !== "");
}

function ready(status: PodStatus): boolean {
  return (status.conditions ?? []).some((c) => c.type === "Ready" && c.status === "True");
}

const PLAIN = [undefined, "ContainerCreating", "PodInitializing"];

function news(status: ContainerStatus | undefined): string {
  const { terminated, waiting } = status?.state ?? {};
  if (terminated !== undefined) return `terminated ${terminated.containerID ?? ""}`;
  return PLAIN.includes(waiting?.reason) ? "" : `waiting ${waiting?.reason ?? ""}`;
}
