import type { Pod } from "@skates/api/core/v1";
import { containerHash } from "../pod/container-hash.ts";
import {
  type AnyContainer,
  formatPod,
  isHostNetwork,
  isSidecar,
  type PodContainer,
  restartsAfter,
  restartsAllAfter,
  restartsAfterKill,
} from "../pod/containers.ts";
import { CONTAINER_HASH } from "../pod/labels.ts";
import { newest, type ObservedPod } from "../pod/observed.ts";
import type { RuntimeContainer } from "../runtime.ts";
import { type Backoff, CRASH_BACKOFF, goSeconds, waitUntil } from "./backoff.ts";
import { type Applied, resizeOf } from "./plan-resize.ts";
import { planInit } from "./plan-init.ts";

/** Everything a plan depends on. */
export interface PodView {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly nowMs: number;
  /** By container name: what follows from its latest ends. */
  readonly backoffs: ReadonlyMap<string, Backoff>;
  /** By container id. */
  readonly probes: ReadonlyMap<string, ProbeResults>;
  /** By container name: starts that failed and are to wait. */
  readonly held: ReadonlyMap<string, Held>;
  /** What running containers were given; those that are not listed have what they should. */
  readonly applied: Applied;
  /** Changes of resources have to wait: the node has no room for them. */
  readonly resizeBlocked: boolean;
  /** All containers are to be taken away, and started again in the sandbox that is there. */
  readonly restartingAll: boolean;
}

export interface Held {
  readonly untilMs: number;
  readonly waiting: Waiting;
}

/** What the probes of one container say; absent: not known yet, or no such probe. */
export interface ProbeResults {
  readonly liveness?: boolean | undefined;
  readonly readiness?: boolean | undefined;
  readonly startup?: boolean | undefined;
}

export type KillReason = "restartAll" | "definition" | "liveness" | "startup" | "unknown" | "stop" | "sandbox";

export interface KillContainer {
  readonly id: string;
  readonly name: string;
  readonly reason: KillReason;
  /** Text of the Killing event. */
  readonly message: string;
}

export interface ResizeContainer {
  readonly id: string;
  readonly container: AnyContainer;
}

export interface Waiting {
  readonly reason: string;
  readonly message: string;
}

/** What to do for a pod that should run, in the order of the fields. */
export interface PodPlan {
  readonly kill: readonly KillContainer[];
  /** End these, if they run, and take them away, one after another; then nothing else is in the plan. */
  readonly reset: readonly RuntimeContainer[];
  /** Make a sandbox with this attempt number, after all else of the pod was stopped. */
  readonly createSandbox?: { readonly attempt: number; readonly replaces: readonly string[] } | undefined;
  /** Start these, one after the other. */
  readonly start: readonly PodContainer[];
  /** Give these running containers the resources of their specifications. */
  readonly resize: readonly ResizeContainer[];
  /** Nothing of this pod will run again: stop what still does. */
  readonly finish: boolean;
  /** Containers held back, and why. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** When to plan again although nothing happened. */
  readonly wakeAtMs?: number | undefined;
}

/** Decides, without doing anything, what a pod that should run needs now. */
export function planPod(view: PodView): PodPlan {
  if (view.restartingAll) return new PlanDraft(view).reset(containersToReset(view));
  const sandbox = sandboxNeed(view);
  if (sandbox !== undefined) return planNewSandbox(view, sandbox);
  const draft = new PlanDraft(view);
  for (const container of view.pod.spec.ephemeralContainers ?? []) {
    if (newest(view.observed, container.name) === undefined) draft.start({ kind: "ephemeral", container });
  }
  const init = planInit(view, draft);
  if (init === "failed") return draft.finish();
  if (init === "done") planRegular(view, draft);
  return draft.plan();
}

/** Those that made all start again last, so that it is known until the end why; of the others, init containers last. */
function containersToReset({ pod, observed }: PodView): readonly RuntimeContainer[] {
  const lists = [pod.spec.containers, pod.spec.initContainers ?? []].map((list) =>
    list.flatMap((container) =>
      observed.containers
        .filter((found) => found.name === container.name)
        .map((found) => ({
          found,
          causes: found.state === "exited" && restartsAllAfter(container, found.exitCode),
        })),
    ),
  );
  return [false, true]
    .flatMap((last) => lists.flat().filter(({ causes }) => causes === last))
    .map(({ found }) => found);
}

/** Why a new sandbox is needed, and its number; undefined: the newest one will do. */
export function sandboxNeed(view: Pick<PodView, "pod" | "observed">): { readonly attempt: number } | undefined {
  const [latest, ...older] = view.observed.sandboxes;
  if (latest === undefined) return { attempt: 0 };
  const next = { attempt: latest.attempt + 1 };
  if (older.some((s) => s.ready) || !latest.ready) return next;
  if (latest.hostNetwork !== isHostNetwork(view.pod)) return next;
  return !latest.hostNetwork && latest.ips.length === 0 ? next : undefined;
}

function planNewSandbox(view: PodView, need: { readonly attempt: number }): PodPlan {
  const { pod, observed } = view;
  const draft = new PlanDraft(view);
  for (const c of observed.containers) {
    if (c.state === "running") draft.kill(c, "sandbox", `Stopping container ${c.name}`);
  }
  const ranBefore = observed.containers.length > 0;
  if ((pod.spec.restartPolicy ?? "Always") === "Never" && need.attempt !== 0 && ranBefore) return draft.finish();
  const rest = pod.spec.containers.filter((c) => !hasSucceeded(view, { kind: "regular", container: c }));
  const initialised = pod.spec.containers.some((c) => newest(observed, c.name) !== undefined);
  if (rest.length === 0 && initialised) return draft.finish();
  draft.createSandbox = { attempt: need.attempt, replaces: observed.sandboxes.map((s) => s.id) };
  const first = pod.spec.initContainers?.[0];
  if (first !== undefined) draft.start({ kind: "init", container: first });
  else for (const container of rest) draft.start({ kind: "regular", container });
  return draft.plan();
}

function hasSucceeded(view: PodView, found: PodContainer): boolean {
  const status = newest(view.observed, found.container.name);
  const policy = found.container.restartPolicy ?? view.pod.spec.restartPolicy;
  return policy === "OnFailure" && status?.state === "exited" && status.exitCode === 0;
}

function planRegular(view: PodView, draft: PlanDraft): void {
  const { pod, observed } = view;
  let keep = 0;
  for (const container of pod.spec.containers) {
    const found: PodContainer = { kind: "regular", container };
    const status = newest(observed, container.name);
    if (status?.state === "running") {
      if (draft.killIfUnfit(status, found, "Container")) continue;
      draft.resizeIfChanged(status, container);
      keep++;
      continue;
    }
    if (status !== undefined && status.state === "exited" && !restartsAfter(pod, found, status.exitCode)) continue;
    if (status?.state === "unknown") {
      draft.kill(status, "unknown", `Container is in "unknown" state, try killing it before restart`);
      if (!restartsAfterKill(pod, container)) continue;
    }
    draft.start(found);
  }
  if (keep === 0 && !draft.busy()) draft.finishing = true;
}

/** Collects a plan. */
export class PlanDraft {
  readonly #view: PodView;
  readonly #kill: KillContainer[] = [];
  readonly #start: PodContainer[] = [];
  readonly #resize: ResizeContainer[] = [];
  readonly #waiting = new Map<string, Waiting>();
  #wakeAtMs: number | undefined;
  createSandbox: PodPlan["createSandbox"];
  finishing = false;
  constructor(view: PodView) {
    this.#view = view;
  }

  kill(container: RuntimeContainer, reason: KillReason, message: string): void {
    this.#kill.push({ id: container.id, name: container.name, reason, message });
  }

  /** Starts it now, or holds it back while it is in backoff. */
  start(found: PodContainer): void {
    const { name } = found.container;
    if (this.#start.some((s) => s.container.name === name)) return;
    const { nowMs, backoffs, pod, held } = this.#view;
    const hold = held.get(name);
    if (hold !== undefined && hold.untilMs > nowMs) return this.#hold(name, hold);
    const last = newest(this.#view.observed, name);
    const ended = last?.state === "exited" ? last.finishedAtMs : undefined;
    const untilMs = ended === undefined ? undefined : waitUntil(backoffs.get(name), ended, nowMs, CRASH_BACKOFF);
    if (untilMs === undefined) {
      this.#start.push(found);
      return;
    }
    const delay = goSeconds(backoffs.get(name)?.delayMs ?? 0);
    const message = `back-off ${delay} restarting failed container=${name} pod=${formatPod(pod)}`;
    this.#hold(name, { untilMs, waiting: { reason: "CrashLoopBackOff", message } });
  }

  #hold(name: string, { untilMs, waiting }: Held): void {
    this.#waiting.set(name, waiting);
    this.#wakeAtMs = Math.min(this.#wakeAtMs ?? untilMs, untilMs);
  }

  /** Kills a running container whose definition changed or whose probe failed, and starts it again where it restarts. */
  killIfUnfit(status: RuntimeContainer, found: PodContainer, what: "Container" | "Init container"): boolean {
    const { container } = found;
    const changed = hashDiffers(container, status);
    const probes = this.#view.probes.get(status.id);
    const failed = probes?.liveness === false ? "liveness" : probes?.startup === false ? "startup" : undefined;
    const resize = !this.#view.resizeBlocked && resizeOf(container, this.#view.applied.get(status.id)) === "restart";
    if (!changed && failed === undefined && !resize) return false;
    const cause = changed
      ? "definition changed"
      : failed === undefined
        ? "resize requires restart"
        : `failed ${failed} probe`;
    const restart = changed || failed === undefined || restartsAfterKill(this.#view.pod, container);
    const message = `${what} ${container.name} ${cause}${restart && what === "Container" ? ", will be restarted" : ""}`;
    this.kill(status, changed ? "definition" : (failed ?? "definition"), message);
    if (restart) this.start(found);
    return true;
  }

  resizeIfChanged({ id }: RuntimeContainer, container: AnyContainer): void {
    const { applied, resizeBlocked } = this.#view;
    if (!resizeBlocked && resizeOf(container, applied.get(id)) === "inPlace") this.#resize.push({ id, container });
  }

  busy(): boolean {
    return this.#start.length > 0 || this.#waiting.size > 0 || this.#kill.length > 0;
  }

  reset(containers: readonly RuntimeContainer[]): PodPlan {
    return { ...this.plan(), reset: containers };
  }

  finish(): PodPlan {
    this.finishing = true;
    return { ...this.plan(), start: [], createSandbox: undefined };
  }

  plan(): PodPlan {
    return {
      kill: this.#kill,
      reset: [],
      createSandbox: this.createSandbox,
      start: this.#start,
      resize: this.#resize,
      finish: this.finishing,
      waiting: this.#waiting,
      wakeAtMs: this.#wakeAtMs,
    };
  }
}

/** Containers of others' making carry no hash: they are left alone. */
function hashDiffers(container: AnyContainer, status: RuntimeContainer): boolean {
  const hash = status.annotations[CONTAINER_HASH];
  return hash !== undefined && hash !== containerHash(container);
}

/** The containers that outlive the regular ones, in the order they are to be stopped in. */
export function sidecarsInStopOrder(pod: Pod): readonly AnyContainer[] {
  return (pod.spec.initContainers ?? []).filter((c) => isSidecar(c)).toReversed();
}
