import { type ApiRequest, type ApiResponse, type Handler, StatusError } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { type Clock, messageOf } from "@skates/component-base";
import { type LogOptions, parseLogOptions } from "../logs/log-options.ts";
import { logTarget } from "../logs/log-target.ts";
import type { PodSet } from "../pod-set.ts";
import { findContainer } from "../pod/containers.ts";
import type { RuntimeContainer } from "../runtime.ts";
import type { PodWorker } from "../worker/pod-worker.ts";
import type { KubeletAccess } from "./kubelet-access.ts";
import { flagOf, statusText } from "./respond.ts";

/** What the kubelet's API stands on. */
export interface KubeletHandlerOptions {
  readonly pods: PodSet;
  readonly clock: Clock;
  readonly logs: LogReader;
  readonly streams: PodStreams;
  readonly stats: StatsPages;
  readonly access: KubeletAccess;
}

/** Reads logs of containers. */
export interface LogReader {
  /** What the container wrote. With `follow` it goes on until the container has ended. */
  read(request: LogRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

export interface LogRequest {
  readonly container: RuntimeContainer;
  readonly options: LogOptions;
  /** Whether more may come. */
  running(): boolean;
}

/** Takes connections over and joins them to containers. */
export interface PodStreams {
  exec(request: ApiRequest, call: StreamCall & { readonly command: readonly string[] }): Promise<ApiResponse>;
  attach(request: ApiRequest, call: StreamCall): Promise<ApiResponse>;
  portForward(request: ApiRequest, sandboxId: string): Promise<ApiResponse>;
}

export interface StreamCall {
  readonly containerId: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface StatsPages {
  summary(signal: AbortSignal): Promise<unknown>;
  resourceMetrics(signal: AbortSignal): Promise<string>;
  /** The kubelet's own metrics. */
  metrics(): string;
}

const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

/** The kubelet's API, as the API server uses it. Nothing of it is for those who are not known and allowed. */
export function kubeletHandler(options: KubeletHandlerOptions): Handler {
  return async (request) => {
    try {
      const [, first = "", ...rest] = request.path.split("/").map(decodedPart);
      await options.access(request, first);
      return await route(options, request, [first, ...rest]);
    } catch (error) {
      const refusal = error instanceof StatusError ? error : new StatusError("InternalError", messageOf(error));
      return refused(request, refusal);
    }
  };
}

/** Clients that want a stream read refusals as Status objects, and take some plain texts for YAML. Of logs they read the text. */
export function refused({ path }: ApiRequest, error: StatusError): ApiResponse {
  if (!/^\/(exec|attach|portForward)\//.test(path)) return text(error.code, error.message);
  return { status: error.code, headers: {}, body: { kind: "json", value: error.toStatus() } };
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new StatusError("BadRequest", `invalid URL escape in ${JSON.stringify(part)}`);
  }
}

function text(status: number, body: string, mediaType = "text/plain"): ApiResponse {
  return { status, headers: {}, body: { kind: "bytes", mediaType, chunks: [new TextEncoder().encode(body)] } };
}

async function route(
  options: KubeletHandlerOptions,
  request: ApiRequest,
  parts: readonly string[],
): Promise<ApiResponse> {
  const [page = "", ...rest] = parts;
  switch (parts.length === 1 ? page : rest.length === 1 ? parts.join("/") : page) {
    case "healthz":
      return text(200, "ok");
    case "pods":
      return json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: options.pods.pods() });
    case "metrics":
      return text(200, options.stats.metrics(), PROMETHEUS);
    case "stats/summary":
      return json(await options.stats.summary(request.signal));
    case "metrics/resource":
      return text(200, await options.stats.resourceMetrics(request.signal), PROMETHEUS);
    case "containerLogs":
      return await containerLogs(options, request, rest);
    case "exec":
    case "attach":
      return await stream(options, request, [page, ...rest]);
    case "portForward":
      return await portForward(options, request, rest);
    default:
      throw new StatusError("NotFound", "404 page not found");
  }
}

function json(value: unknown): ApiResponse {
  return { status: 200, headers: {}, body: { kind: "json", value } };
}

function workerOf({ pods }: KubeletHandlerOptions, namespace: string, name: string, uid?: string): PodWorker {
  const found = uid === undefined ? pods.byName(namespace, name) : pods.worker(uid);
  if (found !== undefined) return found;
  throw new StatusError("NotFound", `pod ${JSON.stringify(name)} does not exist`);
}

async function containerLogs(
  options: KubeletHandlerOptions,
  request: ApiRequest,
  [namespace = "", name = "", containerName = ""]: readonly string[],
): Promise<ApiResponse> {
  const wanted = parseLogOptions(request.query, options.clock.nowMs());
  const worker = workerOf(options, namespace, name);
  const id = logTarget(worker.pod(), containerName, wanted.previous);
  const find = (): RuntimeContainer | undefined => worker.state.observed.containers.find((c) => c.id === id);
  const container = find();
  if (container === undefined) {
    throw new StatusError("BadRequest", `unable to retrieve container logs for containerd://${id}`);
  }
  const running = (): boolean => find()?.state === "running";
  const chunks = await options.logs.read({ container, options: wanted, running }, request.signal);
  return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "text/plain", chunks } };
}

/** `/exec/{namespace}/{pod}[/{uid}]/{container}`, and the same for attach. */
async function stream(
  options: KubeletHandlerOptions,
  request: ApiRequest,
  [verb, namespace = "", name = "", ...last]: readonly string[],
): Promise<ApiResponse> {
  const [uid, containerName = ""] = last.length > 1 ? last : [undefined, last[0]];
  const worker = workerOf(options, namespace, name, uid);
  const container = runningContainer(worker, containerName);
  const { query } = request;
  const call = {
    containerId: container.id,
    stdin: flagOf(query, "input", "stdin"),
    stdout: flagOf(query, "output", "stdout"),
    stderr: flagOf(query, "error", "stderr"),
    tty: flagOf(query, "tty"),
  };
  if (!call.stdin && !call.stdout && !call.stderr) {
    throw new StatusError("BadRequest", "you must specify at least 1 of stdin, stdout, stderr");
  }
  if (verb === "exec") return await options.streams.exec(request, { ...call, command: query.getAll("command") });
  const tty = findContainer(worker.state.pod, containerName)?.container.tty === true;
  return await options.streams.attach(request, { ...call, tty });
}

function runningContainer(worker: PodWorker, name: string): RuntimeContainer {
  const found = worker.state.observed.containers.find((c) => c.name === name);
  const pod: Pod = worker.state.pod;
  const of = `${pod.metadata.name}_${pod.metadata.namespace ?? ""}`;
  if (found === undefined) throw new StatusError("NotFound", `container not found (${JSON.stringify(name)})`);
  if (found.state === "running") return found;
  throw new StatusError(
    "BadRequest",
    `container ${JSON.stringify(name)} of pod ${of} is not running: ${statusText(found)}`,
  );
}

async function portForward(
  options: KubeletHandlerOptions,
  request: ApiRequest,
  [namespace = "", name = "", uid]: readonly string[],
): Promise<ApiResponse> {
  const worker = workerOf(options, namespace, name, uid);
  const sandbox = worker.state.observed.sandboxes[0];
  if (sandbox?.ready !== true) throw new StatusError("BadRequest", `pod not found (${JSON.stringify(name)})`);
  return await options.streams.portForward(request, sandbox.id);
}
