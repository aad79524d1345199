/**
 * A small CSI driver for tests: its volumes are directories below a folder, mounted by bind mounts or, for tests without root, as empty
 * directories. Block volumes are loop devices of a file in such a directory or, without root, that file. It speaks to the kubelet by gRPC as any driver does; what sidecars would ask of its controller service are methods here.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Server, status } from "@grpc/grpc-js";
import type { Struct } from "@skates/apimachinery";
import * as csi from "@skates/api/csi/v1";
import { NODE_CAPABILITY } from "@skates/api/csi/v1";
import type { RegistrationStatus } from "@skates/api/plugin-registration/v1";
import { runCommand } from "../host/run-command.ts";
import { type Message, type Method, method, registrationMethods, serveUnix } from "./grpc-plugin.ts";
import { attachLoop, detachLoops, growLoops } from "./loop-device.ts";

export interface TestDriverOptions {
  readonly name: string;
  readonly nodeId: string;
  /** The kubelet's root. */
  readonly kubeletDir: string;
  /** Where the directories of volumes are. */
  readonly folder: string;
  readonly capabilities?: readonly number[];
  readonly topology?: Readonly<Record<string, string>>;
  readonly maxVolumes?: number;
  /** Mounts need root; without, nothing shows through. Default true. */
  readonly mounts?: boolean;
}

export interface DriverCall {
  readonly method: string;
  readonly request: Message;
}

/** Of a volume that can be had as a device: its contents. */
const DISK = "disk";
const never = new AbortController().signal;

export class TestDriver {
  readonly options: TestDriverOptions;
  /** What the kubelet asked, in order, but for what every driver is asked all the time. */
  readonly calls: DriverCall[] = [];
  /** What it was told about its registration. */
  readonly statuses: RegistrationStatus[] = [];
  /** Answers that take the place of the next ones, by method. */
  readonly failures = new Map<string, { readonly code: number; readonly details: string }[]>();
  supportedVersions: readonly string[] = ["1.0.0"];
  type = "CSIPlugin";
  maxVolumes: number;
  readonly #servers: Server[] = [];
  constructor(options: TestDriverOptions) {
    this.options = options;
    this.maxVolumes = options.maxVolumes ?? 0;
  }

  get registrationSocket(): string {
    return join(this.options.kubeletDir, "plugins_registry", `${this.options.name}-reg.sock`);
  }

  get #endpoint(): string {
    return join(this.options.kubeletDir, "plugins", this.options.name, "csi.sock");
  }

  /** Serves its node service and then, as node-driver-registrar does, the socket by which it registers. */
  async start(): Promise<void> {
    await this.#serve(this.#endpoint, [
      method("csi.v1.Node", "NodeGetInfo", { request: csi.NodeGetInfoRequest, reply: csi.NodeGetInfoResponse }, () => ({
        nodeId: this.options.nodeId,
        maxVolumesPerNode: this.maxVolumes,
        ...(this.options.topology === undefined ? {} : { accessibleTopology: { segments: this.options.topology } }),
      })),
      method(
        "csi.v1.Node",
        "NodeGetCapabilities",
        { request: csi.NodeGetCapabilitiesRequest, reply: csi.NodeGetCapabilitiesResponse },
        () => ({ capabilities: (this.options.capabilities ?? []).map((type) => ({ rpc: { type } })) }),
      ),
      this.#node("NodeStageVolume", csi.NodeStageVolumeRequest, csi.NodeStageVolumeResponse, (request) =>
        isBlock(request)
          ? this.#attachDisk(request)
          : this.#mount(this.directory(request["volumeId"]), request["stagingTargetPath"]),
      ),
      this.#node("NodeUnstageVolume", csi.NodeUnstageVolumeRequest, csi.NodeUnstageVolumeResponse, async (request) => {
        const disk = this.#disk(request);
        if (existsSync(disk) && this.options.mounts !== false) await detachLoops(disk);
        return await this.#unmount(request["stagingTargetPath"]);
      }),
      this.#node("NodePublishVolume", csi.NodePublishVolumeRequest, csi.NodePublishVolumeResponse, async (request) => {
        if (isBlock(request)) return await this.#publishDisk(request);
        const context = request["volumeContext"];
        const ephemeral =
          typeof context === "object" && context !== null && "csi.storage.k8s.io/ephemeral" in context
            ? context["csi.storage.k8s.io/ephemeral"] === "true"
            : false;
        if (ephemeral) this.createVolume(String(request["volumeId"]));
        const from = request["stagingTargetPath"] ?? this.directory(request["volumeId"]);
        return await this.#mount(from, request["targetPath"], request["readonly"] === true);
      }),
      this.#node("NodeUnpublishVolume", csi.NodeUnpublishVolumeRequest, csi.NodeUnpublishVolumeResponse, (request) =>
        this.#unmount(request["targetPath"]),
      ),
      this.#node("NodeExpandVolume", csi.NodeExpandVolumeRequest, csi.NodeExpandVolumeResponse, async (request) => {
        if (isBlock(request) && this.options.mounts !== false) await growLoops(this.#disk(request));
        return { capacityBytes: (request["capacityRange"] as csi.CapacityRange).requiredBytes };
      }),
      this.#node("NodeGetVolumeStats", csi.NodeGetVolumeStatsRequest, csi.NodeGetVolumeStatsResponse, () =>
        Promise.resolve({
          usage: [
            { unit: csi.USAGE_UNIT.BYTES, total: 1000, used: 400, available: 600 },
            { unit: csi.USAGE_UNIT.INODES, total: 10, used: 4, available: 6 },
          ],
        }),
      ),
    ]);
    await this.register();
  }

  async register(): Promise<void> {
    const info = () => ({
      type: this.type,
      name: this.options.name,
      endpoint: this.#endpoint,
      supportedVersions: this.supportedVersions,
    });
    await this.#serve(
      this.registrationSocket,
      registrationMethods(info, (told) => this.statuses.push(told)),
    );
  }

  async #serve(socket: string, methods: readonly Method[]): Promise<void> {
    this.#servers.push(await serveUnix(socket, methods));
  }

  stop(): void {
    for (const server of this.#servers.splice(0)) server.forceShutdown();
    for (const socket of [this.registrationSocket, this.#endpoint]) rmSync(socket, { force: true });
  }

  directory(volumeId: unknown): string {
    return join(this.options.folder, String(volumeId));
  }

  /** `diskBytes`: it can be had as a device of that size. */
  createVolume(volumeId: string, diskBytes?: number): void {
    mkdirSync(this.directory(volumeId), { recursive: true });
    if (diskBytes === undefined) return;
    writeFileSync(join(this.directory(volumeId), DISK), "");
    this.growDisk(volumeId, diskBytes);
  }

  /** Devices of it show that once the kubelet asks for it. */
  growDisk(volumeId: string, bytes: number): void {
    truncateSync(join(this.directory(volumeId), DISK), bytes);
  }

  deleteVolume(volumeId: string): void {
    rmSync(this.directory(volumeId), { recursive: true, force: true });
  }

  /** Volumes that there are. */
  volumes(): readonly string[] {
    return existsSync(this.options.folder) ? readdirSync(this.options.folder) : [];
  }

  #disk(request: Message): string {
    return join(this.directory(request["volumeId"]), DISK);
  }

  async #attachDisk(request: Message): Promise<object> {
    const disk = this.#disk(request);
    if (!existsSync(disk)) throw Object.assign(new Error(`no disk at ${disk}`), { code: status.NOT_FOUND });
    if (this.options.mounts !== false) await attachLoop(disk);
    return {};
  }

  async #publishDisk(request: Message): Promise<object> {
    await this.#attachDisk(request);
    const [disk, target] = [this.#disk(request), String(request["targetPath"])];
    if (this.options.mounts === false) symlinkSync(disk, target);
    else if (!isMounted(target)) {
      writeFileSync(target, "");
      await runCommand(["mount", "--bind", await attachLoop(disk), target], {}, never);
    }
    return {};
  }

  async #mount(from: unknown, to: unknown, readOnly = false): Promise<object> {
    const [source, target] = [String(from), String(to)];
    if (!existsSync(source)) throw Object.assign(new Error(`no volume at ${source}`), { code: status.NOT_FOUND });
    mkdirSync(target, { recursive: true });
    if (this.options.mounts === false || isMounted(target)) return {};
    await runCommand(["mount", "--bind", source, target], {}, never);
    if (readOnly) await runCommand(["mount", "-o", "remount,ro,bind", target], {}, never);
    return {};
  }

  async #unmount(from: unknown): Promise<object> {
    const target = String(from);
    if (!existsSync(target)) return {};
    if (isMounted(target)) await runCommand(["umount", "--", target], {}, never);
    if (statSync(target).isDirectory()) rmdirSync(target);
    else rmSync(target);
    return {};
  }

  #node(name: string, request: Struct, reply: Struct, answer: (request: Message) => Promise<object>): Method {
    return method("csi.v1.Node", name, { request, reply }, async (value) => {
      this.calls.push({ method: name, request: value });
      const failure = this.failures.get(name)?.shift();
      if (failure !== undefined) throw Object.assign(new Error(failure.details), { code: failure.code });
      return await answer(value);
    });
  }
}

/** Whether it is asked to give the volume as a device. */
function isBlock(request: Message): boolean {
  return (request["volumeCapability"] as csi.VolumeCapability).block !== undefined;
}

function isMounted(path: string): boolean {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.some((line) => line.split(" ")[4] === path);
}

export const ALL_CAPABILITIES: readonly number[] = [
  NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME,
  NODE_CAPABILITY.EXPAND_VOLUME,
  NODE_CAPABILITY.GET_VOLUME_STATS,
];
