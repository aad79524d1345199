import { type Clock, isAbort, OperatingError, TaskGroup } from "@skates/component-base";
import { EventQueue } from "../event-queue.ts";
import { POD_UID } from "../pod/labels.ts";
import type {
  ContainerResources,
  ContainerUsage,
  CreateContainer,
  ExecResult,
  Image,
  Runtime,
  RuntimeContainer,
  RuntimeEvent,
  RuntimeFeatures,
  RuntimeHealth,
  RuntimeList,
  Sandbox,
  SandboxSpec,
} from "../runtime.ts";
import { type Script, scriptOf } from "./script.ts";

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  /** `10.244.3.0/24`: where pods get their addresses from. */
  readonly podCidr: string;
  /** Prefix of ids, so that those of several nodes differ. */
  readonly node: string;
}

const EVENTS_MAX = 10_000;
const SIGTERM_EXIT = 143;
/** What is acted out has no groups and no mounts that could be other than asked for. */
const FEATURES: RuntimeFeatures = {
  supplementalGroupsPolicy: true,
  handlers: new Map([["", { recursiveReadOnlyMounts: true, userNamespaces: true }]]),
};

/**
 * Acts out containers: they run at once and end as `scriptOf` says or when they are stopped. Every image is present. Costs a few
 * objects per container and a timer only where something is to end by itself.
 */
export class SimulatedRuntime implements Runtime {
  readonly #options: SimulatedRuntimeOptions;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #containers = new Map<string, RuntimeContainer>();
  readonly #scripts = new Map<string, Script>();
  readonly #readers = new Set<EventQueue<RuntimeEvent>>();
  readonly #life = new AbortController();
  readonly #timers = new TaskGroup(this.#life.signal);
  readonly #addresses: AddressPool;
  #made = 0;
  constructor(options: SimulatedRuntimeOptions) {
    this.#options = options;
    this.#addresses = new AddressPool(options.podCidr);
  }

  /** Ends all timers. */
  close(): void {
    this.#life.abort(new Error("closed"));
  }

  version(): Promise<string> {
    return Promise.resolve("simulated://1.0.0");
  }

  health(): Promise<RuntimeHealth> {
    return Promise.resolve({ runtimeReady: true, networkReady: true, message: "", features: FEATURES });
  }

  runSandbox(spec: SandboxSpec): Promise<string> {
    const id = this.#id();
    const hostNetwork = spec.namespaces.network === "node";
    const { namespace, name, uid, attempt, labels, annotations } = spec;
    const createdAtMs = this.#options.clock.nowMs();
    const ips = hostNetwork ? [] : [this.#addresses.take()];
    this.#sandboxes.set(id, {
      id,
      namespace,
      name,
      uid,
      attempt,
      ready: true,
      createdAtMs,
      ips,
      hostNetwork,
      labels,
      annotations,
    });
    return Promise.resolve(id);
  }

  async stopSandbox(id: string): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined || !sandbox.ready) return;
    for (const c of this.#containers.values()) if (c.sandboxId === id) this.#end(c.id, 137);
    for (const ip of sandbox.ips) this.#addresses.give(ip);
    this.#sandboxes.set(id, { ...sandbox, ready: false, ips: [] });
    this.#tell({ type: "exited", id });
    await Promise.resolve();
  }

  async removeSandbox(id: string): Promise<void> {
    await this.stopSandbox(id);
    for (const c of this.#containers.values()) if (c.sandboxId === id) await this.removeContainer(c.id);
    if (this.#sandboxes.delete(id)) this.#tell({ type: "deleted", id });
  }

  sandbox(id: string): Promise<Sandbox | undefined> {
    return Promise.resolve(this.#sandboxes.get(id));
  }

  createContainer({ sandboxId, spec }: CreateContainer): Promise<string> {
    if (this.#sandboxes.get(sandboxId)?.ready !== true) {
      return Promise.reject(new OperatingError("NotFound", `sandbox "${sandboxId}" is not running`));
    }
    const id = this.#id();
    const { name, attempt, labels, annotations, mounts, userImage: image } = spec;
    this.#containers.set(id, {
      id,
      sandboxId,
      name,
      attempt,
      state: "created",
      createdAtMs: this.#options.clock.nowMs(),
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      reason: "",
      message: "",
      image,
      imageId: imageOf(image).id,
      labels,
      annotations,
      logPath: "",
      mounts,
    });
    const script = scriptOf(spec.command, spec.args);
    if (script !== undefined) this.#scripts.set(id, script);
    return Promise.resolve(id);
  }

  startContainer(id: string): Promise<void> {
    const container = this.#containers.get(id);
    if (container === undefined) return Promise.reject(missing(id));
    const { clock } = this.#options;
    this.#containers.set(id, { ...container, state: "running", startedAtMs: clock.nowMs() });
    this.#tell({ type: "started", id });
    const script = this.#scripts.get(id);
    if (script === undefined) return Promise.resolve();
    this.#timers.spawn(async (signal) => {
      await clock.sleep(script.afterMs, signal);
      this.#end(id, script.exitCode);
    });
    return Promise.resolve();
  }

  stopContainer(id: string): Promise<void> {
    this.#end(id, SIGTERM_EXIT);
    return Promise.resolve();
  }

  removeContainer(id: string): Promise<void> {
    this.#scripts.delete(id);
    if (this.#containers.delete(id)) this.#tell({ type: "deleted", id });
    return Promise.resolve();
  }

  container(id: string): Promise<RuntimeContainer | undefined> {
    return Promise.resolve(this.#containers.get(id));
  }

  updateResources(_id: string, _resources: ContainerResources): Promise<void> {
    return Promise.resolve();
  }

  reopenLog(): Promise<void> {
    return Promise.resolve();
  }

  list({ podUid }: { readonly podUid?: string | undefined }): Promise<RuntimeList> {
    const wanted = (of: Sandbox | RuntimeContainer): boolean => podUid === undefined || of.labels[POD_UID] === podUid;
    return Promise.resolve({
      sandboxes: [...this.#sandboxes.values()].filter(wanted),
      containers: [...this.#containers.values()].filter(wanted),
    });
  }

  async *events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    const queue = new EventQueue<RuntimeEvent>(EVENTS_MAX);
    const end = (): void => queue.end();
    this.#readers.add(queue);
    signal.addEventListener("abort", end, { once: true });
    try {
      yield* queue;
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    } finally {
      signal.removeEventListener("abort", end);
      this.#readers.delete(queue);
    }
  }

  image(image: string): Promise<Image | undefined> {
    return Promise.resolve(imageOf(image));
  }

  pullImage(image: string): Promise<string> {
    return Promise.resolve(imageOf(image).id);
  }

  images(): Promise<readonly Image[]> {
    const names = new Set([...this.#containers.values()].map((c) => c.image));
    return Promise.resolve([...names].map(imageOf));
  }

  removeImage(): Promise<void> {
    return Promise.resolve();
  }

  imageFileSystem(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Probes and hooks understand what `scriptOf` does; all else is refused. */
  execSync({ command }: { readonly command: readonly string[] }): Promise<ExecResult> {
    const script = scriptOf(command, []);
    if (script === undefined) return Promise.reject(simulated("exec"));
    const none = new Uint8Array();
    return Promise.resolve({ stdout: none, stderr: none, exitCode: script.exitCode });
  }

  execUrl(): Promise<string> {
    return Promise.reject(simulated("exec"));
  }

  attachUrl(): Promise<string> {
    return Promise.reject(simulated("attach"));
  }

  portForwardUrl(): Promise<string> {
    return Promise.reject(simulated("port-forward"));
  }

  containerStats(): Promise<readonly ContainerUsage[]> {
    return Promise.resolve([]);
  }

  #id(): string {
    return `${this.#options.node}-${++this.#made}`;
  }

  #end(id: string, exitCode: number): void {
    const container = this.#containers.get(id);
    if (container?.state !== "running") return;
    const finishedAtMs = this.#options.clock.nowMs();
    const reason = exitCode === 0 ? "Completed" : "Error";
    this.#containers.set(id, { ...container, state: "exited", finishedAtMs, exitCode, reason });
    this.#tell({ type: "exited", id });
  }

  #tell(event: RuntimeEvent): void {
    for (const reader of this.#readers) reader.push(event);
  }
}

/** What exec, attach, logs and port-forward answer where nothing really runs. */
export function simulated(what: string): OperatingError {
  return new OperatingError("Simulated", `${what} is not possible: the containers of this node are simulated`);
}

function missing(id: string): OperatingError {
  return new OperatingError("NotFound", `container "${id}" not found`);
}

function imageOf(image: string): Image {
  return { id: `simulated:${image}`, tags: [image], digests: [], sizeBytes: 0, username: "", pinned: false };
}

/** Addresses of a range, given out in turn. */
class AddressPool {
  readonly #base: number;
  readonly #size: number;
  readonly #taken = new Set<number>();
  #next = 2;
  constructor(cidr: string) {
    const [address = "", bits = "24"] = cidr.split("/");
    this.#base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#size = 2 ** (32 - Number(bits));
  }

  take(): string {
    for (let tries = 0; tries < this.#size; tries++) {
      const offset = this.#next;
      this.#next = this.#next + 1 >= this.#size - 1 ? 2 : this.#next + 1;
      if (this.#taken.has(offset)) continue;
      this.#taken.add(offset);
      return format(this.#base + offset);
    }
    throw new OperatingError("NoAddress", "no IP addresses available in range set");
  }

  give(ip: string): void {
    this.#taken.delete(ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) - this.#base);
  }
}

function format(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
