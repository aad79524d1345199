import { type PersistentVolume, persistentVolumes } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import type { Client } from "@skates/client";
import { type Env, TaskGroup } from "@skates/component-base";
import { createInformer, hasFinalizer, keyWorker, withoutFinalizer } from "@skates/controller-runtime";

/** The directories of local-path volumes on this machine. */
export interface LocalDirectories {
  /** Makes the directory of a volume where it is missing, and gives its path. */
  ensure(volumeName: string): Promise<string>;
  /** Removes the directory of a volume with all that is in it; one that is not there counts as removed. */
  remove(volumeName: string, signal: AbortSignal): Promise<void>;
}

export interface LocalVolumesOptions {
  readonly client: Client;
  readonly env: Env;
  readonly nodeName: string;
  readonly directories: LocalDirectories;
}

const PROTECTION = "kubernetes.io/pv-protection";

/**
 * Follows the local-path volumes of this node. When one is deleted and no claim has it any more, its directory is removed if that is
 * its policy; then the finalizer goes, and with it the volume. Nothing is removed without a volume that says so: a server that forgot
 * its volumes costs no data.
 */
export async function runLocalVolumes(options: LocalVolumesOptions, signal: AbortSignal): Promise<void> {
  const { client, env, nodeName } = options;
  const api = client.resource<PersistentVolume>(persistentVolumes);
  const labelSelector = `${LOCAL_PATH.nodeLabel}=${nodeName}`;
  const informer = createInformer(api, persistentVolumes, { env, labelSelector });
  const worker = keyWorker({
    name: "local-volumes",
    env,
    informers: [informer],
    failure: "the directory of a volume could not be removed",
    follow: (add) => [
      informer.subscribe(({ type, object }) => {
        if (type !== "deleted" && isDone(object)) add({ name: object.metadata.name });
      }),
    ],
    async work(key, inner) {
      const volume = informer.get(key);
      if (volume !== undefined && isDone(volume)) await release(options, volume, inner);
      return undefined;
    },
  });
  const group = new TaskGroup(signal);
  group.spawn((inner) => informer.run(inner));
  group.spawn((inner) => worker.run(inner));
  try {
    await group.join();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Deleted, bound to nothing, and waiting only for this node. */
export function isDone(volume: PersistentVolume): boolean {
  const deleted = volume.metadata.deletionTimestamp !== undefined;
  return deleted && hasFinalizer(volume, LOCAL_PATH.finalizer) && !hasFinalizer(volume, PROTECTION);
}

async function release(
  { client, directories }: LocalVolumesOptions,
  volume: PersistentVolume,
  signal: AbortSignal,
): Promise<void> {
  const { name, uid, resourceVersion, finalizers } = withoutFinalizer(volume, LOCAL_PATH.finalizer).metadata;
  if (volume.spec.persistentVolumeReclaimPolicy === "Delete") await directories.remove(name, signal);
  const body = { metadata: { uid, resourceVersion, finalizers } };
  await client.resource<PersistentVolume>(persistentVolumes).patch({ name }, { type: "merge", body }, {}, signal);
}
