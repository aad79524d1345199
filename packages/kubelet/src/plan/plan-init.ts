import type { Container } from "@skates/api/core/v1";
import { isSidecar, type PodContainer, restartsAfter, restartsAfterKill } from "../pod/containers.ts";
import { newest } from "../pod/observed.ts";
import type { RuntimeContainer } from "../runtime.ts";
import type { PlanDraft, PodView } from "./plan-pod.ts";

/** `done`: regular containers may run; `failed`: the pod ends here. */
export type InitProgress = "done" | "running" | "failed";

/**
 * Moves init containers on. They run one after the other; the last one that is known tells how far things are, as older ones may
 * have been removed. Once regular containers run, only sidecars are looked after.
 */
export function planInit(view: PodView, draft: PlanDraft): InitProgress {
  const inits = view.pod.spec.initContainers ?? [];
  if (inits.length === 0) return "done";
  const before = view.pod.spec.containers.some((c) => isLive(newest(view.observed, c.name)));
  const starts: PodContainer[] = [];
  let progress: InitProgress = before ? "done" : "running";
  // True once a later container is known, or a regular one: what stands before it has passed, and only sidecars need care.
  let passed = before;
  for (let i = inits.length - 1; i >= 0; i--) {
    const container = inits[i];
    if (container === undefined) continue;
    const status = newest(view.observed, container.name);
    if (status === undefined) {
      if (passed && isSidecar(container)) starts.push({ kind: "init", container });
      continue;
    }
    if (passed && !isSidecar(container)) continue;
    const found = { container, status };
    const step = isSidecar(container) ? sidecarStep(view, draft, found) : initStep(view, draft, found);
    if (step === "failed") return "failed";
    if (step === "again") starts.push({ kind: "init", container });
    if (step === "passed" && !passed) {
      const next = inits[i + 1];
      if (next === undefined) progress = "done";
      else starts.push({ kind: "init", container: next });
    }
    passed = true;
  }
  const first = inits[0];
  if (!passed && first !== undefined) starts.push({ kind: "init", container: first });
  for (const found of inInitOrder(inits, starts)) draft.start(found);
  return progress;
}

interface Step {
  readonly container: Container;
  readonly status: RuntimeContainer;
}

function initStep(
  view: PodView,
  draft: PlanDraft,
  { container, status }: Step,
): "passed" | "again" | "wait" | "failed" {
  switch (status.state) {
    case "created":
      return "again";
    case "running":
      return "wait";
    case "exited":
      if (status.exitCode === 0) return "passed";
      return restartsAfter(view.pod, { kind: "init", container }, status.exitCode) ? "again" : "failed";
    case "unknown":
      if (!restartsAfterKill(view.pod, container)) return "failed";
      draft.kill(status, "unknown", `Init container is in "unknown" state, try killing it before restart`);
      return "again";
  }
}

function sidecarStep(view: PodView, draft: PlanDraft, { container, status }: Step): "passed" | "again" | "wait" {
  if (status.state === "unknown") {
    draft.kill(status, "unknown", `Init container is in "unknown" state, try killing it before restart`);
    return "again";
  }
  if (status.state !== "running") return "again";
  if (draft.killIfUnfit(status, { kind: "init", container }, "Init container")) return "wait";
  draft.resizeIfChanged(status, container);
  const started = container.startupProbe === undefined || view.probes.get(status.id)?.startup === true;
  return started ? "passed" : "wait";
}

function inInitOrder(inits: readonly Container[], starts: readonly PodContainer[]): readonly PodContainer[] {
  const at = (found: PodContainer): number => inits.findIndex((c) => c.name === found.container.name);
  return starts.toSorted((a, b) => at(a) - at(b));
}

function isLive(status: RuntimeContainer | undefined): boolean {
  return status?.state === "created" || status?.state === "running";
}
