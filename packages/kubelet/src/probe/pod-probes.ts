import type { Clock, TaskGroup } from "@skates/component-base";
import type { Pod, Probe } from "@skates/api/core/v1";
import type { EventRecorder } from "../event-recorder.ts";
import type { ProbeResults } from "../plan/plan-pod.ts";
import { type AnyContainer, isSidecar, podContainers } from "../pod/containers.ts";
import { newest, type ObservedPod } from "../pod/observed.ts";
import type { RuntimeContainer } from "../runtime.ts";
import { type ProbeLoopOptions, probeLoop, type ProbeType } from "./probe-loop.ts";
import type { ProbeCall, ProbeOutcome } from "./run-probe.ts";

export interface PodProbesOptions {
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  readonly tasks: TaskGroup;
  readonly version: string;
  run(call: ProbeCall, signal: AbortSignal): Promise<ProbeOutcome>;
  /** The results of some container have changed. */
  changed(): void;
}

export interface ProbedPod {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly podIp: string;
  /** The pod is being stopped: only readiness is still of interest. */
  readonly stopping: boolean;
}

/** What ends the probes of one container. */
type Running = Map<ProbeType, AbortController>;

const LABELS = { liveness: "Liveness", readiness: "Readiness", startup: "Startup" } as const;

/** Runs the probes of one pod's containers, and holds what they say. */
export class PodProbes {
  readonly #options: PodProbesOptions;
  readonly #running = new Map<string, Running>();
  #results: ReadonlyMap<string, ProbeResults> = new Map();
  constructor(options: PodProbesOptions) {
    this.#options = options;
  }

  /** By container id. The map is never changed, but replaced. */
  results(): ReadonlyMap<string, ProbeResults> {
    return this.#results;
  }

  /** Starts and stops probes so that they fit what runs. */
  sync(at: ProbedPod): void {
    const wanted = new Set<string>();
    for (const { kind, container } of podContainers(at.pod)) {
      if (kind === "ephemeral" || (kind === "init" && !isSidecar(container))) continue;
      const status = newest(at.observed, container.name);
      if (status?.state !== "running") continue;
      wanted.add(status.id);
      this.#syncContainer(at, container, status);
    }
    for (const [id, running] of this.#running) {
      if (wanted.has(id)) continue;
      for (const stop of running.values()) stop.abort(new Error("container is gone"));
      this.#running.delete(id);
    }
    const gone = [...this.#results.keys()].filter((id) => !at.observed.containers.some((c) => c.id === id));
    if (gone.length > 0) this.#results = new Map([...this.#results].filter(([id]) => !gone.includes(id)));
  }

  stop(): void {
    for (const running of this.#running.values()) {
      for (const stop of running.values()) stop.abort(new Error("pod is gone"));
    }
    this.#running.clear();
  }

  #syncContainer(at: ProbedPod, container: AnyContainer, status: RuntimeContainer): void {
    const running: Running = this.#running.get(status.id) ?? new Map();
    this.#running.set(status.id, running);
    const started = container.startupProbe === undefined || this.#results.get(status.id)?.startup === true;
    const wanted: readonly (readonly [ProbeType, Probe | undefined])[] = [
      ["startup", at.stopping ? undefined : container.startupProbe],
      ["liveness", at.stopping || !started ? undefined : container.livenessProbe],
      ["readiness", started ? container.readinessProbe : undefined],
    ];
    for (const [type, probe] of wanted) {
      if (probe === undefined) {
        running.get(type)?.abort(new Error("pod is stopping"));
        continue;
      }
      if (running.has(type)) continue;
      const stop = new AbortController();
      running.set(type, stop);
      this.#start({ ...at, container, status, type, probe }, stop.signal);
    }
  }

  #start(of: ProbedPod & ProbeTarget, stop: AbortSignal): void {
    const { clock, recorder, tasks, version } = this.#options;
    const call = { probe: of.probe, container: of.container, containerId: of.status.id, podIp: of.podIp, version };
    const list = (of.pod.spec.initContainers ?? []).some((c) => c.name === of.container.name)
      ? "initContainers"
      : "containers";
    const about = { object: of.pod, fieldPath: `spec.${list}{${of.container.name}}` };
    const loop: ProbeLoopOptions = {
      type: of.type,
      probe: of.probe,
      clock,
      startedAtMs: of.status.startedAtMs,
      run: (signal) => this.#options.run(call, signal),
      failed: ({ result, output }) => {
        const how = result === "error" ? "errored and resulted in unknown state" : "failed";
        recorder.event(about, "Warning", "Unhealthy", `${LABELS[of.type]} probe ${how}: ${output}`);
      },
      warned: (warning) =>
        recorder.event(about, "Warning", "ProbeWarning", `${LABELS[of.type]} probe warning: ${warning}`),
      changed: (healthy) => this.#changed(of.status.id, { [of.type]: healthy }),
    };
    tasks.spawn((signal) => probeLoop(loop, AbortSignal.any([signal, stop])));
  }

  #changed(id: string, result: ProbeResults): void {
    this.#results = new Map([...this.#results, [id, { ...this.#results.get(id), ...result }]]);
    this.#options.changed();
  }
}

interface ProbeTarget {
  readonly container: AnyContainer;
  readonly status: RuntimeContainer;
  readonly type: ProbeType;
  readonly probe: Probe;
}
