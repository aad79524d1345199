import type { Pod } from "./pod.ts";

/** Annotation of a pod that shows a static one, which a kubelet runs from a file. */
export const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

/** Whether a pod only shows a static one. */
export function isMirrorPod({ metadata }: Pick<Pod, "metadata">): boolean {
  return metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
}
