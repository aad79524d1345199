import { type ApiResponse, gatedFields, type Handler, type UserInfo } from "@skates/apimachinery";
import { type Component, isAbort, type Metrics } from "@skates/component-base";
import type { Authorizer } from "./auth.ts";
import { chain } from "./chain.ts";
import type { RequestContext } from "./context.ts";
import { Deadlines } from "./deadlines.ts";
import { Discovery } from "./discovery/discovery.ts";
import { serveHealth } from "./health.ts";
import { type CountedRoute, RequestMetrics } from "./metrics.ts";
import { type ApiServerOptions, DEFAULT_LIMITS, type HealthCheck } from "./options.ts";
import type { RegistryCore } from "./registry/core.ts";
import { LeasePool } from "./registry/lease-pool.ts";
import type { Registry } from "./registry/registry.ts";
import { ServedSet } from "./registry/served.ts";
import { serverRegistry } from "./registry/server-registry.ts";
import { WatchKeeper } from "./registry/watch-keeper.ts";
import { jsonResponse, pageNotFound, textResponse } from "./responses.ts";
import type { Route } from "./route.ts";
import type { ResourceServer } from "./resource-request.ts";
import { findServed, serveResource } from "./serve-resource.ts";
import { versionDocument } from "./version.ts";
import { WatchCache } from "./watch-cache/watch-cache.ts";
import { timeoutError } from "./timeout-error.ts";
import type { Offer } from "./wire/accept.ts";

/** An API server: `run` keeps its caches; requests that need them wait until they are loaded. */
export interface ApiServer extends Component {
  /** For transport: answers are bytes. Never rejects. */
  readonly handler: Handler;
  /** The same chain under an identity, in process: bodies stay objects. */
  loopback(user: UserInfo): Handler;
  readonly registry: Registry;
}

const TICK_MS = 1000;
const PLAIN_OFFER: Offer = { as: [], stream: false };
const DISCOVERY_OFFER: Offer = { as: ["APIGroupDiscoveryList"], stream: false };
const OWN_OFFER: Offer = { as: [], stream: false, own: true };
const OBJECT_OFFER: Offer = { as: ["Table", "PartialObjectMetadata"], stream: false };
const LIST_OFFER: Offer = { as: ["Table", "PartialObjectMetadataList"], stream: false };
const WATCH_OFFER: Offer = { as: ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"], stream: true };

/** Puts a server together. Nothing happens before `run`. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const core = coreOf(options);
  const { env, limits, watchCache } = core;
  const keeper = new WatchKeeper(env.clock, env.metrics, limits.bookmarkMs);
  const deadlines = new Deadlines(env.clock);
  const registry = serverRegistry(core);
  for (const resource of options.resources) registry.add(resource);
  for (const special of options.specials?.(registry) ?? []) core.served.addSpecial(special);
  core.admission = options.admission(registry);
  const authorizer: Authorizer = options.authorizer(registry);
  const resources: ResourceServer = { core, keeper, registry };
  const paths = new Paths(options, { core });
  const handler = chain({
    env,
    limits,
    deadlines,
    metrics: new RequestMetrics(env.metrics),
    authenticator: options.authenticator,
    authorizer: () => authorizer,
    audit: options.audit?.(registry),
    impersonation: options.impersonation,
    fairness: options.fairness,
    turn: core.turn,
    gzip: options.gzip,
    overWebSocket: options.overWebSocket,
    offer: (route) => offerFor(route, core.served),
    counted: (route) => countedRoute(route, core.served, options.aggregation?.versionOf(route.path) !== undefined),
    passedOn: ({ path }) => options.aggregation?.versionOf(path) !== undefined,
    dispatch: async (context) => {
      const remote = options.aggregation?.versionOf(context.request.path);
      if (remote !== undefined) {
        const forwarded = await options.aggregation?.forward(remote.group, remote.version, context);
        return forwarded ?? pageNotFound();
      }
      if (!context.route.resourceRequest) return await paths.serve(context);
      const served = findServed(resources, context);
      return served === undefined ? pageNotFound() : await serveResource({ server: resources, context, served });
    },
  });
  return {
    name: "kube-apiserver",
    handler,
    loopback: (user) => (request) => handler({ ...request, peer: { loopback: user } }),
    registry,
    ready: () => watchCache.loaded,
    run: async (signal) => {
      const ticking = tick({ core, keeper, deadlines }, signal);
      try {
        await watchCache.run(signal);
      } finally {
        keeper.endAll();
      }
      await ticking;
    },
  };
}

function coreOf(options: ApiServerOptions): RegistryCore {
  const { env, store } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const forever = new AbortController();
  const turn = options.turn ?? (() => env.clock.sleep(0, forever.signal));
  return {
    env,
    store,
    limits,
    turn,
    dropGated: gatedFields((gate) => env.gates.enabled(gate)),
    served: new ServedSet(),
    admission: [],
    leases: new LeasePool(store, env.clock),
    names: env.random.stream("names"),
    uids: env.random.stream("uids"),
    watchCache: new WatchCache({
      store,
      storagePrefix: options.storagePrefix ?? "/registry/",
      ringLimits: { events: limits.eventsKept, bytes: limits.eventsKeptBytes },
      decodedObjects: limits.decodedObjects,
      log: env.log,
      onDecode: options.onDecode,
      turn,
    }),
  };
}

interface Ticked {
  readonly core: RegistryCore;
  readonly keeper: WatchKeeper;
  readonly deadlines: Deadlines;
}

/** One timer for all that has a time: deadlines, bookmarks, ends of watches. */
async function tick({ core, keeper, deadlines }: Ticked, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await core.env.clock.sleep(TICK_MS, signal);
      keeper.tick();
      deadlines.tick(timeoutError);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

/** A route of which only words that something here is called by are left. */
function countedRoute(route: Route, served: ServedSet, remote: boolean): CountedRoute {
  if (!route.resourceRequest) return route;
  const { group, version, resource, subresource } = route;
  const found = served.find(group, version, resource);
  if (found === undefined) {
    return { ...route, ...(remote ? {} : { group: "", version: "" }), resource: "", subresource: "" };
  }
  const known =
    subresource === "" ||
    found.subresources.has(subresource) ||
    served.special(group, resource, subresource) !== undefined;
  return known ? route : { ...route, subresource: "" };
}

function offerFor(route: Route, served: ServedSet): Offer {
  if (!route.resourceRequest) {
    if (route.path === "/openapi/v2") return OWN_OFFER;
    return route.path === "/api" || route.path === "/apis" ? DISCOVERY_OFFER : PLAIN_OFFER;
  }
  if (route.verb === "watch") return WATCH_OFFER;
  // Reviews and the like are answers, not objects that are kept: they have no metadata to show, and no row in a table.
  if (route.verb === "create" && served.special(route.group, route.resource, route.subresource) !== undefined)
    return PLAIN_OFFER;
  return route.verb === "list" || route.verb === "deletecollection" ? LIST_OFFER : OBJECT_OFFER;
}

/** Paths that are no resources: discovery, health, version, metrics, and what others add. */
class Paths {
  readonly #options: ApiServerOptions;
  readonly #discovery: Discovery;
  readonly #checks: readonly HealthCheck[];
  readonly #watchCache: WatchCache;

  constructor(options: ApiServerOptions, { core }: { readonly core: RegistryCore }) {
    this.#options = options;
    this.#watchCache = core.watchCache;
    this.#discovery = new Discovery(core.served, {
      version: options.version.gitVersion,
      turn: core.turn,
      aggregation: options.aggregation,
    });
    const cache: HealthCheck = {
      name: "informer-sync",
      of: "readyz",
      check: () => (core.watchCache.loaded ? undefined : "the watch cache is being loaded"),
    };
    this.#checks = [cache, ...(options.health ?? [])];
  }

  async serve(context: RequestContext): Promise<ApiResponse> {
    const { request, signal, user } = context;
    const added = this.#options.paths?.find((candidate) => candidate.path === request.path);
    if (added !== undefined) return await added.handle(request, user, signal);
    const found = request.method === "GET" || request.method === "HEAD" ? await this.#read(context) : undefined;
    return found ?? pageNotFound();
  }

  async #read(context: RequestContext): Promise<ApiResponse | undefined> {
    const { request } = context;
    const { path } = request;
    if (path === "/version" || path === "/version/") return jsonResponse(200, versionDocument(this.#options.version));
    if (path === "/metrics") {
      countObjects(this.#options.env.metrics, this.#watchCache);
      return textResponse(200, this.#options.env.metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
    }
    return serveHealth(this.#checks, path, request.query) ?? (await this.#discovery.serve(context));
  }
}

/** Counted when somebody looks. */
function countObjects(metrics: Metrics, watchCache: WatchCache): void {
  const objects = metrics.gauge({
    name: "apiserver_resource_objects",
    help: "Objects that are stored.",
    labels: ["group", "resource"],
  });
  for (const cache of watchCache.caches) {
    const { group, plural } = cache.resource;
    objects.set([group, plural], cache.size);
  }
}
