import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn, since } from "../../table.ts";
import type { ContainerStatus } from "./container-status.ts";
import type { Pod } from "./pod.ts";
import { isPodReady, isPodTerminal, podCondition } from "./pod-conditions.ts";
import { isSidecar } from "./pod-resources.ts";

/** The table of `kubectl get pods`. */
export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column("Ready", "Ready containers of all containers.", (pod) => {
    const { ready, total } = summaryOf(pod);
    return `${ready}/${total}`;
  }),
  column("Status", "What the pod is doing, or what keeps it from it.", (pod) => summaryOf(pod).reason),
  column("Restarts", "Restarts of its containers, and when the last was.", (pod, nowMs) => {
    const { restarts, lastRestart } = summaryOf(pod);
    return restarts > 0 && lastRestart !== "" ? `${restarts} (${since(lastRestart, nowMs)} ago)` : `${restarts}`;
  }),
  ageColumn,
  column("IP", "Address of the pod.", (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || "<none>", {
    wide: true,
  }),
  column("Node", "Node that the pod is bound to.", (pod) => pod.spec.nodeName || "<none>", { wide: true }),
  column("Nominated Node", "Node on which room is being made.", (pod) => pod.status?.nominatedNodeName || "<none>", {
    wide: true,
  }),
  column("Readiness Gates", "Additional conditions for readiness that hold.", readinessGates, { wide: true }),
];

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const held = gates.filter((gate) => podCondition(pod, gate.conditionType)?.status === "True");
  return `${held.length}/${gates.length}`;
}

interface Summary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  /** The latest end of a container's run, as time stamp; "" if none. */
  lastRestart: string;
}

/** One word on the pod from phase, conditions and containers; the most telling wins. */
function summaryOf(pod: Pod): Summary {
  const { spec, status } = pod;
  const sidecars = (spec.initContainers ?? []).filter(isSidecar);
  const gated = podCondition(pod, "PodScheduled")?.reason === "SchedulingGated";
  const summary: Summary = {
    ready: 0,
    total: spec.containers.length + sidecars.length,
    reason: gated ? "SchedulingGated" : status?.reason || status?.phase || "",
    restarts: 0,
    lastRestart: "",
  };
  const initializing = summarizeInit(pod, summary);
  if (!initializing || podCondition(pod, "Initialized")?.status === "True") summarizeRunning(pod, summary);
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status?.reason === "NodeLost") summary.reason = "Unknown";
    else if (!isPodTerminal(pod)) summary.reason = "Terminating";
  }
  return summary;
}

/** Walks the init containers until the one that is at work or has failed; tells whether there is one. */
function summarizeInit(pod: Pod, summary: Summary): boolean {
  const all = pod.spec.initContainers ?? [];
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    countRestarts(summary, container);
    const sidecar = all.some((one) => one.name === container.name && isSidecar(one));
    const { terminated, waiting } = container.state ?? {};
    if (terminated !== undefined && terminated.exitCode === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready) summary.ready += 1;
      continue;
    }
    if (terminated !== undefined) summary.reason = `Init:${endOf(terminated)}`;
    else if (waiting?.reason !== undefined && waiting.reason !== "PodInitializing") {
      summary.reason = `Init:${waiting.reason}`;
    } else summary.reason = `Init:${index}/${all.length}`;
    return true;
  }
  return false;
}

function summarizeRunning(pod: Pod, summary: Summary): void {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map((one) => one.name));
  summary.restarts = 0;
  summary.lastRestart = "";
  for (const one of pod.status?.initContainerStatuses ?? []) if (sidecars.has(one.name)) countRestarts(summary, one);
  let running = false;
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(summary, container);
    const { terminated, waiting, running: run } = container.state ?? {};
    if (waiting?.reason) summary.reason = waiting.reason;
    else if (terminated !== undefined) summary.reason = endOf(terminated);
    else if (container.ready && run !== undefined) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.reason === "Completed" && running) summary.reason = isPodReady(pod) ? "Running" : "NotReady";
}

function countRestarts(summary: Summary, container: ContainerStatus): void {
  summary.restarts += container.restartCount;
  const ended = container.lastState?.terminated?.finishedAt ?? "";
  if (ended > summary.lastRestart) summary.lastRestart = ended;
}

interface End {
  readonly reason?: string | undefined;
  readonly signal?: number | undefined;
  readonly exitCode: number;
}

function endOf({ reason, signal = 0, exitCode }: End): string {
  if (reason) return reason;
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}
