import { type PersistentVolume, podClaims } from "@skates/api/core/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";
import { isBound, type Volumes } from "../volumes/volumes.ts";

const REJECTION = unresolvable("node(s) had no available volume zone");

/** Labels that say where a volume or a node is; each with its former name's successor. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
};
const KEYS = [...Object.keys(SUCCESSORS), ...Object.values(SUCCESSORS)];

interface Place {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

/** Holds pods to the zones and regions that the labels of their volumes name. Nodes that name none are everywhere. */
export function volumeZone(volumes: Volumes): SchedulerPlugin {
  return {
    name: "VolumeZone",
    judges: ["filter"],
    wakes: [{ on: ["NodeAdded", "NodeLabelsChanged", "VolumesChanged"] }],
    prepare({ pod, namespace }) {
      const places: Place[] = [];
      for (const { name } of podClaims(pod)) {
        const claim = volumes.claim(namespace, name);
        if (claim === undefined || !isBound(claim)) continue;
        const volume = volumes.volume(claim.spec?.volumeName ?? "");
        if (volume !== undefined) places.push(...placesOf(volume));
      }
      if (places.length === 0) return undefined;
      return {
        filter: ({ node }) => {
          const { labels = {} } = node.metadata;
          if (!KEYS.some((key) => labels[key] !== undefined)) return undefined;
          const within = places.every(({ key, values }) => {
            const value = labels[key] ?? labels[SUCCESSORS[key] ?? ""];
            return value !== undefined && values.has(value);
          });
          return within ? undefined : REJECTION;
        },
      };
    },
  };
}

/** Several zones stand in one label with `__` between. */
function placesOf({ metadata }: PersistentVolume): readonly Place[] {
  return KEYS.flatMap((key) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, values: new Set(value.split("__")) }];
  });
}
