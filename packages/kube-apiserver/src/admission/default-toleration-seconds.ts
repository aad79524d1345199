import { type Pod, pods, type Toleration } from "@skates/api/core/v1";
import type { AdmissionPlugin } from "@skates/apiserver";
import { objectOf, oldOf } from "./object-kind.ts";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";

/** How long pods stay that do not say. */
export interface TolerationSeconds {
  readonly notReady: number;
  readonly unreachable: number;
}

/** Upstream's five minutes. */
export const TOLERATION_SECONDS: TolerationSeconds = { notReady: 300, unreachable: 300 };

/** Pods stay for a while on a node that is not ready or cannot be reached, unless they say otherwise. */
export function defaultTolerationSeconds(seconds: TolerationSeconds): AdmissionPlugin {
  return {
    name: "DefaultTolerationSeconds",
    handles: (attributes) => objectOf(attributes, pods) !== undefined,
    async mutate(attributes) {
      const pod = objectOf<Pod>(attributes, pods);
      if (pod === undefined) throw new Error("DefaultTolerationSeconds was given no pod");
      if (oldOf<Pod>(attributes, pods)?.metadata.deletionTimestamp !== undefined) return pod;
      const tolerations = pod.spec.tolerations ?? [];
      const missing = [NOT_READY, UNREACHABLE].filter(
        (key) => !tolerations.some((toleration) => tolerates(toleration, key)),
      );
      if (missing.length === 0) return pod;
      return {
        ...pod,
        spec: { ...pod.spec, tolerations: [...tolerations, ...missing.map((key) => toleration(key, seconds))] },
      };
    },
  };
}

function tolerates({ key = "", effect }: Toleration, taint: string): boolean {
  return (key === taint || key === "") && (effect === undefined || effect === "NoExecute");
}

function toleration(key: string, { notReady, unreachable }: TolerationSeconds): Toleration {
  const tolerationSeconds = key === NOT_READY ? notReady : unreachable;
  return { key, operator: "Exists", effect: "NoExecute", tolerationSeconds };
}
