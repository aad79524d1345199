import { type APIService, apiServices } from "@skates/api/apiregistration/v1";
import { services } from "@skates/api/core/v1";
import { endpointSlices } from "@skates/api/discovery/v1";
import { type ApiResponse, equalValues, type GroupVersion, isStatus, type JsonRecord } from "@skates/apimachinery";
import {
  type Aggregation,
  type ForwardedRequest,
  type Registry,
  type RemoteVersion,
  textResponse,
} from "@skates/apiserver";
import { type Env, messageOf, TaskGroup } from "@skates/component-base";
import { createWorkQueue, type Informer, type WorkQueue } from "@skates/controller-runtime";
import { API_SERVER } from "../authentication/users.ts";
import { isRedirect, refuseRedirect } from "../kubelet/refuse-redirect.ts";
import { dialFailure } from "../webhooks/dial-failure.ts";
import { serviceServer } from "../webhooks/service-endpoint.ts";
import type { WebhookDialer, WebhookServer } from "../webhooks/webhook-target.ts";
import { askOpenApi, type AskedServer, askServer, type ServerAnswer } from "./ask-server.ts";
import { proxiedRequest } from "./proxied-request.ts";
import {
  type Availability,
  type RemoteTarget,
  targetOfService,
  targetState,
  unavailability,
  withAvailability,
} from "./remote-service.ts";

/** How this server proves to others that it speaks for its callers. PEM. */
export interface ProxyClient {
  readonly cert: string;
  readonly key: string;
}

export interface AggregatorOptions {
  readonly env: Env;
  /** Asked once the server runs. */
  readonly registry: () => Registry;
  readonly dial: WebhookDialer;
  /** Absent: aggregated servers are not told who calls in a way that they believe. */
  readonly proxyClient?: (() => ProxyClient) | undefined;
}

/** A server that works is looked at so often; one that does not, sooner, and at the latest then. */
const LOOK_EVERY_MS = 30_000;
const FIRST_BACKOFF_MS = 100;
/** After a change of services or their endpoints: several changes are often one. */
const GATHER_MS = 250;
/** Servers asked at one time: a slow one holds up no other. */
const WORKERS = 5;

interface Remote {
  readonly service: APIService;
  readonly target: RemoteTarget;
  readonly available: boolean;
  readonly resources: readonly JsonRecord[] | undefined;
  readonly openApiHash: string | undefined;
}

/** Stands before other API servers: finds out whether they answer and what they serve, and passes requests on to them. */
export class Aggregator implements Aggregation {
  readonly #options: AggregatorOptions;
  /** By group and version. */
  readonly #remotes = new Map<string, Remote>();
  /** By name: the group and version that it speaks for. */
  readonly #names = new Map<string, string>();
  readonly #random;
  readonly #unavailable;
  #generation = 0;

  constructor(options: AggregatorOptions) {
    this.#options = options;
    this.#random = options.env.random.stream("aggregated-endpoints");
    this.#unavailable = options.env.metrics.gauge({
      name: "aggregator_unavailable_apiservice",
      help: "1 for each API service of another server that is not available.",
      labels: ["name"],
    });
  }

  generation(): number {
    return this.#generation;
  }

  remotes(): readonly RemoteVersion[] {
    return [...this.#remotes.values()].map(({ service: { spec }, resources, openApiHash }) => ({
      group: spec.group ?? "",
      version: spec.version ?? "",
      groupPriority: spec.groupPriorityMinimum,
      versionPriority: spec.versionPriority,
      resources,
      openApiHash,
    }));
  }

  versionOf(path: string): GroupVersion | undefined {
    if (this.#remotes.size === 0 || !path.startsWith("/apis/")) return undefined;
    const [, , group = "", version = ""] = path.split("/", 4);
    return this.#remotes.has(keyOf(group, version)) ? { group, version } : undefined;
  }

  async forward(group: string, version: string, { request, user, signal }: ForwardedRequest): Promise<ApiResponse> {
    const remote = this.#remotes.get(keyOf(group, version));
    if (remote === undefined || !remote.available) return unavailable("service unavailable");
    let server: WebhookServer;
    try {
      server = this.#serverOf(remote);
    } catch {
      return unavailable("service unavailable");
    }
    // A connection that was taken over lasts as long as its caller, not as long as a request may.
    const own = request.upgrade === undefined ? signal : request.signal;
    try {
      const response = await this.#options.dial(server)(proxiedRequest(request, user, own));
      return isRedirect(response) ? await refuseRedirect(response) : response;
    } catch (error) {
      own.throwIfAborted();
      return unavailable(dialFailure(error));
    }
  }

  async openApi(group: string, version: string): Promise<JsonRecord | undefined> {
    const remote = this.#remotes.get(keyOf(group, version));
    if (remote === undefined || !remote.available) return undefined;
    try {
      const never = new AbortController().signal;
      return await askOpenApi(this.#asked(this.#serverOf(remote)), { group, version }, never);
    } catch {
      return undefined; // its endpoints went a moment ago: the document is made again when the next look has told so
    }
  }

  /** Follows the API services until `signal` aborts. The informer is run by the caller. */
  async run(informer: Informer<APIService>, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.env;
    const limits = { backoffMs: FIRST_BACKOFF_MS, backoffMsMax: LOOK_EVERY_MS };
    const queue = createWorkQueue<string>({ clock, id: (name) => name, ...limits }, signal);
    const end = informer.subscribe((delta) => {
      if (this.#note(delta.object, delta.type === "deleted")) queue.add(delta.object.metadata.name);
    });
    const group = new TaskGroup(signal);
    try {
      for (let i = 0; i < WORKERS; i++) group.spawn((inner) => this.#work(queue, inner));
      group.spawn((inner) => this.#notice(queue, inner));
      await group.join();
    } finally {
      end();
    }
  }

  /** Keeps what an object of the API says; true if its server is to be looked at. */
  #note(service: APIService, deleted: boolean): boolean {
    const { name } = service.metadata;
    const { group = "", version = "" } = service.spec;
    const target = targetOfService(service);
    const key = keyOf(group, version);
    const before = this.#remotes.get(key);
    if (deleted || target === undefined || group === "") {
      if (this.#names.delete(name) && this.#remotes.delete(key)) {
        this.#generation++;
        this.#unavailable.set([name], 0);
      }
      return false;
    }
    const same = before !== undefined && equalValues(before.service.spec, service.spec);
    const condition = service.status?.conditions?.find(({ type }) => type === "Available");
    this.#names.set(name, key);
    this.#remotes.set(key, {
      service,
      target,
      available: condition?.status === "True",
      resources: same ? before.resources : undefined,
      openApiHash: same ? before.openApiHash : undefined,
    });
    if (!same) this.#generation++;
    return !same;
  }

  async #work(queue: WorkQueue<string>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const name = await queue.take(signal);
      const outcome = await this.#look(name, signal);
      queue.done(name, outcome === "failed" ? "retry" : "ok");
      if (outcome === "fine") queue.add(name, { delayMs: LOOK_EVERY_MS });
    }
  }

  /** Looks again at APIs whose service or endpoints have changed. */
  async #notice(queue: WorkQueue<string>, signal: AbortSignal): Promise<void> {
    const { env } = this.#options;
    const registry = this.#options.registry();
    const seen = new Map<string, string>();
    for (;;) {
      const changed = registry.changed([services, endpointSlices], signal);
      for (const [name, key] of this.#names) {
        const target = this.#remotes.get(key)?.target;
        const state = target === undefined ? "" : targetState(registry, target);
        if (seen.get(name) !== state) queue.add(name);
        seen.set(name, state);
      }
      for (const name of seen.keys()) if (!this.#names.has(name)) seen.delete(name);
      await changed;
      await env.clock.sleep(GATHER_MS, signal);
    }
  }

  /** One look at a server, its own objects first. */
  async #look(name: string, signal: AbortSignal): Promise<"fine" | "failed" | "gone"> {
    const key = this.#names.get(name);
    const remote = key === undefined ? undefined : this.#remotes.get(key);
    if (key === undefined || remote === undefined) return "gone";
    try {
      const { group = "", version = "" } = remote.service.spec;
      const missing = unavailability(this.#options.registry(), remote.target);
      const answer = missing === undefined ? await this.#ask(remote, { group, version }, signal) : undefined;
      const availability = missing ?? availabilityOf(answer);
      this.#learn(key, availability, answer);
      this.#unavailable.set([name], availability.status === "True" ? 0 : 1);
      await this.#tell(name, availability, signal);
      return availability.reason === "FailedDiscoveryCheck" ? "failed" : "fine";
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, "NotFound")) return "gone";
      this.#options.env.log.warn("an API service could not be looked at", { name, cause: messageOf(error) });
      return "failed";
    }
  }

  async #ask(
    remote: Remote,
    version: { readonly group: string; readonly version: string },
    signal: AbortSignal,
  ): Promise<ServerAnswer> {
    let server: WebhookServer;
    try {
      server = this.#serverOf(remote);
    } catch (error) {
      return { failure: messageOf(error) };
    }
    // Who serves false answers here spoils no more than the status: requests go to servers that are verified.
    const { credentials } = server;
    return await askServer(
      this.#asked({ ...server, credentials: { ...credentials, insecure: true } }),
      version,
      signal,
    );
  }

  #learn(key: string, { status }: Availability, answer: ServerAnswer | undefined): void {
    const remote = this.#remotes.get(key);
    if (remote === undefined) return;
    const { resources, openApiHash } =
      answer !== undefined && "resources" in answer ? answer : { resources: undefined, openApiHash: undefined };
    const next: Remote = { ...remote, available: status === "True", resources, openApiHash };
    this.#remotes.set(key, next);
    const same = equalValues(remote.resources, resources) && remote.openApiHash === openApiHash;
    if (!same || remote.available !== next.available) this.#generation++;
  }

  async #tell(name: string, found: Availability, signal: AbortSignal): Promise<void> {
    const nowMs = this.#options.env.clock.nowMs();
    await this.#options.registry().modify<APIService>(
      apiServices,
      {
        key: { name },
        writer: { user: API_SERVER, nowMs, fieldManager: "kube-aggregator", dryRun: false, subresource: "status" },
        change: (newest) => (newest.spec.service === undefined ? newest : withAvailability(newest, found, nowMs)),
      },
      signal,
    );
  }

  #asked(server: WebhookServer): AskedServer {
    const { dial, env } = this.#options;
    return { handler: dial(server), origin: server.origin, clock: env.clock };
  }

  /** Throws an Error in upstream's words when the service has no endpoint. */
  #serverOf({ service, target }: Remote): WebhookServer {
    const { registry, proxyClient } = this.#options;
    const { caBundle = "", insecureSkipTLSVerify = false } = service.spec;
    return {
      ...serviceServer(registry(), target, this.#random),
      ca: caBundle === "" ? undefined : atob(caBundle),
      credentials: { ...proxyClient?.(), insecure: insecureSkipTLSVerify },
    };
  }
}

function keyOf(group: string, version: string): string {
  return `${group}/${version}`;
}

function availabilityOf(answer: ServerAnswer | undefined): Availability {
  if (answer === undefined || !("failure" in answer)) {
    return { status: "True", reason: "Passed", message: "all checks passed" };
  }
  return { status: "False", reason: "FailedDiscoveryCheck", message: answer.failure };
}

function unavailable(text: string): ApiResponse {
  return textResponse(503, `${text}\n`);
}
