import { type Pod, pods } from "@skates/api/core/v1";
import type { AdmissionPlugin } from "@skates/apiserver";
import { objectOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

const HOSTNAME = "kubernetes.io/hostname";

/** A pod may keep others off its node, but not out of its whole zone. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: "LimitPodHardAntiAffinityTopology",
  handles: (attributes) => objectOf(attributes, pods) !== undefined,
  async validate(attributes) {
    const affinity = objectOf<Pod>(attributes, pods)?.spec.affinity?.podAntiAffinity;
    const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const wide = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (wide === undefined) return;
    const cause = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey} but only key ${HOSTNAME} is allowed`;
    throw refusal(attributes, cause);
  },
};
