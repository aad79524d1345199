import { resourcesBehind } from "@skates/api";
import { apiServices } from "@skates/api/apiregistration/v1";
import { validatingAdmissionPolicies } from "@skates/api/admissionregistration/v1";
import { leases } from "@skates/api/coordination/v1";
import { configMaps, pods, services } from "@skates/api/core/v1";
import { nodes as nodeMetrics, pods as podMetrics } from "@skates/api/metrics/v1beta1";
import { flowSchemas } from "@skates/api/flowcontrol/v1";
import type { Handler, Resource, UserInfo } from "@skates/apimachinery";
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
  type PathHandler,
  type Registry,
} from "@skates/apiserver";
import { type Client, clientFor } from "@skates/client";
import { createInformer } from "@skates/controller-runtime";
import { type Component, type Env, must, TaskGroup } from "@skates/component-base";
import type { RevisionStore } from "@skates/storage";
import type { ReadRequestSubject } from "./admission/certificate-subject-restriction.ts";
import { checkedPolicies } from "./admission/policy/checked-policies.ts";
import { keepPolicyStatus } from "./admission/policy/policy-status.ts";
import { type AdmissionSettings, admissionPlugins } from "./admission/plugins.ts";
import { Aggregator, type ProxyClient } from "./aggregation/aggregator.ts";
import { registerOwnApis } from "./aggregation/registration.ts";
import { createAuthenticator, type IdentityTrust } from "./authentication/authenticator.ts";
import { anonymousAccess, type AuthenticationSettings, tokenMethods } from "./authentication/settings.ts";
import type { TokenMethod } from "./authentication/token-method.ts";
import type { TokenOptions } from "./authentication/token-options.ts";
import { API_SERVER, authenticated } from "./authentication/users.ts";
import { type AuthorizationSettings, createAuthorizer, NODE_AND_RBAC } from "./authorization/settings.ts";
import type { ChainedAuthorizer } from "./authorization/union.ts";
import { PolicySource } from "./authorization/rbac/policy-source.ts";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { type DefaultPolicy, defaultPolicy } from "./bootstrap/policy/default-policy.ts";
import { reconcilePolicy } from "./bootstrap/policy/reconcile-policy.ts";
import type { ApiEndpoint } from "./bootstrap/system-objects.ts";
import { compactStore } from "./compaction.ts";
import { flowControlDumps } from "./flow-control/debug-dumps.ts";
import { FlowControl } from "./flow-control/flow-control.ts";
import { keepConfiguration } from "./flow-control/keep-configuration.ts";
import { type KubeletDialer, Kubelets } from "./kubelet/kubelets.ts";
import { keepIdentityLease } from "./bootstrap/identity-lease.ts";
import { type StartTask, untilDone } from "./bootstrap/until-done.ts";
import { noteTokenTracking } from "./bootstrap/legacy-token-tracking.ts";
import { publishTrust } from "./authentication/publish-trust.ts";
import { openidPaths } from "./openid-paths.ts";
import { withPendingWarning } from "./pending-kinds.ts";
import { ClusterAddresses } from "./services/cluster-addresses.ts";
import { NodePorts, type PortRange } from "./services/node-ports.ts";
import { PortRangeRecord } from "./services/port-range-record.ts";
import { releaseAddresses } from "./services/release-addresses.ts";
import { claimForService } from "./services/service-claims.ts";
import { checkedDefinitions } from "./custom-resources/checked-definitions.ts";
import { CustomResources } from "./custom-resources/custom-resources.ts";
import { metricsHandlers } from "./resource-metrics/metrics-handlers.ts";
import { bindablePods, bindingHandlers } from "./specials/bindings.ts";
import { componentStatusHandler } from "./specials/component-statuses.ts";
import { evictionHandler } from "./specials/eviction.ts";
import { nodeProxyHandler } from "./specials/node-proxy.ts";
import { podLogHandler } from "./specials/pod-log.ts";
import { podStreamHandlers } from "./specials/pod-streams.ts";
import { reviewHandlers } from "./specials/reviews.ts";
import { tokenRequestHandler } from "./specials/token-request.ts";
import { createWebhookCaller, type WebhookCaller } from "./webhooks/webhook-caller.ts";
import type { WebhookDialer } from "./webhooks/webhook-target.ts";
import { type WorkloadDialer, workloadProxyHandlers } from "./specials/workload-proxy.ts";

export interface KubeApiServerOptions
  extends Pick<
    ApiServerOptions,
    "version" | "limits" | "turn" | "gzip" | "overWebSocket" | "audit" | "storagePrefix" | "health"
  > {
  readonly env: Env;
  /** Owned by the caller, who closes it after `run` has returned. */
  readonly store: RevisionStore;
  readonly tokens: TokenOptions;
  readonly authentication?: AuthenticationSettings | undefined;
  /** Default: nodes by what is theirs, everybody by roles. */
  readonly authorization?: AuthorizationSettings | undefined;
  /** Whose certificates count, for what; also published for aggregated servers. Default: nobody speaks for others. */
  readonly trust?: (() => IdentityTrust) | undefined;
  /** Ranges of service addresses, at most one of each family; the first address of the first is the API's own. */
  readonly serviceCidrs: readonly string[];
  /** Default 30000-32767. */
  readonly nodePorts?: PortRange | undefined;
  /** Where pods and nodes reach this server. */
  readonly endpoint: ApiEndpoint;
  readonly kubelets: KubeletDialer;
  /** For `pods/proxy` and `services/proxy`; absent: those are answered with 501. */
  readonly workloads?: WorkloadDialer | undefined;
  /** Reads requests for certificates; absent: requests for client certificates are refused. */
  readonly readRequest?: ReadRequestSubject | undefined;
  /** Which admission plugins run; default: those that are on by default, with their defaults. */
  readonly admission?: AdmissionSettings | undefined;
  /** How this server proves to aggregated servers that it speaks for its callers; absent: it does not. */
  readonly proxyClient?: (() => ProxyClient) | undefined;
  /** For webhooks of all sorts and aggregated servers; absent: calls of them fail. */
  readonly webhooks?: WebhookDialer | undefined;
  /** False: requests beyond the limits in flight are refused, whoever sends them. Default true. */
  readonly fairness?: boolean | undefined;
  /** Default: all built-in ones. */
  readonly resources?: readonly Resource[] | undefined;
  readonly paths?: readonly PathHandler[] | undefined;
}

/** This cluster's API server. */
export interface KubeApiServer extends Component {
  /** For transport: answers are bytes. Never rejects. */
  readonly handler: Handler;
  /** The same chain in process, under an identity that needs no proof; `system:authenticated` is added. */
  loopback(user: UserInfo): Handler;
  readonly registry: Registry;
}

const NODE_PORTS: PortRange = { from: 30_000, to: 32_767 };

/** Puts the server together. Nothing happens before `run`, which also makes what every cluster has from the start. */
export function createKubeApiServer(options: KubeApiServerOptions): KubeApiServer {
  const { env, store, tokens } = options;
  const audiences = audiencesOf(tokens);
  const trust = options.trust ?? ((): IdentityTrust => ({}));
  let parts: Parts | undefined;
  const made = (): Parts => must(parts, "the API server's inner parts");
  let bootstrapped = false;
  const fairness = fairnessOf(options, () => server.registry);
  let custom: CustomResources | undefined;
  let registered: (() => boolean) | undefined;
  const aggregator = new Aggregator({
    env,
    registry: () => made().registry,
    dial: options.webhooks ?? noWebhooks,
    proxyClient: options.proxyClient,
  });

  const policies = checkedPolicies();
  const server = createApiServer({
    ...options,
    resources: resourcesOf(options).map((resource) => withPendingWarning(adjusted(resource, made, policies))),
    authenticator: createAuthenticator({
      trust,
      tokens: () => made().tokens,
      anonymous: () => anonymousAccess(options.authentication ?? {}),
      audiences,
      log: env.log,
    }),
    authorizer: () => made().authorizer,
    fairness: fairness?.stage,
    aggregation: aggregator,
    admission: (registry) => {
      const { readRequest, admission: settings } = options;
      return admissionPlugins({ ...made(), env, registry, readRequest, settings });
    },
    specials: (registry) => {
      parts = makeParts(options, registry, () => server);
      return specialsOf(options, audiences, parts);
    },
    paths: [
      ...openidPaths(tokens),
      ...(fairness === undefined ? [] : flowControlDumps(() => fairness)),
      ...(options.paths ?? []),
    ],
    health: [
      ...(options.health ?? []),
      {
        name: "poststarthook/bootstrap-system-objects",
        of: "readyz",
        check: () => (bootstrapped ? undefined : "not finished"),
      },
      {
        name: "poststarthook/crd-informer-synced",
        of: "readyz",
        check: () => (custom?.ready() === false ? "not finished" : undefined),
      },
    ],
  });

  return {
    name: "kube-apiserver",
    handler: server.handler,
    loopback: (user) => server.loopback(authenticated(user)),
    registry: server.registry,
    ready: () => bootstrapped && server.ready() && custom?.ready() !== false && registered?.() !== false,
    async run(signal) {
      const group = new TaskGroup(signal);
      group.spawn((own) => server.run(own));
      group.spawn(async (own) => {
        const start = { ...made(), clock: env.clock, serviceCidrs: options.serviceCidrs, endpoint: options.endpoint };
        await new Promise<void>((usable) => {
          const firstObjects: StartTask = {
            subject: "objects of every cluster",
            run: (inner) => bootstrap(start, inner),
            refused: usable,
          };
          group.spawn((inner) => untilDone(env, firstObjects, inner).finally(usable));
        });
        own.throwIfAborted();
        bootstrapped = true;
        if (serves(server.registry, configMaps))
          group.spawn((inner) =>
            untilDone(
              env,
              { subject: "the day since which use of tokens is noted", run: (each) => noteTokenTracking(start, each) },
              inner,
            ),
          );
        if (fairness !== undefined) group.spawn((inner) => keepConfiguration({ ...made(), ...env }, inner));
        group.spawn((inner) => publishTrust({ ...made(), env, trust }, inner));
        group.spawn((inner) =>
          untilDone(env, { subject: "default roles and bindings", run: (each) => settlePolicy(made(), each) }, inner),
        );
        if (serves(server.registry, leases))
          group.spawn((inner) => keepIdentityLease({ ...made(), env, endpoint: options.endpoint }, inner));
        if (serves(server.registry, validatingAdmissionPolicies))
          group.spawn((inner) => keepPolicyStatus({ ...made(), env }, inner));
        group.spawn((inner) => made().record.run(inner));
        await releaseAddresses({ env, ...made() }, own);
      });
      if (serves(server.registry, checkedDefinitions)) {
        const definitions = new CustomResources({ ...made(), env });
        custom = definitions;
        group.spawn((own) => definitions.run(own));
      }
      if (serves(server.registry, apiServices)) {
        const informer = createInformer(made().client.resource(apiServices), apiServices, { env });
        registered = () => informer.synced();
        group.spawn((own) => informer.run(own));
        group.spawn((own) => aggregator.run(informer, own));
        if (custom !== undefined) group.spawn((own) => registerOwnApis({ ...made(), env }, informer, own));
      }
      group.spawn((own) => compactStore(env, store, own));
      if (fairness !== undefined) group.spawn((own) => fairness.run(own));
      await group.join();
    },
  };
}

/** Undefined: not wanted, or the kinds that configure it are not served. */
function fairnessOf(options: KubeApiServerOptions, registry: () => Registry): FlowControl | undefined {
  const served = resourcesOf(options).some(({ group }) => group === flowSchemas.group);
  if (options.fairness === false || !served) return undefined;
  const { readingInFlight = 400, writingInFlight = 200, requestMs = 60_000 } = options.limits ?? {};
  const serverSeats = readingInFlight + writingInFlight;
  const { env, turn } = options;
  return new FlowControl({ env, registry, serverSeats, waitMs: requestMs / 4, turn });
}

/** Some servers are put together of fewer kinds. */
function serves(registry: Registry, wanted: Pick<Resource, "group" | "plural">): boolean {
  return registry.resources().some(({ group, plural }) => group === wanted.group && plural === wanted.plural);
}

/** What needs the server that it is part of. */
interface Parts {
  readonly registry: Registry;
  readonly client: Client;
  readonly tokens: TokenMethod;
  readonly authorizer: ChainedAuthorizer;
  readonly policy: DefaultPolicy;
  readonly source: PolicySource;
  readonly addresses: ClusterAddresses;
  readonly ports: NodePorts;
  readonly record: PortRangeRecord;
  readonly webhooks: WebhookCaller;
}

function makeParts(options: KubeApiServerOptions, registry: Registry, server: () => ApiServer): Parts {
  const { env, tokens, authentication: settings = {} } = options;
  const { clock, random } = env;
  const handler: Handler = (request) => server().loopback(API_SERVER)(request);
  const client = clientFor(handler, { userAgent: "kube-apiserver", clock, random: random.stream("own-client") });
  const policy = defaultPolicy();
  const source = new PolicySource(registry, policy);
  const range = options.nodePorts ?? NODE_PORTS;
  const storagePrefix = options.storagePrefix ?? "/registry/";
  const record = new PortRangeRecord({ env, registry, store: options.store, storagePrefix, range });
  const webhooks = createWebhookCaller({ registry, clock, random, dial: options.webhooks ?? noWebhooks });
  return {
    registry,
    client,
    policy,
    source,
    authorizer: createAuthorizer({
      env,
      registry,
      source,
      webhooks,
      settings: options.authorization ?? ((): typeof NODE_AND_RBAC => NODE_AND_RBAC),
    }),
    tokens: tokenMethods({ env, registry, client, webhooks, tokens, settings, audiences: audiencesOf(tokens) }),
    addresses: new ClusterAddresses({ registry, client, random }),
    ports: new NodePorts({ registry, random, range, onChange: () => record.changed() }),
    record,
    webhooks,
  };
}

function audiencesOf({ audiences, issuer }: TokenOptions): readonly string[] {
  return audiences ?? [issuer];
}

function noWebhooks(): Handler {
  return () => Promise.reject(new Error("this server has been given no way to reach webhooks"));
}

/** Writes the default roles and bindings; until then they count as if they were stored. */
async function settlePolicy(parts: Parts, signal: AbortSignal): Promise<void> {
  await reconcilePolicy(parts, parts.policy, signal);
  parts.source.settle();
}

/** Services claim addresses and ports, pods can be bound, expressions of policies are compiled; other kinds are as they are. */
function adjusted(resource: Resource, parts: () => Parts, policies: readonly Resource[]): Resource {
  if (resource.group === checkedDefinitions.group && resource.plural === checkedDefinitions.plural) {
    return checkedDefinitions;
  }
  const withExpressions = policies.find((kind) => kind.group === resource.group && kind.plural === resource.plural);
  if (withExpressions !== undefined) return withExpressions;
  if (resource.group !== "") return resource;
  if (resource.plural === pods.plural) return bindablePods;
  if (resource.plural !== services.plural) return resource;
  const claiming: typeof services = {
    ...services,
    strategy: {
      ...services.strategy,
      begin: (next, old, request, signal) => claimForService(parts(), { next, old, request }, signal),
    },
  };
  return claiming;
}

function specialsOf(options: KubeApiServerOptions, audiences: readonly string[], parts: Parts) {
  const { env, tokens } = options;
  const { registry, client } = parts;
  const kubelets = new Kubelets(registry, options.kubelets);
  return [
    ...bindingHandlers,
    componentStatusHandler(options.store),
    evictionHandler(client),
    tokenRequestHandler({ ...tokens, audiences, random: env.random }),
    ...reviewHandlers({ ...parts, audiences }),
    podLogHandler(kubelets),
    ...podStreamHandlers(kubelets, parts.authorizer),
    ...metricsHandlers({ env, dial: options.kubelets }),
    nodeProxyHandler(kubelets, options.workloads),
    ...(options.workloads === undefined ? [] : workloadProxyHandlers({ dial: options.workloads, random: env.random })),
  ];
}

/** What is served: what was asked for, else all kinds, and those whose feature gates are on. */
function resourcesOf({ env, resources }: KubeApiServerOptions): readonly Resource[] {
  if (resources !== undefined) return resources;
  return [...resourcesBehind(env.gates), nodeMetrics, podMetrics];
}
