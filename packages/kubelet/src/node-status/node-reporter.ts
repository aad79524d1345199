import { isStatus } from "@skates/apimachinery";
import { type Node, type NodeAddress, type NodeStatus, nodes } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import type { EventRecorder } from "../event-recorder.ts";
import { type Image, NO_FEATURES, type Runtime, type RuntimeHealth } from "../runtime.ts";
import { sameJson } from "../status/status-patch.ts";
import { RetryDelays } from "../worker/retry-delays.ts";
import { Wakeup } from "../worker/wakeup.ts";
import type { MachineInfo, Pressure } from "./machine.ts";
import { newNode, nodeAnnotations, nodeLabels, type NodeSettings, nodeStatus } from "./node-object.ts";

export interface NodeReporterOptions {
  readonly settings: NodeSettings;
  readonly machine: MachineInfo;
  /** Names of features that the kubelet says it has. */
  readonly features: readonly string[];
  readonly client: Client;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  pressure(): Pressure;
  /** Names of volumes that must not be detached from the node. */
  volumesInUse(): Promise<readonly string[]>;
}

/** What others of the kubelet have to do with the node's status. */
export interface StatusReports {
  /** Something that it shows may have changed. */
  changed(): void;
  /** Resolves once it has been written as things are now. */
  written(signal: AbortSignal): Promise<void>;
}

/** How often the node is looked at, and how often it is written although nothing changed. */
const LOOK_MS = 10_000;
const REPORT_MS = 300_000;
const IMAGES_MS = 60_000;

/** Registers the Node and keeps its status up to date: at once when something changes, else every five minutes. */
export class NodeReporter implements StatusReports {
  readonly #options: NodeReporterOptions;
  readonly #wakeup = new Wakeup();
  #node: Node | undefined;
  #reportedAtMs = 0;
  #healthy = false;
  #waiting: readonly (() => void)[] = [];
  #images: { readonly list: readonly Image[]; readonly atMs: number } | undefined;
  constructor(options: NodeReporterOptions) {
    this.#options = options;
  }

  /** True once the API has the node as Ready. */
  ready(): boolean {
    return this.#healthy;
  }

  /** The Node as the API last gave it. */
  node(): Node | undefined {
    return this.#node;
  }

  changed(): void {
    this.#wakeup.notify();
  }

  /** Reports at once if the node is short of other things than was last said. */
  pressureSeen(): void {
    const { memory, disk, pid } = this.#options.pressure();
    const kinds = [
      ["MemoryPressure", memory],
      ["DiskPressure", disk],
      ["PIDPressure", pid],
    ] as const;
    const said = (type: string) => this.#node?.status?.conditions?.some((c) => c.type === type && c.status === "True");
    if (this.#node !== undefined && kinds.some(([type, now]) => now !== said(type))) this.changed();
  }

  written(signal: AbortSignal): Promise<void> {
    this.changed();
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting = [
        ...this.#waiting,
        () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      ];
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const delays = new RetryDelays(100, 7000);
    while (!signal.aborted) {
      let nextMs = LOOK_MS;
      try {
        this.#node ??= await this.#register(signal);
        const waiting = this.#waiting;
        this.#waiting = [];
        try {
          await this.#report(this.#node, signal);
        } catch (error) {
          this.#waiting = [...waiting, ...this.#waiting];
          throw error;
        }
        for (const told of waiting) told();
        delays.reset();
      } catch (error) {
        if (isAbort(error, signal)) return;
        // Deleted or replaced behind our back: register anew.
        if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) this.#node = undefined;
        log.warn("node status could not be reported", { error: messageOf(error) });
        nextMs = delays.next();
      }
      await this.#wakeup.wait(clock, clock.nowMs() + nextMs, signal);
    }
  }

  async #register(signal: AbortSignal): Promise<Node> {
    const { client, settings, machine, recorder } = this.#options;
    const api = client.resource<Node>(nodes);
    const wanted = newNode(settings, machine);
    try {
      const made = await api.create(wanted, {}, signal);
      recorder.event({ object: made }, "Normal", "Starting", "Starting kubelet.");
      return made;
    } catch (error) {
      if (!isStatus(error, "AlreadyExists")) throw error;
    }
    const found = await api.get({ name: settings.name }, {}, signal);
    recorder.event({ object: found }, "Normal", "Starting", "Starting kubelet.");
    const labels = { ...found.metadata.labels, ...nodeLabels(settings, machine) };
    const podCidr = settings.podCidr;
    const spec = { ...found.spec, ...(podCidr === undefined ? {} : { podCIDR: podCidr, podCIDRs: [podCidr] }) };
    const annotations = { ...found.metadata.annotations, ...nodeAnnotations(settings) };
    const before = [found.metadata.labels, found.metadata.annotations, found.spec];
    if (sameJson([labels, annotations, spec], before)) return found;
    const body = {
      metadata: { labels, annotations },
      spec: podCidr === undefined ? {} : { podCIDR: podCidr, podCIDRs: [podCidr] },
    };
    return await api.patch({ name: settings.name }, { type: "merge", body }, {}, signal);
  }

  async #report(node: Node, signal: AbortSignal): Promise<void> {
    const { client, settings, machine, features, clock, pressure } = this.#options;
    const { health, images, runtimeVersion } = await this.#look(signal);
    const nowMs = clock.nowMs();
    const old = node.status?.conditions ?? [];
    const measured = { health, pressure: pressure(), images, runtimeVersion };
    const volumesInUse = await this.#options.volumesInUse();
    const oldAddresses = await this.#addresses(signal);
    const input = { settings, machine, features, ...measured, old, oldAddresses, volumesInUse, nowMs };
    const status = nodeStatus(input);
    const due = nowMs - this.#reportedAtMs >= REPORT_MS;
    if (!due && sameButHeartbeat(node.status, status)) return;
    const api = client.resource<Node>(nodes);
    const body = { metadata: { uid: node.metadata.uid }, status };
    const patched = await api
      .sub("status")
      .patch<Node>({ name: settings.name }, { type: "strategic", body }, {}, signal);
    this.#tell(node, patched);
    this.#node = patched;
    this.#reportedAtMs = nowMs;
    this.#healthy = isReady(patched);
  }

  /** Only with a cloud provider anybody else writes them. */
  async #addresses(signal: AbortSignal): Promise<readonly NodeAddress[] | undefined> {
    const { client, settings } = this.#options;
    if (settings.externalCloudProvider !== true) return undefined;
    return (await client.resource<Node>(nodes).get({ name: settings.name }, {}, signal)).status?.addresses;
  }

  async #look(signal: AbortSignal): Promise<Looked> {
    const { runtime } = this.#options;
    try {
      const [health, images, runtimeVersion] = await Promise.all([
        runtime.health(signal),
        this.#imageList(signal),
        runtime.version(signal),
      ]);
      return { health, images, runtimeVersion };
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      const message = `container runtime is down: ${messageOf(error)}`;
      const health = { runtimeReady: false, networkReady: false, message, features: NO_FEATURES };
      return { health, images: [], runtimeVersion: this.#node?.status?.nodeInfo?.containerRuntimeVersion ?? "" };
    }
  }

  /** Listing images is work for the runtime, and few care to the second. */
  async #imageList(signal: AbortSignal): Promise<readonly Image[]> {
    const nowMs = this.#options.clock.nowMs();
    if (this.#images === undefined || nowMs - this.#images.atMs >= IMAGES_MS) {
      this.#images = { list: await this.#options.runtime.images(signal), atMs: nowMs };
    }
    return this.#images.list;
  }

  #tell(before: Node, after: Node): void {
    const { recorder, settings } = this.#options;
    const bootIds = [before, after].map((node) => node.status?.nodeInfo?.bootID ?? "");
    if (bootIds[0] !== "" && bootIds[0] !== bootIds[1]) {
      const message = `Node ${settings.name} has been rebooted, boot id: ${bootIds[1] ?? ""}`;
      recorder.event({ object: after }, "Warning", "Rebooted", message);
    }
    for (const { type, status } of after.status?.conditions ?? []) {
      const words = TOLD[type];
      if (words === undefined || (before.status?.conditions ?? []).some((c) => c.type === type && c.status === status))
        continue;
      const reason = status === "True" ? words[0] : words[1];
      recorder.event({ object: after }, "Normal", reason, `Node ${settings.name} status is now: ${reason}`);
    }
    const cordoned = after.spec.unschedulable === true;
    if (cordoned === (before.spec.unschedulable === true)) return;
    const reason = cordoned ? "NodeNotSchedulable" : "NodeSchedulable";
    recorder.event({ object: after }, "Normal", reason, `Node ${settings.name} status is now: ${reason}`);
  }
}

/** What is told when a condition becomes true, and when false. */
const TOLD: Readonly<Record<string, readonly [string, string]>> = {
  MemoryPressure: ["NodeHasInsufficientMemory", "NodeHasSufficientMemory"],
  DiskPressure: ["NodeHasDiskPressure", "NodeHasNoDiskPressure"],
  PIDPressure: ["NodeHasInsufficientPID", "NodeHasSufficientPID"],
  Ready: ["NodeReady", "NodeNotReady"],
};

interface Looked {
  readonly health: RuntimeHealth;
  readonly images: readonly Image[];
  readonly runtimeVersion: string;
}

function isReady(node: Node): boolean {
  return (node.status?.conditions ?? []).some((c) => c.type === "Ready" && c.status === "True");
}

/** What others write into the status does not count, nor when we last looked. */
function sameButHeartbeat(before: NodeStatus | undefined, after: NodeStatus): boolean {
  if (before === undefined) return false;
  const plain = (status: NodeStatus): unknown =>
    (status.conditions ?? []).map((c) => ({ ...c, lastHeartbeatTime: undefined }));
  const rest = Object.keys(after).filter((key) => key !== "conditions");
  const left: Readonly<Record<string, unknown>> = { ...before };
  const right: Readonly<Record<string, unknown>> = { ...after };
  return (
    sameJson(plain(before), plain(after)) && rest.every((key) => sameJson(present(left[key]), present(right[key])))
  );
}

/** An empty list is stored as none. */
function present(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}
