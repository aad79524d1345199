/**
 * What external-provisioner, external-attacher and external-resizer do for a driver, in small and against the API: volumes for claims
 * of its classes, attaching and detaching, growing. By kubectl, so that nothing of ours is between them and the server.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiObject, parseQuantity } from "@skates/apimachinery";
import type { PersistentVolume, PersistentVolumeClaim } from "@skates/api/core/v1";
import type { StorageClass, VolumeAttachment } from "@skates/api/storage/v1";
import type { TestDriver } from "../../packages/kubelet/src/node/testing/csi-driver.ts";
import { afterAll, beforeAll } from "vitest";
import { apply, kubectl, ok } from "./cluster.ts";

const LOOK_MS = 300;
const ATTACHER = "external-attacher/test";

export interface Installed {
  /** Of its CSIDriver. */
  readonly spec: object;
  /** Its storage class, whose volumes wait for their pod and may grow. */
  readonly className: string;
}

/** Installs a driver for the tests around it: registered, with its class and its sidecars. */
export function useDriver(driver: TestDriver, { spec, className }: Installed): Pick<Sidecars, "log"> {
  const { name } = driver.options;
  let sidecars: Sidecars | undefined;
  beforeAll(async () => {
    await apply(
      { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name }, spec },
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: className },
        provisioner: name,
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
    );
    await driver.start();
    sidecars = startSidecars(driver);
  });
  afterAll(async () => {
    await sidecars?.stop();
    driver.stop();
    await ok(["delete", "csidriver", name]);
    await ok(["delete", "storageclass", className]);
  });
  return {
    get log() {
      return sidecars?.log ?? [];
    },
  };
}

interface Sidecars {
  /** Volumes that were attached and detached: `attach <handle>`, `detach <handle>`. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

function startSidecars(driver: TestDriver): Sidecars {
  const stopping = new AbortController();
  const log: string[] = [];
  let failure: unknown;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await provision(driver);
        await attach(driver, log);
        await grow(driver);
        failure = undefined;
      } catch (error) {
        // The server may be away for a while; what does not pass is told at the end.
        failure = error;
      }
      await sleep(LOOK_MS);
    }
  };
  const ended = run();
  return {
    log,
    async stop() {
      stopping.abort();
      await ended;
      if (failure !== undefined) throw failure;
    },
  };
}

async function list<T>(kind: string): Promise<readonly T[]> {
  return JSON.parse(await ok(["get", kind, "-A", "-o", "json"])).items;
}

async function patch(kind: string, of: Pick<ApiObject, "metadata">, body: object, status = false) {
  const { name, namespace } = of.metadata;
  const where = namespace === undefined ? [] : ["-n", namespace];
  const sub = status ? ["--subresource=status"] : [];
  const ran = await kubectl([...where, "patch", kind, name, ...sub, "--type=merge", "-p", JSON.stringify(body)]);
  if (ran.code !== 0 && !ran.stderr.includes("NotFound")) throw new Error(ran.stderr);
}

async function provision(driver: TestDriver): Promise<void> {
  const { name: provisioner } = driver.options;
  const classes = await list<StorageClass>("storageclasses");
  const mine = classes.filter((one) => one.provisioner === provisioner).map(({ metadata }) => metadata.name);
  const volumes = await list<PersistentVolume>("persistentvolumes");
  for (const claim of await list<PersistentVolumeClaim>("persistentvolumeclaims")) {
    const { metadata, spec } = claim;
    const asked = metadata.annotations?.["volume.kubernetes.io/storage-provisioner"] === provisioner;
    const name = `pvc-${metadata.uid}`;
    const known = volumes.some((volume) => volume.metadata.name === name);
    if (!asked || known || spec.volumeName !== undefined || !mine.includes(spec.storageClassName ?? "")) continue;
    const storage = spec.resources?.requests?.["storage"] ?? "";
    driver.createVolume(name, spec.volumeMode === "Block" ? bytesOf(storage) : undefined);
    const volume: PersistentVolume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: {
        name,
        annotations: { "pv.kubernetes.io/provisioned-by": provisioner },
        finalizers: ["external-provisioner.volume.kubernetes.io/finalizer"],
      },
      spec: {
        accessModes: spec.accessModes,
        capacity: { storage },
        csi: { driver: provisioner, volumeHandle: name, fsType: "ext4" },
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          namespace: metadata.namespace,
          name: metadata.name,
          uid: metadata.uid,
        },
        persistentVolumeReclaimPolicy: "Delete",
        storageClassName: spec.storageClassName,
        volumeMode: spec.volumeMode,
      },
    };
    await ok(["create", "-f", "-"], { input: JSON.stringify(volume) });
  }
  for (const volume of volumes) {
    if (volume.spec.csi?.driver !== provisioner) continue;
    const { metadata, status, spec } = volume;
    if (status?.phase === "Released" && metadata.deletionTimestamp === undefined)
      await ok(["delete", "pv", metadata.name, "--wait=false"]);
    const last = metadata.finalizers?.join() === "external-provisioner.volume.kubernetes.io/finalizer";
    if (metadata.deletionTimestamp === undefined || !last) continue;
    driver.deleteVolume(spec.csi?.volumeHandle ?? "");
    await patch("pv", volume, { metadata: { finalizers: [] } });
  }
}

function bytesOf(storage: string): number {
  return Number(parseQuantity(storage).value());
}

async function attach(driver: TestDriver, log: string[]): Promise<void> {
  for (const attachment of await list<VolumeAttachment>("volumeattachments")) {
    const { metadata, spec, status } = attachment;
    if (spec.attacher !== driver.options.name) continue;
    const volume = spec.source.persistentVolumeName ?? "";
    if (metadata.deletionTimestamp !== undefined) {
      log.push(`detach ${volume}`);
      await patch("volumeattachment", attachment, { metadata: { finalizers: [] } });
    } else if (status?.attached !== true) {
      log.push(`attach ${volume}`);
      await patch("volumeattachment", attachment, { metadata: { finalizers: [ATTACHER] } });
      const told = { attached: true, attachmentMetadata: { slot: "1" } };
      await patch("volumeattachment", attachment, { status: told }, true);
    }
  }
}

async function grow(driver: TestDriver): Promise<void> {
  const volumes = await list<PersistentVolume>("persistentvolumes");
  for (const claim of await list<PersistentVolumeClaim>("persistentvolumeclaims")) {
    const volume = volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
    const wanted = claim.spec.resources?.requests?.["storage"] ?? "";
    if (volume?.spec.csi?.driver !== driver.options.name || volume.spec.capacity?.["storage"] === wanted) continue;
    if (volume.spec.volumeMode === "Block") driver.growDisk(volume.metadata.name, bytesOf(wanted));
    await patch("pv", volume, { spec: { capacity: { storage: wanted } } });
    const type = "FileSystemResizePending";
    const message = "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";
    const conditions = [{ type, status: "True", message, lastTransitionTime: new Date().toISOString() }];
    await patch("pvc", claim, { status: { conditions } }, true);
  }
}
