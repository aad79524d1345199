import {
  bool,
  bytes,
  double,
  duration,
  type Infer,
  int32,
  int64,
  list,
  opt,
  rawExtension,
  ref,
  req,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";

const GROUP = "kubescheduler.config.k8s.io/v1";

export const Plugin = struct(
  `${GROUP}.Plugin`,
  {
    name: req(1, string, "Name of the plugin."),
    weight: opt(2, int32, "How much its scores count."),
  },
  { doc: "A plugin, and how much it counts." },
);
export interface Plugin extends Infer<typeof Plugin> {}

export const PluginSet = struct(
  `${GROUP}.PluginSet`,
  {
    enabled: opt(1, list(ref<Plugin>(() => Plugin)), "Beside those that are there by default, or instead of them."),
    disabled: opt(2, list(ref<Plugin>(() => Plugin)), "Those of the default that are left out; * for all."),
  },
  { doc: "The plugins of an extension point." },
);
export interface PluginSet extends Infer<typeof PluginSet> {}

const set = (tag: number, doc: string) =>
  opt(
    tag,
    ref<PluginSet>(() => PluginSet),
    doc,
  );

export const Plugins = struct(
  `${GROUP}.Plugins`,
  {
    preEnqueue: set(1, "Before pods come to the queue."),
    queueSort: set(2, "The order of the queue."),
    preFilter: set(3, "Before nodes are filtered."),
    filter: set(4, "Which nodes will do."),
    postFilter: set(5, "When none will do."),
    preScore: set(6, "Before nodes are scored."),
    score: set(7, "Which nodes are best."),
    reserve: set(8, "When a node is chosen."),
    permit: set(9, "Whether the pod may be bound."),
    preBind: set(10, "Before the binding."),
    bind: set(11, "The binding."),
    postBind: set(12, "After the binding."),
    multiPoint: set(13, "At all points that a plugin extends."),
  },
  { doc: "The plugins by extension point." },
);
export interface Plugins extends Infer<typeof Plugins> {}

export const PluginConfig = struct(
  `${GROUP}.PluginConfig`,
  {
    name: req(1, string, "Name of the plugin."),
    args: opt(2, rawExtension, "What it is told."),
  },
  { doc: "Arguments of a plugin." },
);
export interface PluginConfig extends Infer<typeof PluginConfig> {}

export const KubeSchedulerProfile = struct(
  `${GROUP}.KubeSchedulerProfile`,
  {
    schedulerName: opt(1, string, "Pods with this schedulerName are of this profile.", { keepZero: true }),
    percentageOfNodesToScore: opt(
      2,
      int32,
      "Hundredths of the nodes that are enough when feasible; 0 for the default.",
      {
        keepZero: true,
      },
    ),
    plugins: opt(
      3,
      ref<Plugins>(() => Plugins),
      "Which plugins differ from the default.",
    ),
    pluginConfig: opt(4, list(ref<PluginConfig>(() => PluginConfig)), "What plugins are told."),
  },
  { doc: "How pods of one scheduler name are scheduled." },
);
export interface KubeSchedulerProfile extends Infer<typeof KubeSchedulerProfile> {}

export const ExtenderManagedResource = struct(
  `${GROUP}.ExtenderManagedResource`,
  {
    name: req(1, string, "Name of the resource."),
    ignoredByScheduler: opt(2, bool, "Only the extender looks whether it fits."),
  },
  { doc: "A resource that an extender manages." },
);
export interface ExtenderManagedResource extends Infer<typeof ExtenderManagedResource> {}

export const ExtenderTLSConfig = struct(
  `${GROUP}.ExtenderTLSConfig`,
  {
    insecure: opt(1, bool, "Takes any certificate."),
    serverName: opt(2, string, "Name that the certificate must have."),
    certFile: opt(3, string, "File with the client's certificate."),
    keyFile: opt(4, string, "File with the client's key."),
    caFile: opt(5, string, "File with the authorities."),
    certData: opt(6, bytes, "The client's certificate."),
    keyData: opt(7, bytes, "The client's key."),
    caData: opt(8, bytes, "The authorities."),
  },
  { doc: "How an extender is known, and how it knows us." },
);
export interface ExtenderTLSConfig extends Infer<typeof ExtenderTLSConfig> {}

export const Extender = struct(
  `${GROUP}.Extender`,
  {
    urlPrefix: opt(1, string, "Where the extender is."),
    filterVerb: opt(2, string, "Added to the address to filter."),
    preemptVerb: opt(3, string, "Added to the address to preempt."),
    prioritizeVerb: opt(4, string, "Added to the address to score."),
    weight: opt(5, int64, "How much its scores count."),
    bindVerb: opt(6, string, "Added to the address to bind."),
    enableHTTPS: opt(7, bool, "Talks TLS."),
    tlsConfig: opt(
      8,
      ref<ExtenderTLSConfig>(() => ExtenderTLSConfig),
      "How it is known.",
    ),
    httpTimeout: opt(9, duration, "How long an answer may take.", { default: "5s" }),
    nodeCacheCapable: opt(10, bool, "Knows the nodes itself: only their names are sent."),
    managedResources: opt(
      11,
      list(ref<ExtenderManagedResource>(() => ExtenderManagedResource)),
      "Only pods that ask for one of these are sent.",
    ),
    ignorable: opt(12, bool, "Pods are scheduled without it while it fails."),
  },
  { doc: "A program that has a say over HTTP." },
);
export interface Extender extends Infer<typeof Extender> {}

export const LeaderElectionConfiguration = struct(
  `${GROUP}.LeaderElectionConfiguration`,
  {
    leaderElect: opt(1, bool, "Whether one of several schedulers is elected.", { keepZero: true }),
    leaseDuration: opt(2, duration, "How long a lease holds."),
    renewDeadline: opt(3, duration, "How long the leader tries to renew it."),
    retryPeriod: opt(4, duration, "How often it is tried."),
    resourceLock: opt(5, string, "leases."),
    resourceName: opt(6, string, "Name of the lease."),
    resourceNamespace: opt(7, string, "Namespace of the lease."),
  },
  { doc: "How a leader is elected." },
);
export interface LeaderElectionConfiguration extends Infer<typeof LeaderElectionConfiguration> {}

export const ClientConnectionConfiguration = struct(
  `${GROUP}.ClientConnectionConfiguration`,
  {
    kubeconfig: opt(1, string, "File with the way to the API."),
    acceptContentTypes: opt(2, string, "Media types that are taken."),
    contentType: opt(3, string, "Media type that is sent."),
    qps: opt(4, double, "Requests per second."),
    burst: opt(5, int32, "Requests at once."),
  },
  { doc: "How the API is reached." },
);
export interface ClientConnectionConfiguration extends Infer<typeof ClientConnectionConfiguration> {}

export const KubeSchedulerConfiguration = struct(
  `${GROUP}.KubeSchedulerConfiguration`,
  {
    ...typeMeta,
    parallelism: opt(1, int32, "Threads of the search.", { keepZero: true }),
    leaderElection: opt(
      2,
      ref<LeaderElectionConfiguration>(() => LeaderElectionConfiguration),
      "How a leader is elected.",
    ),
    clientConnection: opt(
      3,
      ref<ClientConnectionConfiguration>(() => ClientConnectionConfiguration),
      "How the API is reached.",
    ),
    enableProfiling: opt(4, bool, "Serves profiles.", { keepZero: true }),
    enableContentionProfiling: opt(5, bool, "Serves profiles of locks.", { keepZero: true }),
    percentageOfNodesToScore: opt(
      6,
      int32,
      "Hundredths of the nodes that are enough when feasible; 0 for the default.",
      {
        keepZero: true,
      },
    ),
    podInitialBackoffSeconds: opt(7, int64, "How long a pod waits after its first failure.", {
      keepZero: true,
      default: 1,
    }),
    podMaxBackoffSeconds: opt(8, int64, "How long it waits at most.", { keepZero: true, default: 10 }),
    profiles: opt(9, list(ref<KubeSchedulerProfile>(() => KubeSchedulerProfile)), "By scheduler name."),
    extenders: opt(10, list(ref<Extender>(() => Extender)), "Programs that have a say over HTTP."),
    delayCacheUntilActive: opt(11, bool, "Waits with its caches until it is elected."),
  },
  { doc: "How pods are scheduled." },
);
export interface KubeSchedulerConfiguration extends Infer<typeof KubeSchedulerConfiguration> {}
