import type { RuntimeContainer, Sandbox } from "../runtime.ts";

/** What runs of one pod, as last seen. Both lists newest first. */
export interface ObservedPod {
  readonly sandboxes: readonly Sandbox[];
  readonly containers: readonly RuntimeContainer[];
}

export const NOTHING_OBSERVED: ObservedPod = { sandboxes: [], containers: [] };

/** The newest container of this name, whatever its sandbox. */
export function newest(observed: ObservedPod, name: string): RuntimeContainer | undefined {
  return observed.containers.find((c) => c.name === name);
}

export function withSandbox(observed: ObservedPod, sandbox: Sandbox): ObservedPod {
  return { ...observed, sandboxes: replaced(observed.sandboxes, sandbox) };
}

export function withContainer(observed: ObservedPod, container: RuntimeContainer): ObservedPod {
  return { ...observed, containers: replaced(observed.containers, container) };
}

export function withoutId(observed: ObservedPod, id: string): ObservedPod {
  return {
    sandboxes: observed.sandboxes.filter((s) => s.id !== id),
    containers: observed.containers.filter((c) => c.id !== id && c.sandboxId !== id),
  };
}

interface Aged {
  readonly id: string;
  readonly createdAtMs: number;
  readonly attempt: number;
}

function replaced<T extends Aged>(list: readonly T[], item: T): readonly T[] {
  return [...list.filter((other) => other.id !== item.id), item].toSorted(newestFirst);
}

/** Newest first; the attempt decides between things made in the same moment. */
export function newestFirst(a: Aged, b: Aged): number {
  return b.createdAtMs - a.createdAtMs || b.attempt - a.attempt;
}
