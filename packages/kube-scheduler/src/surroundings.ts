import { replicaSets, statefulSets } from "@skates/api/apps/v1";
import { persistentVolumeClaims, persistentVolumes, replicationControllers, services } from "@skates/api/core/v1";
import { storageClasses } from "@skates/api/storage/v1";
import type { Informers } from "@skates/controller-runtime";
import type { Owners } from "./plugins/default-spread.ts";
import type { Volumes } from "./plugins/volume-binding.ts";

/** What the API says of storage, and whom to tell of changes. */
export function watchVolumes(informers: Informers): Volumes & { subscribe(listener: () => void): () => void } {
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  const classes = informers.for(storageClasses);
  return {
    claim: (namespace, name) => claims.get({ namespace, name }),
    volume: (name) => volumes.get({ name }),
    storageClass: (name) => classes.get({ name }),
    subscribe(listener) {
      const endings = [claims, volumes, classes].map((informer) => informer.subscribe(listener));
      return () => {
        for (const end of endings) end();
      };
    },
  };
}

/** What the API says of services and controllers. */
export function watchOwners(informers: Informers): Owners {
  const all = informers.for(services);
  const sets = informers.for(replicaSets);
  const stateful = informers.for(statefulSets);
  const controllers = informers.for(replicationControllers);
  return {
    services: (namespace) => all.list(namespace),
    replicaSet: (namespace, name) => sets.get({ namespace, name }),
    statefulSet: (namespace, name) => stateful.get({ namespace, name }),
    replicationController: (namespace, name) => controllers.get({ namespace, name }),
  };
}
