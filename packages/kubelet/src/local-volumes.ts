import { type PersistentVolume, persistentVolumes } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import { isStatus } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Env, isAbort, messageOf, TaskGroup } from "@skates/component-base";
import { createInformer, createWorkQueue, hasFinalizer, withoutFinalizer } from "@skates/controller-runtime";

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
  const queue = createWorkQueue<string>({ clock: env.clock, id: (name) => name }, signal);
  const group = new TaskGroup(signal);
  const end = informer.subscribe(({ type, object }) => {
    if (type !== "deleted" && isDone(object)) queue.add(object.metadata.name);
  });
  group.spawn((inner) => informer.run(inner));
  group.spawn(async (inner) => {
    while (!inner.aborted) {
      const name = await queue.take(inner);
      const volume = informer.get({ name });
      try {
        if (volume !== undefined && isDone(volume)) await release(options, volume, inner);
        queue.done(name, "ok");
      } catch (error) {
        if (isAbort(error, inner)) return;
        env.log.warn("the directory of a volume could not be removed", { volume: name, error: messageOf(error) });
        queue.done(name, "retry");
      }
    }
  });
  try {
    await group.join();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    end();
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
  try {
    await client.resource<PersistentVolume>(persistentVolumes).patch({ name }, { type: "merge", body }, {}, signal);
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
  }
}
