import type { ContainerState, ContainerStatus, Pod } from "@skates/api/core/v1";
import type { ProbeResults, Waiting } from "../plan/plan-pod.ts";
import type { Applied } from "../plan/plan-resize.ts";
import { isSidecar, type PodContainer } from "../pod/containers.ts";
import { restartCountOf } from "../pod/labels.ts";
import type { ObservedPod } from "../pod/observed.ts";
import { removedStatus } from "../pod/restart-all.ts";
import type { RuntimeContainer } from "../runtime.ts";
import { timeText } from "./time-text.ts";

export interface ContainerStatusInput {
  readonly pod: Pod;
  readonly found: PodContainer;
  readonly observed: ObservedPod;
  /** What the API last had for this container. */
  readonly old: ContainerStatus | undefined;
  readonly probes: ReadonlyMap<string, ProbeResults>;
  /** Why it is not being started, if so. */
  readonly waiting: Waiting | undefined;
  /** Nothing of the pod will run again. */
  readonly terminal: boolean;
  /** `containerd`: the scheme of container ids. */
  readonly runtimeName: string;
  /** Resources that containers were given, by container id. */
  readonly applied?: Applied | undefined;
  /** All containers are being taken away, to be started again; default false. */
  readonly restarting?: boolean | undefined;
}

type Terminated = NonNullable<ContainerState["terminated"]>;

/** The status of one container from what the runtime shows, the probes, and what the API knew before. */
export function containerStatus(input: ContainerStatusInput): ContainerStatus {
  const { found, observed, old, runtimeName } = input;
  const { container } = found;
  const [current, previous] = observed.containers.filter((c) => c.name === container.name);
  const removed =
    current === undefined && input.restarting === true && found.kind !== "ephemeral" ? removedStatus(old) : undefined;
  if (removed !== undefined) return removed;
  const shown = current === undefined ? unseen(input) : stateOf(current, runtimeName);
  const seen = shown.waiting !== undefined && neverRuns(input) ? { terminated: lost } : shown;
  const { state, lastState } = withWaiting(input, current, {
    state: seen,
    lastState: previous === undefined ? forgotten(input, current) : stateOf(previous, runtimeName),
  });
  const flags = current === undefined ? notRunning(found, state) : readiness(input, current, state);
  const given = current?.state === "running" ? input.applied?.get(current.id) : undefined;
  const limits = given ?? container.resources;
  const requests = limits?.requests;
  return {
    name: container.name,
    state,
    lastState,
    ready: flags.ready,
    restartCount: current === undefined ? (old?.restartCount ?? 0) + (isLost(input) ? 1 : 0) : restartCountOf(current),
    image: current === undefined ? (container.image ?? "") : current.image,
    imageID: current === undefined ? (old?.imageID ?? "") : current.imageId,
    containerID: current === undefined ? old?.containerID : `${runtimeName}://${current.id}`,
    started: flags.started,
    ...(current !== undefined && requests !== undefined ? { allocatedResources: requests } : {}),
    ...(current !== undefined && limits !== undefined ? { resources: limits } : {}),
    ...mounts(container.volumeMounts),
    ...(current?.user === undefined
      ? {}
      : { user: { linux: { uid: current.user.uid, gid: current.user.gid, supplementalGroups: current.user.groups } } }),
  };
}

/** Nothing of this name is in the runtime. */
function unseen(input: ContainerStatusInput): ContainerState {
  const { pod, found, old, observed } = input;
  if (old?.state?.terminated !== undefined) return old.state;
  const regularSeen = pod.spec.containers.some((c) => observed.containers.some((o) => o.name === c.name));
  if (found.kind === "init" && !isSidecar(found.container) && regularSeen) return { terminated: forgottenInit };
  const initialising = found.kind !== "ephemeral" && (pod.spec.initContainers ?? []).length > 0;
  return { waiting: { reason: initialising ? "PodInitializing" : "ContainerCreating" } };
}

/** Whether a container that does not run any more, or never did, counts as ended with its pod. Those that were not yet to run do not. */
function neverRuns({ pod, found, old, observed, terminal }: ContainerStatusInput): boolean {
  if (!terminal) return false;
  if (old?.state?.running !== undefined) return true;
  const inits = pod.spec.initContainers ?? [];
  const began = (name: string): boolean => observed.containers.some((c) => c.name === name && c.state !== "created");
  switch (found.kind) {
    case "ephemeral":
      return false;
    case "init": {
      const at = inits.findIndex(({ name }) => name === found.container.name);
      return at === 0 || inits.slice(at).some(({ name }) => began(name));
    }
    case "regular":
      return (
        inits.length === 0 ||
        old?.lastState?.terminated !== undefined ||
        pod.spec.containers.some(({ name }) => began(name)) ||
        observed.containers.some((c) => c.name === inits.at(-1)?.name && c.state === "exited" && c.exitCode === 0)
      );
  }
}

/** It ran, as far as the API knows, and nothing is left of it. */
function isLost({ old, terminal }: ContainerStatusInput): boolean {
  return old?.state?.running !== undefined && !terminal;
}

/** The state before the one that is seen, of which the runtime has kept nothing. */
function forgotten(input: ContainerStatusInput, current: RuntimeContainer | undefined): ContainerState {
  if (current !== undefined || !isLost(input)) return input.old?.lastState ?? {};
  const message = "The container could not be located when the pod was deleted.  The container used to be Running";
  return { terminated: { exitCode: 137, reason: LOST_REASON, message } };
}

/** The reason of ends that nobody saw. */
export const LOST_REASON = "ContainerStatusUnknown";

const lost: Terminated = {
  exitCode: 137,
  reason: LOST_REASON,
  message: "The container could not be located when the pod was terminated",
};
const forgottenInit: Terminated = {
  exitCode: 0,
  reason: "Completed",
  message:
    "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally",
};

function stateOf(c: RuntimeContainer, runtimeName: string): ContainerState {
  switch (c.state) {
    case "running":
      return { running: { startedAt: timeText(c.startedAtMs) } };
    case "exited":
      return {
        terminated: {
          exitCode: c.exitCode,
          ...(c.reason === "" ? {} : { reason: c.reason }),
          ...(c.message === "" ? {} : { message: c.message }),
          startedAt: timeText(c.startedAtMs),
          finishedAt: timeText(c.finishedAtMs),
          containerID: `${runtimeName}://${c.id}`,
        },
      };
    case "created":
    case "unknown":
      return { waiting: {} };
  }
}

interface States {
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

function withWaiting(input: ContainerStatusInput, current: RuntimeContainer | undefined, states: States): States {
  const { waiting, terminal } = input;
  if (waiting === undefined || terminal || current?.state === "running") return states;
  const { state, lastState } = states;
  return {
    state: { waiting: { reason: waiting.reason, ...(waiting.message === "" ? {} : { message: waiting.message }) } },
    lastState: state.terminated === undefined ? lastState : { terminated: state.terminated },
  };
}

interface Flags {
  readonly started: boolean;
  readonly ready: boolean;
}

function notRunning(found: PodContainer, state: ContainerState): Flags {
  return {
    started: false,
    ready: found.kind === "init" && state.terminated?.exitCode === 0 && !isSidecar(found.container),
  };
}

function readiness(input: ContainerStatusInput, current: RuntimeContainer, state: ContainerState): Flags {
  const { found, probes, old, runtimeName } = input;
  if (state.running === undefined) return notRunning(found, state);
  if (found.kind === "ephemeral") return { started: false, ready: false };
  const { container } = found;
  const results = probes.get(current.id);
  // After a restart of the kubelet the probes know nothing yet: what the API had still holds.
  const same = old?.containerID === `${runtimeName}://${current.id}` ? old : undefined;
  const started = container.startupProbe === undefined || (results?.startup ?? same?.started ?? false);
  if (!started) return { started, ready: false };
  if (found.kind === "init" && !isSidecar(container)) return { started, ready: false };
  return { started, ready: container.readinessProbe === undefined || (results?.readiness ?? same?.ready ?? false) };
}

function mounts(list: PodContainer["container"]["volumeMounts"]): Pick<ContainerStatus, "volumeMounts"> {
  if (list === undefined || list.length === 0) return {};
  return {
    volumeMounts: list.map((m) => ({
      name: m.name,
      mountPath: m.mountPath,
      // A container that demands it does not run where it cannot be had.
      ...(m.readOnly === true
        ? { readOnly: true, recursiveReadOnly: m.recursiveReadOnly === "Enabled" ? "Enabled" : "Disabled" }
        : {}),
    })),
  };
}
