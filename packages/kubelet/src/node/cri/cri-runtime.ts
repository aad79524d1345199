import { hasCode, messageOf, OperatingError } from "@skates/component-base";
import { POD_UID } from "../../pod/labels.ts";
import type {
  AttachStream,
  ContainerResources,
  ContainerUsage,
  CreateContainer,
  ExecResult,
  ExecStream,
  ExecSync,
  FileSystemUsage,
  Image,
  RegistryAuth,
  Runtime,
  RuntimeContainer,
  RuntimeEvent,
  RuntimeHealth,
  RuntimeList,
  Sandbox,
  SandboxSpec,
} from "../../runtime.ts";
import type { GrpcClient, GrpcMethod } from "@skates/transport";
import { grpcClient } from "@skates/transport/node";
import { withoutCause } from "../without-cause.ts";
import { EXIT_FILTERS, eventOf, subscribe } from "./containerd-events.ts";
import { imageService, runtimeService } from "./cri-methods.ts";
import { listedContainer, listedSandbox, toContainer, toFeatures, toImage, toSandbox, toUsage } from "./from-cri.ts";
import { toContainerConfig, toResources, toSandboxConfig } from "./to-cri.ts";

export interface CriRuntimeOptions {
  /** `unix:///run/containerd/containerd.sock`. */
  readonly address: string;
}

const CALL_MS = 120_000;
/** Sandboxes wait for the network plugin. */
const SANDBOX_MS = 240_000;
/** On top of the grace that a container has to end. */
const STOP_MS = 60_000;
const NEVER = new AbortController().signal;
const EXEC_UNLIMITED_MS = 24 * 3_600_000;

/** A container runtime behind CRI v1. Close it when done. */
export interface CriRuntime extends Runtime {
  close(): void;
}

export async function criRuntime(options: CriRuntimeOptions): Promise<CriRuntime> {
  return new GrpcRuntime(await grpcClient({ address: options.address, reconnectMsMax: 1000 }));
}

class GrpcRuntime implements CriRuntime {
  readonly #client: GrpcClient;
  readonly #sandboxOf = new Map<string, string>();
  #version: Promise<string> | undefined;
  constructor(client: GrpcClient) {
    this.#client = client;
  }

  close(): void {
    this.#client.close();
  }

  version(signal: AbortSignal): Promise<string> {
    this.#version ??= this.#call(runtimeService.version, {}, signal).then(
      ({ runtimeName, runtimeVersion }) => `${runtimeName ?? ""}://${runtimeVersion ?? ""}`,
    );
    return this.#version.catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
  }

  async health(signal: AbortSignal): Promise<RuntimeHealth> {
    const reply = await this.#call(runtimeService.status, {}, signal);
    const { status } = reply;
    const conditions = status?.conditions ?? [];
    const of = (type: string): boolean => conditions.some((c) => c.type === type && c.status === true);
    const lacking = [...readiness("RuntimeReady", "runtime"), ...readiness("NetworkReady", "runtime network")];
    return {
      runtimeReady: of("RuntimeReady"),
      networkReady: of("NetworkReady"),
      message: lacking.length > 1 ? `[${lacking.join(", ")}]` : lacking.join(),
      features: toFeatures(reply),
    };

    function readiness(type: string, what: string): readonly string[] {
      if (of(type)) return [];
      const { reason = "", message = "" } = conditions.find((c) => c.type === type) ?? {};
      return [`container ${what} not ready: ${type}=false reason:${reason} message:${message}`];
    }
  }

  async runSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<string> {
    const request = { config: toSandboxConfig(spec), runtimeHandler: spec.runtimeHandler };
    const { podSandboxId } = await this.#finish(runtimeService.runPodSandbox, request, signal, SANDBOX_MS);
    return podSandboxId ?? "";
  }

  async stopSandbox(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#call(runtimeService.stopPodSandbox, { podSandboxId: id }, signal, SANDBOX_MS));
  }

  async removeSandbox(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#call(runtimeService.removePodSandbox, { podSandboxId: id }, signal, SANDBOX_MS));
    for (const [container, sandbox] of this.#sandboxOf) if (sandbox === id) this.#sandboxOf.delete(container);
  }

  async sandbox(id: string, signal: AbortSignal): Promise<Sandbox | undefined> {
    const reply = await unlessGone(this.#call(runtimeService.podSandboxStatus, { podSandboxId: id }, signal));
    return reply?.status === undefined ? undefined : toSandbox(reply.status);
  }

  async createContainer({ sandboxId, sandbox, spec }: CreateContainer, signal: AbortSignal): Promise<string> {
    const request = {
      podSandboxId: sandboxId,
      config: toContainerConfig(spec),
      sandboxConfig: toSandboxConfig(sandbox),
    };
    const { containerId = "" } = await this.#finish(runtimeService.createContainer, request, signal);
    this.#sandboxOf.set(containerId, sandboxId);
    return containerId;
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    await this.#finish(runtimeService.startContainer, { containerId: id }, signal);
  }

  async stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const request = { containerId: id, timeout: graceSeconds };
    await unlessGone(this.#call(runtimeService.stopContainer, request, signal, graceSeconds * 1000 + STOP_MS));
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#call(runtimeService.removeContainer, { containerId: id }, signal));
    this.#sandboxOf.delete(id);
  }

  async container(id: string, signal: AbortSignal): Promise<RuntimeContainer | undefined> {
    const reply = await unlessGone(this.#call(runtimeService.containerStatus, { containerId: id }, signal));
    if (reply?.status === undefined) return undefined;
    const sandboxId = this.#sandboxOf.get(id) ?? (await this.#findSandbox(id, signal));
    return toContainer(reply.status, sandboxId);
  }

  async updateResources(id: string, resources: ContainerResources, signal: AbortSignal): Promise<void> {
    const request = { containerId: id, linux: toResources(resources) };
    await this.#call(runtimeService.updateContainerResources, request, signal);
  }

  async reopenLog(id: string, signal: AbortSignal): Promise<void> {
    await this.#call(runtimeService.reopenContainerLog, { containerId: id }, signal);
  }

  async list({ podUid }: { readonly podUid?: string | undefined }, signal: AbortSignal): Promise<RuntimeList> {
    const request = podUid === undefined ? {} : { filter: { labelSelector: { [POD_UID]: podUid } } };
    const [sandboxes, containers] = await Promise.all([
      this.#call(runtimeService.listPodSandbox, request, signal),
      this.#call(runtimeService.listContainers, request, signal),
    ]);
    for (const { id = "", podSandboxId = "" } of containers.containers ?? []) this.#sandboxOf.set(id, podSandboxId);
    return {
      sandboxes: (sandboxes.items ?? []).map(listedSandbox),
      containers: (containers.containers ?? []).map(listedContainer),
    };
  }

  async *events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    try {
      for await (const envelope of this.#client.serverStream(subscribe, { filters: EXIT_FILTERS }, { signal })) {
        const event = eventOf(envelope);
        if (event !== undefined) yield event;
      }
    } catch (error) {
      if (!hasCode(error, "GrpcUnimplemented")) throw error;
      // Not containerd: CRI's own events, which runtimes have since CRI of Kubernetes 1.26.
      for await (const event of this.#client.serverStream(runtimeService.getContainerEvents, {}, { signal })) {
        yield { type: CRI_EVENTS[event.containerEventType ?? 0] ?? "started", id: event.containerId ?? "" };
      }
    }
  }

  async image(image: string, signal: AbortSignal): Promise<Image | undefined> {
    const reply = await this.#call(imageService.imageStatus, { image: { image } }, signal);
    return reply.image === undefined ? undefined : toImage(reply.image);
  }

  async pullImage(image: string, auth: RegistryAuth | undefined, signal: AbortSignal): Promise<string> {
    // A pull may take hours over a slow line; it ends with the connection.
    const pull = this.#client.unary(imageService.pullImage, { image: { image }, auth }, { signal });
    const { imageRef } = await withoutCause(pull);
    return imageRef ?? "";
  }

  async images(signal: AbortSignal): Promise<readonly Image[]> {
    const { images } = await this.#call(imageService.listImages, {}, signal);
    return (images ?? []).map(toImage);
  }

  async removeImage(id: string, signal: AbortSignal): Promise<void> {
    await this.#call(imageService.removeImage, { image: { image: id } }, signal);
  }

  async imageFileSystem(signal: AbortSignal): Promise<FileSystemUsage | undefined> {
    const { imageFilesystems } = await this.#call(imageService.imageFsInfo, {}, signal);
    const first = imageFilesystems?.[0];
    if (first === undefined) return undefined;
    return {
      mountPoint: first.fsId?.mountpoint ?? "",
      usedBytes: Number(first.usedBytes?.value ?? 0),
      inodesUsed: Number(first.inodesUsed?.value ?? 0),
    };
  }

  async execSync({ containerId, command, timeoutSeconds }: ExecSync, signal: AbortSignal): Promise<ExecResult> {
    const limitMs = timeoutSeconds === 0 ? EXEC_UNLIMITED_MS : timeoutSeconds * 1000 + 10_000;
    const request = { containerId, cmd: command, timeout: timeoutSeconds };
    try {
      const {
        stdout = "",
        stderr = "",
        exitCode = 0,
      } = await this.#call(runtimeService.execSync, request, signal, limitMs);
      return { stdout: Buffer.from(stdout, "base64"), stderr: Buffer.from(stderr, "base64"), exitCode };
    } catch (error) {
      if (!hasCode(error, "GrpcDeadlineExceeded")) throw error;
      const text = `command timed out: ${messageOf(error)}`;
      throw new OperatingError("ExecTimeout", text, { cause: error });
    }
  }

  async execUrl(call: ExecStream, signal: AbortSignal): Promise<string> {
    const { containerId, command, tty, stdin, stdout, stderr } = call;
    const request = { containerId, cmd: command, tty, stdin, stdout, stderr: stderr && !tty };
    const { url } = await this.#call(runtimeService.exec, request, signal);
    return url ?? "";
  }

  async attachUrl(call: AttachStream, signal: AbortSignal): Promise<string> {
    const { url } = await this.#call(runtimeService.attach, { ...call, stderr: call.stderr && !call.tty }, signal);
    return url ?? "";
  }

  async portForwardUrl(sandboxId: string, signal: AbortSignal): Promise<string> {
    const { url } = await this.#call(runtimeService.portForward, { podSandboxId: sandboxId }, signal);
    return url ?? "";
  }

  async containerStats(signal: AbortSignal): Promise<readonly ContainerUsage[]> {
    const { stats } = await this.#call(runtimeService.listContainerStats, {}, signal);
    return (stats ?? []).map(toUsage);
  }

  /** Not called off once it has begun: containerd forgets what it was making, but leaves its first process behind. */
  async #finish<Q, R>(method: GrpcMethod<Q, R>, request: Q, signal: AbortSignal, timeoutMs = CALL_MS): Promise<R> {
    signal.throwIfAborted();
    return await this.#call(method, request, NEVER, timeoutMs);
  }

  #call<Q, R>(method: GrpcMethod<Q, R>, request: Q, signal: AbortSignal, timeoutMs = CALL_MS): Promise<R> {
    return withoutCause(this.#client.unary(method, request, { signal, timeoutMs }));
  }

  async #findSandbox(id: string, signal: AbortSignal): Promise<string> {
    const { containers } = await this.#call(runtimeService.listContainers, { filter: { id } }, signal);
    const sandboxId = containers?.[0]?.podSandboxId ?? "";
    this.#sandboxOf.set(id, sandboxId);
    return sandboxId;
  }
}

/** By CRI's number of the event; a container that was only created is not running, which a look at it shows. */
const CRI_EVENTS = ["started", "started", "exited", "deleted"] as const;

/** What is not there any more has been stopped, and has been removed. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasCode(error, "GrpcNotFound")) return undefined;
    throw error;
  }
}
