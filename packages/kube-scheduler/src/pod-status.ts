import { isStatus } from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import type { Client, Patch } from "@skates/client";
import { type Env, isAbort, messageOf, type TaskGroup } from "@skates/component-base";
import type { EventRecorder } from "@skates/controller-runtime";
import { type NotScheduled, notScheduledPatch } from "./bind/pod-scheduled-condition.ts";
import type { PodInfo } from "./snapshot/pod-info.ts";

/** Longest text of an event. */
const MESSAGE_MAX = 1024;

export interface PodStatusOptions {
  readonly client: Client;
  readonly env: Env;
  readonly recorder: (schedulerName: string) => EventRecorder;
  /** Writes go on in it. */
  readonly group: TaskGroup;
}

/** Tells in events and in the status of pods what becomes of them. Writes to one pod go out one after another. */
export class PodStatuses {
  readonly #options: PodStatusOptions;
  /** By uid: what was last written. A binding waits for it, for its word must be the last. */
  readonly #patching = new Map<string, Promise<void>>();

  constructor(options: PodStatusOptions) {
    this.#options = options;
  }

  /** Resolves when all that was to be written about the pod is written. */
  async written(uid: string): Promise<void> {
    await this.#patching.get(uid);
  }

  /** Why the pod waits. */
  notScheduled(info: PodInfo, said: NotScheduled): void {
    const { env, recorder } = this.#options;
    const message = truncate(said.message);
    recorder(info.pod.spec.schedulerName ?? "").event({
      about: info.pod,
      type: "Warning",
      reason: "FailedScheduling",
      message,
    });
    const patch = notScheduledPatch(info.pod, said, env.clock.nowMs());
    if (patch !== undefined) this.#write(info.pod, patch);
  }

  /** The node that will have room for the pod; "": none any more. */
  nominate(info: PodInfo, nodeName: string): void {
    if ((info.pod.status?.nominatedNodeName ?? "") === nodeName) return;
    const body = { metadata: { uid: info.uid }, status: { nominatedNodeName: nodeName === "" ? null : nodeName } };
    this.#write(info.pod, { type: "strategic", body });
  }

  #write(pod: Pod, patch: Patch): void {
    this.#options.group.spawn((signal) => {
      const { uid = "" } = pod.metadata;
      const done: Promise<void> = this.#patch(pod, patch, signal).finally(() => {
        if (this.#patching.get(uid) === done) this.#patching.delete(uid);
      });
      this.#patching.set(uid, done);
      return done;
    });
  }

  async #patch(pod: Pod, patch: Patch, signal: AbortSignal): Promise<void> {
    const { client, env } = this.#options;
    const { name, namespace, uid = "" } = pod.metadata;
    try {
      await this.#patching.get(uid);
      await client.resource<Pod>(pods).sub("status").patch<Pod>({ name, namespace }, patch, {}, signal);
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return; // the pod is gone or another by now
      env.log.warn("a pod's status could not be written", { pod: `${namespace}/${name}`, cause: messageOf(error) });
    }
  }
}

/** The message, cut where events would be refused. */
export function truncate(message: string): string {
  return message.length <= MESSAGE_MAX ? message : `${message.slice(0, MESSAGE_MAX - 4)} ...`;
}
