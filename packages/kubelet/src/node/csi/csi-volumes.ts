import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import type { Pod } from "@skates/api/core/v1";
import { NODE_CAPABILITY } from "@skates/api/csi/v1";
import { attachmentName, type CSIDriver, type CsiVolumeId, uniqueVolumeName } from "@skates/api/storage/v1";
import { type Clock, hasCode, messageOf, OperatingError } from "@skates/component-base";
import type { CsiVolume, VolumeSize } from "../../csi/csi-volume.ts";
import {
  givesToGroup,
  lifecycleRefusal,
  needsAttach,
  type NodeCapabilities,
  podContext,
  tokenContext,
  volumeCapability,
} from "../../csi/driver-rules.ts";
import type { EventRecorder } from "../../event-recorder.ts";
import type { StatusReports } from "../../node-status/node-reporter.ts";
import type { References, Token } from "../../references.ts";
import { giveToGroup } from "../pod-host/give-to-group.ts";
import type { CsiDrivers, CsiNodeClient } from "./csi-drivers.ts";
import { nodeService } from "./csi-methods.ts";
import type { CsiPaths } from "./csi-paths.ts";
import { expands, expandVolume } from "./expand-volume.ts";
import { KeyedLock } from "../keyed-lock.ts";
import { csiSecret } from "./secret-of.ts";
import type { VolumeData } from "./vol-data.ts";
import { nodePlace, placesOf, podPlace, type PodVolumeOnDisk, volumesOfPod, volumesOnNode } from "./volume-places.ts";
import { VolumeUsers } from "./volume-users.ts";
import { waitAttached } from "./wait-attached.ts";

export interface CsiVolumesOptions {
  readonly paths: CsiPaths;
  /** Folder of the pods. */
  readonly pods: string;
  readonly drivers: CsiDrivers;
  readonly nodeName: string;
  readonly references: References;
  readonly clock: Clock;
  readonly status: StatusReports;
  readonly recorder: EventRecorder;
  /** Tells a claim that its volume has grown. */
  readonly grown: (size: VolumeSize, signal: AbortSignal) => Promise<void>;
}

/** A volume of a pod that is to be mounted. */
export interface CsiMount {
  readonly pod: Pod;
  /** The pod's own name of it. */
  readonly podVolume: string;
  readonly volume: CsiVolume;
}

/** A volume of a pod as its driver can be asked about it. */
export interface MeasuredVolume {
  readonly podUid: string;
  readonly podVolume: string;
  readonly volume: CsiVolume;
  readonly path: string;
  readonly stagingPath: string | undefined;
}

export interface CsiMounted extends MeasuredVolume {
  /** What the pod's containers get. */
  readonly own: string;
  readonly readOnly: boolean;
  readonly renewAtMs?: number | undefined;
}

/** How often drivers that ask for it are told to mount again, with fresh tokens, and others that can are asked to grow volumes. */
const RENEW_MS = 60_000;
const DEFAULT_TOKEN_SECONDS = 3600;
const ONE_POD_ONLY = "volume uses the ReadWriteOncePod access mode and is already in use by another pod";

/**
 * The CSI volumes of this node: staged once for the node, published for each pod, and the reverse. Each step is repeated until the
 * driver says that it is done; what is known of a volume is written beside it before the driver is called, so that a kubelet which
 * starts anew can undo what it finds. Failures are OperatingErrors in upstream's words.
 */
export class CsiVolumes {
  readonly #options: CsiVolumesOptions;
  readonly #locks = new KeyedLock();
  /** What this kubelet has published, by pod and the pod's name of it. */
  readonly #mounted = new Map<string, CsiMounted>();
  #users: Promise<VolumeUsers> | undefined;
  constructor(options: CsiVolumesOptions) {
    this.#options = options;
  }

  /** Names of volumes that must not be detached from this node. */
  async inUse(): Promise<readonly string[]> {
    return (await this.#known()).inUse();
  }

  /** What this kubelet has mounted. */
  mounted(pod: Pod, podVolume: string): CsiMounted | undefined {
    return this.#mounted.get(idOf(pod, podVolume));
  }

  /** All that this kubelet has mounted. */
  all(): readonly MeasuredVolume[] {
    return [...this.#mounted.values()];
  }

  /** Something may be to be done about it: it is to be passed to `mount` again. */
  isDue({ renewAtMs }: CsiMounted): boolean {
    return renewAtMs !== undefined && renewAtMs <= this.#options.clock.nowMs();
  }

  /** What is mounted, not due for some time. */
  postponed(pod: Pod, podVolume: string): CsiMounted | undefined {
    const found = this.mounted(pod, podVolume);
    if (found === undefined) return undefined;
    const later = { ...found, renewAtMs: this.#options.clock.nowMs() + RENEW_MS };
    this.#mounted.set(idOf(pod, podVolume), later);
    return later;
  }

  /** Mounts a volume, or mounts it again. */
  async mount(request: CsiMount, signal: AbortSignal): Promise<CsiMounted> {
    const { pod, podVolume, volume } = request;
    const { references, clock } = this.#options;
    const about = await references.csiDriver(volume.driver, signal);
    const refusal = lifecycleRefusal(about, volume);
    if (refusal !== undefined) throw failure("SetUp", volume, `kubernetes.io/csi: ${refusal}`);
    const users = await this.#known();
    const before = this.mounted(pod, podVolume);
    const republishes = about?.spec.requiresRepublish === true;
    const publishes = before === undefined || republishes;
    const publishContext = publishes ? await this.#attach(request, users, about, signal) : {};
    return await this.#locks.run(uniqueVolumeName(volume), async () => {
      signal.throwIfAborted();
      if (this.#isElsewhere(request)) throw failure(volume.block ? "MountDevice" : "SetUp", volume, ONE_POD_ONLY);
      const driver = this.#driver(volume);
      const capabilities = await driver.capabilities(signal);
      const work: Work = { ...request, about, driver, capabilities, publishContext };
      const path = publishes ? await this.#publish(work, await this.#stage(work, signal), signal) : before.path;
      await this.#expand(work, volume.block ? await realpath(path) : path, signal);
      const renewAtMs = republishes || expands(volume, capabilities) ? clock.nowMs() + RENEW_MS : undefined;
      const stagingPath = this.#stagingPath(volume, capabilities);
      const podUid = pod.metadata.uid ?? "";
      const own = podPlace(this.#options.paths, volume, podUid).path;
      const mounted = { path, own, readOnly: volume.readOnly, renewAtMs, podUid, podVolume, volume, stagingPath };
      this.#mounted.set(idOf(pod, podVolume), mounted);
      return mounted;
    });
  }

  /** Unmounts all that a pod has, and what then nobody has. May be called again. */
  async unmountPod(uid: string, signal: AbortSignal): Promise<void> {
    const { paths } = this.#options;
    for (const key of this.#mounted.keys()) if (key.startsWith(`${uid}/`)) this.#mounted.delete(key);
    for (const found of await volumesOfPod(paths, uid)) {
      if (found.data === undefined) await podPlace(paths, found, uid).clear();
      else await this.#unpublish(uid, { ...found, data: found.data }, signal);
    }
    // What it waited for in vain, such as to be attached.
    const users = await this.#known();
    for (const volume of users.of(uid)) {
      await this.#locks.run(uniqueVolumeName(volume), () => {
        users.remove(volume, uid);
        return this.#unstage(volume, users, signal);
      });
    }
  }

  /** Unstages what a driver has staged here and no pod has: what was left by a kubelet that ended halfway. */
  async unstageLeftovers(driver: string, signal: AbortSignal): Promise<void> {
    const users = await this.#known();
    for (const data of await volumesOnNode(this.#options.paths, driver)) {
      await this.#locks.run(uniqueVolumeName(data), () => this.#unstage(data, users, signal));
    }
  }

  /** For one pod alone, and another has it. */
  #isElsewhere({ pod, volume }: CsiMount): boolean {
    if (volume.accessModes.length !== 1 || volume.accessModes[0] !== "ReadWriteOncePod") return false;
    const name = uniqueVolumeName(volume);
    return this.all().some((one) => one.podUid !== pod.metadata.uid && uniqueVolumeName(one.volume) === name);
  }

  #known(): Promise<VolumeUsers> {
    const { paths, pods } = this.#options;
    this.#users ??= VolumeUsers.read(paths, pods).catch((error: unknown) => {
      this.#users = undefined;
      throw error;
    });
    return this.#users;
  }

  /** What the driver said when it attached the volume; nothing for one that needs none of it. */
  async #attach(
    { pod, podVolume, volume }: CsiMount,
    users: VolumeUsers,
    about: CSIDriver | undefined,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> {
    if (volume.lifecycle === "Ephemeral") return {};
    const { references, clock, nodeName, status } = this.#options;
    users.add(volume, pod.metadata.uid ?? "");
    const attached = needsAttach(about, volume);
    if (users.setInUse(volume, attached)) await status.written(signal);
    return attached ? await waitAttached(volume, { references, clock, nodeName, podVolume }, signal) : {};
  }

  #driver(volume: CsiVolume): CsiNodeClient {
    try {
      return this.#options.drivers.get(volume.driver);
    } catch (error) {
      if (!hasCode(error, "CsiDriverMissing")) throw error;
      throw volume.lifecycle === "Ephemeral"
        ? failure("SetUp", volume, `kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: ${messageOf(error)}`)
        : failure(
            "MountDevice",
            volume,
            `kubernetes.io/csi: ${volume.block ? "blockMapper.SetUpDevice failed to get CSI client" : "attacher.MountDevice failed to create newCsiDriverClient"}: ${messageOf(error)}`,
          );
    }
  }

  /** Where a volume is mounted for all of the node; undefined: it is not. */
  #stagingPath(volume: CsiVolume, capabilities: NodeCapabilities): string | undefined {
    const stages = volume.lifecycle === "Persistent" && capabilities.has(NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME);
    return stages ? nodePlace(this.#options.paths, volume).stagingPath : undefined;
  }

  /** Gives where it is staged; undefined: the driver stages nothing. */
  async #stage({ volume, driver, capabilities, publishContext, pod }: Work, signal: AbortSignal) {
    const stagingTargetPath = this.#stagingPath(volume, capabilities);
    if (stagingTargetPath === undefined) return undefined;
    const { paths, references } = this.#options;
    try {
      await nodePlace(paths, volume).prepare();
      const request = {
        volumeId: volume.volumeHandle,
        publishContext,
        stagingTargetPath,
        volumeCapability: volumeCapability(volume, capabilities, mountGroup(pod, volume, capabilities)),
        secrets: await csiSecret(references, volume.secrets.stage, signal),
        volumeContext: volume.attributes,
      };
      await driver.call(nodeService.nodeStageVolume, request, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw failure("MountDevice", volume, messageOf(error));
    }
    return stagingTargetPath;
  }

  async #publish(work: Work, stagingTargetPath: string | undefined, signal: AbortSignal): Promise<string> {
    const { pod, volume, about, driver, capabilities, publishContext } = work;
    const { paths, references, nodeName } = this.#options;
    const { driver: driverName, volumeHandle, name } = volume;
    const uid = pod.metadata.uid ?? "";
    const place = podPlace(paths, volume, uid);
    const { targetPath } = place;
    const group = mountGroup(pod, volume, capabilities);
    try {
      await place.prepare({
        attachmentID: attachmentName(volume, nodeName),
        driverName,
        nodeName,
        specVolID: name,
        volumeHandle,
        volumeLifecycleMode: volume.lifecycle,
      });
      const tokens = tokenContext(await this.#tokens(work, signal));
      const asSecrets = about?.spec.serviceAccountTokenInSecrets === true;
      const request = {
        volumeId: volumeHandle,
        publishContext,
        ...(stagingTargetPath === undefined ? {} : { stagingTargetPath }),
        targetPath,
        volumeCapability: volumeCapability(volume, capabilities, group),
        readonly: volume.readOnly,
        secrets: { ...(await csiSecret(references, volume.secrets.publish, signal)), ...(asSecrets ? tokens : {}) },
        volumeContext: { ...volume.attributes, ...podContext(about, pod, volume), ...(asSecrets ? {} : tokens) },
      };
      await driver.call(nodeService.nodePublishVolume, request, signal);
      const fsGroup = pod.spec.securityContext?.fsGroup;
      const first = this.mounted(pod, work.podVolume) === undefined;
      if (volume.block) await this.#mapped(work, place.path, first);
      if (first && group === undefined && fsGroup !== undefined && givesToGroup(about, volume)) {
        const onlyIfRootDiffers = pod.spec.securityContext?.fsGroupChangePolicy === "OnRootMismatch";
        await giveToGroup(targetPath, { gid: fsGroup, onlyIfRootDiffers });
      }
    } catch (error) {
      signal.throwIfAborted();
      throw failure("SetUp", volume, messageOf(error));
    }
    return targetPath;
  }

  /** A driver that says that it is done, and made nothing, is found out now, not by the runtime. */
  async #mapped({ pod, volume }: Work, link: string, first: boolean): Promise<void> {
    await realpath(link);
    const message = `MapVolume.MapPodDevice succeeded for volume ${JSON.stringify(volume.name)} volumeMapPath ${JSON.stringify(dirname(link))}`;
    if (first) this.#options.recorder.event({ object: pod }, "Normal", "SuccessfulMountVolume", message);
  }

  async #expand({ pod, volume, driver, capabilities }: Work, volumePath: string, signal: AbortSignal): Promise<void> {
    const { references, recorder, nodeName, grown } = this.#options;
    const stagingTargetPath = this.#stagingPath(volume, capabilities);
    const about = { object: pod };
    const surroundings = { references, recorder, nodeName, grown };
    await expandVolume({ ...surroundings, volume, driver, capabilities, volumePath, stagingTargetPath, about }, signal);
  }

  async #tokens({ about, pod, volume }: Work, signal: AbortSignal): Promise<ReadonlyMap<string, Token>> {
    const tokens = new Map<string, Token>();
    // As upstream, for file systems only.
    if (volume.block) return tokens;
    for (const { audience, expirationSeconds = DEFAULT_TOKEN_SECONDS } of about?.spec.tokenRequests ?? []) {
      const wanted = { audience, expirationSeconds: Number(expirationSeconds) };
      tokens.set(audience, await this.#options.references.token(pod, wanted, signal));
    }
    return tokens;
  }

  async #unpublish(
    uid: string,
    found: PodVolumeOnDisk & { readonly data: VolumeData },
    signal: AbortSignal,
  ): Promise<void> {
    const { drivers, paths } = this.#options;
    const { data } = found;
    const place = podPlace(paths, found, uid);
    const users = await this.#known();
    const name = uniqueVolumeName(data);
    await this.#locks.run(name, async () => {
      const request = { volumeId: data.volumeHandle, targetPath: place.targetPath };
      await drivers.get(data.driver).call(nodeService.nodeUnpublishVolume, request, signal);
      await place.clear();
      users.remove(data, uid);
      await this.#unstage(data, users, signal);
    });
  }

  /** Under the lock of the volume. */
  async #unstage(data: CsiVolumeId, users: VolumeUsers, signal: AbortSignal): Promise<void> {
    if (users.has(data)) return;
    const { paths, drivers } = this.#options;
    for (const place of await placesOf(paths, data)) {
      const request = { volumeId: data.volumeHandle, stagingTargetPath: place.stagingPath };
      if (await place.staged()) await drivers.get(data.driver).call(nodeService.nodeUnstageVolume, request, signal);
      await place.clear();
    }
    // Whoever detaches is told; nobody here waits for it.
    if (users.setInUse(data, false)) this.#options.status.changed();
  }
}

function idOf({ metadata }: Pod, podVolume: string): string {
  return `${metadata.uid ?? ""}/${podVolume}`;
}

interface Work extends CsiMount {
  readonly about: CSIDriver | undefined;
  readonly driver: CsiNodeClient;
  readonly capabilities: NodeCapabilities;
  readonly publishContext: Readonly<Record<string, string>>;
}

/** The group that the driver itself is to give the volume to. */
function mountGroup({ spec }: Pod, { readOnly, block }: CsiVolume, capabilities: NodeCapabilities): number | undefined {
  const group = spec.securityContext?.fsGroup;
  return capabilities.has(NODE_CAPABILITY.VOLUME_MOUNT_GROUP) && !readOnly && !block ? group : undefined;
}

function failure(step: "SetUp" | "MountDevice", { name, block }: CsiVolume, why: string): OperatingError {
  const mapping = step === "SetUp" ? "MapVolume.MapPodDevice" : "MapVolume.SetUpDevice";
  return new OperatingError(
    block ? "VolumeMapFailed" : "CsiVolumeFailed",
    `${block ? mapping : `MountVolume.${step}`} failed for volume ${JSON.stringify(name)} : ${why}`,
  );
}
