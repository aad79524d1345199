import type { Pod } from "@skates/api/core/v1";

/** What this kubelet and its runtime cannot do for a pod, in upstream's words; undefined: nothing of the kind is asked for. */
export function unsupported(pod: Pod): string | undefined {
  const { hostUsers, hostNetwork, resourceClaims = [], initContainers = [], containers } = pod.spec;
  if (hostUsers === false && hostNetwork !== true) {
    return "can't set `spec.hostUsers: false`, runtime does not support user namespaces";
  }
  const claim = resourceClaims[0];
  if (claim !== undefined) return `resource claim ${JSON.stringify(claim.name)} cannot be prepared: no DRA driver`;
  for (const container of [...initContainers, ...containers]) {
    for (const mount of container.volumeMounts ?? []) {
      if (mount.recursiveReadOnly !== "Enabled") continue;
      return `failed to resolve recursive read-only mode: volume ${JSON.stringify(mount.name)} requested recursive read-only mode, but it is not supported by the runtime`;
    }
  }
  return undefined;
}
