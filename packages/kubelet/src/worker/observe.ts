import type { Pod } from "@skates/api/core/v1";
import { newestFirst, type ObservedPod } from "../pod/observed.ts";
import type { RuntimeContainer, Sandbox } from "../runtime.ts";
import type { PodDeps } from "./pod-deps.ts";

type Deps = Pick<PodDeps, "runtime" | "host" | "clock">;

/** Asks the runtime for all that a pod has. */
export async function observePod(deps: Deps, podUid: string, signal: AbortSignal): Promise<ObservedPod> {
  const list = await deps.runtime.list({ podUid }, signal);
  return await completeObservation(deps, list, signal);
}

/** Fills in what lists leave out: addresses, exit codes, last words. */
export async function completeObservation(deps: Deps, list: ObservedPod, signal: AbortSignal): Promise<ObservedPod> {
  const sandboxes = await Promise.all(list.sandboxes.map((s) => deps.runtime.sandbox(s.id, signal)));
  const containers = await Promise.all(list.containers.map((c) => observeContainer(deps, c.id, signal)));
  return {
    sandboxes: sandboxes.filter((s): s is Sandbox => s !== undefined).toSorted(newestFirst),
    containers: containers.filter((c): c is RuntimeContainer => c !== undefined).toSorted(newestFirst),
  };
}

/** A container with its last words, if it has ended. */
export async function observeContainer(
  deps: Deps,
  id: string,
  signal: AbortSignal,
): Promise<RuntimeContainer | undefined> {
  const container = await deps.runtime.container(id, signal);
  if (container?.state !== "exited") return container;
  const words = await deps.host.terminationMessage(container);
  return words === "" ? container : { ...container, message: words };
}

const EXIT_SEEN_MS_MAX = 5000;

/** The state of a container of which an end was reported: runtimes report it a little before their own status shows it. */
export async function observeExit(deps: Deps, id: string, signal: AbortSignal): Promise<RuntimeContainer | undefined> {
  for (let waitMs = 5; ; waitMs *= 2) {
    const container = await observeContainer(deps, id, signal);
    if (container?.state !== "running" || waitMs > EXIT_SEEN_MS_MAX) return container;
    await deps.clock.sleep(waitMs, signal);
  }
}

/** `namespace/name`. */
export function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name ?? ""}`;
}
