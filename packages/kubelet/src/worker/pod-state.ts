import type { Pod, PodStatus, ResourceRequirements } from "@skates/api/core/v1";
import { claimsDevices } from "../dra/pod-devices.ts";
import { type Backoff, CRASH_BACKOFF, nextBackoff } from "../plan/backoff.ts";
import type { Held, PodPlan, PodView, ProbeResults, Waiting } from "../plan/plan-pod.ts";
import { type Applied, resizeOf } from "../plan/plan-resize.ts";
import { findContainer, isHostNetwork } from "../pod/containers.ts";
import { newest, type ObservedPod } from "../pod/observed.ts";
import { isRestartingAll } from "../pod/restart-all.ts";
import type { PodFailure } from "../status/pod-failure.ts";
import { podStatus } from "../status/pod-status.ts";
import type { NodeFacts } from "./pod-deps.ts";

/** What a worker remembers of its pod between two plans. */
export class PodState {
  pod: Pod;
  observed: ObservedPod;
  /** The last status made; the API may not have it yet. */
  status: PodStatus;
  /** Why the kubelet itself ends the pod. */
  failure: PodFailure | undefined;
  /** Nothing of the pod will run again. */
  terminal = false;
  /** Nothing is prepared for the pod any more. */
  devicesReturned = false;
  /** Why changes of resources have to wait. */
  resizePending: Waiting | undefined;
  /** Why a change of resources did not work. */
  resizeError: string | undefined;
  #applied: Applied = new Map();
  #backoffs: ReadonlyMap<string, Backoff> = new Map();
  #held: ReadonlyMap<string, Held> = new Map();
  #planned: ReadonlyMap<string, Waiting> = new Map();

  constructor(pod: Pod, observed: ObservedPod) {
    this.pod = pod;
    this.observed = observed;
    this.status = pod.status ?? {};
    this.#applied = adopted(pod, observed);
  }

  view(nowMs: number, probes: ReadonlyMap<string, ProbeResults>): PodView {
    return {
      pod: this.pod,
      observed: this.observed,
      nowMs,
      backoffs: this.#backoffs,
      probes,
      held: this.#held,
      applied: this.#applied,
      resizeBlocked: this.resizePending !== undefined,
      restartingAll: isRestartingAll(this.status.conditions),
    };
  }

  /** Notes which resources a container has from now on. */
  gave(id: string, resources: ResourceRequirements): void {
    const there = [...this.#applied].filter(([other]) => this.observed.containers.some((c) => c.id === other));
    this.#applied = new Map([...there, [id, resources]]);
  }

  /** Whether some running container has other resources than its specification says. */
  wantsResize(): boolean {
    return this.runningContainers().some((running) => {
      const found = findContainer(this.pod, running.name);
      return found !== undefined && resizeOf(found.container, this.#applied.get(running.id)) !== "none";
    });
  }

  /** Takes over a plan; gives the names of the containers that wait since this plan. */
  planned(plan: PodPlan): readonly string[] {
    const before = this.#planned;
    this.#planned = plan.waiting;
    return [...plan.waiting.keys()].filter((name) => !before.has(name));
  }

  /** Notes that a container is started once more after it ended. */
  startingAgain(name: string, nowMs: number): void {
    const last = newest(this.observed, name);
    if (last?.state !== "exited") return;
    const entry = nextBackoff(this.#backoffs.get(name), last.finishedAtMs, nowMs, CRASH_BACKOFF);
    this.#backoffs = new Map([...this.#backoffs, [name, entry]]);
  }

  hold(name: string, held: Held): void {
    this.#held = new Map([...this.#held, [name, held]]);
  }

  release(name: string): void {
    if (!this.#held.has(name)) return;
    this.#held = new Map([...this.#held].filter(([other]) => other !== name));
  }

  /** Something that starts were waiting for may have changed: try them again now. */
  releaseConfigErrors(): void {
    this.#held = new Map([...this.#held].filter(([, h]) => h.waiting.reason !== "CreateContainerConfigError"));
  }

  /** Makes the status that follows from all this. */
  makeStatus(facts: NodeFacts, nowMs: number, probes: ReadonlyMap<string, ProbeResults>): PodStatus {
    const waiting = new Map(this.#planned);
    for (const [name, held] of this.#held) waiting.set(name, held.waiting);
    this.status = podStatus({
      pod: this.pod,
      observed: this.observed,
      old: this.status,
      probes,
      waiting,
      terminal: this.terminal,
      holdsDevices: claimsDevices(this.pod) && !this.devicesReturned,
      failure: this.failure,
      applied: this.#applied,
      resize: { pending: this.resizePending, error: this.resizeError },
      hostIps: facts.hostIps(),
      nowMs,
      runtimeName: facts.runtimeName,
      restartsAll: facts.features.includes("RestartAllContainersOnContainerExits"),
    });
    return this.status;
  }

  podIps(facts: NodeFacts): readonly string[] {
    if (isHostNetwork(this.pod)) return facts.hostIps().slice(0, 1);
    return this.observed.sandboxes[0]?.ips ?? [];
  }

  runningContainers() {
    return this.observed.containers.filter((c) => c.state === "running");
  }
}

/** What containers of an earlier kubelet have: what it last told the API. */
function adopted({ status }: Pod, observed: ObservedPod): Applied {
  const out = new Map<string, ResourceRequirements>();
  for (const { containerID = "", resources } of [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
  ]) {
    const id = containerID.slice(containerID.indexOf("://") + 3);
    if (resources !== undefined && observed.containers.some((c) => c.id === id)) out.set(id, resources);
  }
  return out;
}
