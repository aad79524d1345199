import { nodes, persistentVolumeClaims, persistentVolumes, VOLUME_ANNOTATIONS } from "@skates/api/core/v1";
import { LOCAL_PATH, storageClasses } from "@skates/api/storage/v1";
import { keyOf } from "@skates/apimachinery";
import { type Controller, watch } from "@skates/controller-runtime";
import { isAsked, isOurs, type LocalPathView, planLocalClaim, planLocalVolume } from "./plan.ts";
import { volumesFolder } from "./new-volume.ts";

/**
 * The provisioner of the default storage class: volumes are directories of the nodes, as external provisioners would make them. Its
 * keys are those of claims (`namespace/name`) and of volumes (`name`).
 */
export const localPathProvisioner: Controller<LocalPathView> = {
  name: "local-path-provisioner",
  watches: [
    watch({
      resource: persistentVolumeClaims,
      keys: (claim) => (isAsked(claim) ? [keyOf(claim)] : []),
      indexes: {
        localPathNode: (claim) => {
          const node = claim.metadata.annotations?.[VOLUME_ANNOTATIONS.selectedNode];
          return isAsked(claim) && node !== undefined ? [node] : [];
        },
      },
    }),
    watch({
      resource: persistentVolumes,
      keys: (volume) => (isOurs(volume) ? [keyOf(volume)] : []),
      indexes: {
        localPathNode: (volume) => (isOurs(volume) ? [volume.metadata.labels?.[LOCAL_PATH.nodeLabel] ?? ""] : []),
      },
    }),
    watch({ resource: storageClasses, keys: () => [] }),
    watch({
      resource: nodes,
      keys(node, old, listers) {
        const { name } = node.metadata;
        if (old !== undefined && volumesFolder(old) === volumesFolder(node)) return [];
        return [
          ...listers.for(persistentVolumeClaims).by("localPathNode", name).map(keyOf),
          ...listers.for(persistentVolumes).by("localPathNode", name).map(keyOf),
        ];
      },
    }),
  ],
  view: (listers) => ({
    claims: listers.for(persistentVolumeClaims),
    volumes: listers.for(persistentVolumes),
    classes: listers.for(storageClasses),
    nodes: listers.for(nodes),
  }),
  plan: (view, key) => (key.namespace === undefined ? planLocalVolume(view, key) : planLocalClaim(view, key)),
};
