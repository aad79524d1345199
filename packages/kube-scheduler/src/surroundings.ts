import { replicaSets, statefulSets } from "@skates/api/apps/v1";
import { persistentVolumeClaims, persistentVolumes, replicationControllers, services } from "@skates/api/core/v1";
import { csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments } from "@skates/api/storage/v1";
import { type DeviceClass, deviceClasses, resourceClaims, resourceSlices } from "@skates/api/resource/v1";
import type { Informers } from "@skates/controller-runtime";
import type { Devices } from "./devices/devices.ts";
import { classesByResource } from "./devices/extended-resources.ts";
import type { Owners } from "./plugins/default-spread.ts";
import type { Volumes } from "./volumes/volumes.ts";

/** What the API says of storage, and whom to tell of changes. */
export function watchVolumes(informers: Informers): Volumes & { subscribe(listener: () => void): () => void } {
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  const classes = informers.for(storageClasses);
  const drivers = informers.for(csiDrivers);
  const nodes = informers.for(csiNodes);
  const capacities = informers.for(csiStorageCapacities);
  const attachments = informers.for(volumeAttachments);
  volumes.addIndex("class", ({ spec }) => [spec?.storageClassName ?? ""]);
  capacities.addIndex("class", ({ storageClassName }) => [storageClassName]);
  attachments.addIndex("node", ({ spec }) => [spec.nodeName]);
  return {
    claim: (namespace, name) => claims.get({ namespace, name }),
    volume: (name) => volumes.get({ name }),
    storageClass: (name) => classes.get({ name }),
    volumesOf: (className) => volumes.by("class", className),
    csiDriver: (name) => drivers.get({ name }),
    csiNode: (name) => nodes.get({ name }),
    capacitiesOf: (className) => capacities.by("class", className),
    attachmentsOn: (nodeName) => attachments.by("node", nodeName),
    subscribe(listener) {
      const all = [claims, volumes, classes, drivers, nodes, capacities, attachments];
      const endings = all.map((informer) => informer.subscribe(listener));
      return () => {
        for (const end of endings) end();
      };
    },
  };
}

/** What the API says of devices, and whom to tell of changes. */
export function watchDevices(informers: Informers): Devices & { subscribe(listener: () => void): () => void } {
  const claims = informers.for(resourceClaims);
  const classes = informers.for(deviceClasses);
  const slices = informers.for(resourceSlices);
  let stamp = 0;
  let classStamp = 0;
  let byResource: ReadonlyMap<string, DeviceClass> | undefined;
  return {
    claim: (namespace, name) => claims.get({ namespace, name }),
    deviceClass: (name) => classes.get({ name }),
    claims: () => claims.list(),
    slices: () => slices.list(),
    stamp: () => stamp,
    classOf: (resource) => (byResource ??= classesByResource(classes.list())).get(resource),
    classStamp: () => classStamp,
    onClaim: (listener) => void claims.subscribe(listener),
    untilClaims: (condition, signal) => claims.until(condition, signal),
    subscribe(listener) {
      const endings = [
        // First, so that who is told finds the new stamp.
        slices.subscribe(() => void stamp++),
        classes.subscribe(() => {
          classStamp++;
          byResource = undefined;
        }),
        ...[claims, classes, slices].map((informer) => informer.subscribe(listener)),
      ];
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
