// Warnings that clients see with an answer: each kind of them once, word for word, and none for an object that is well written.
import type { ApiObject, Resource } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { cronJobs } from "../../batch/v1/index.ts";
import { deployments, statefulSets } from "../../apps/v1/index.ts";
import { ingresses, networkPolicies } from "../../networking/v1/index.ts";
import { madeObject } from "../../testing.ts";
import { persistentVolumeClaims, persistentVolumes, pods, podTemplates, serviceAccounts, services } from "./index.ts";

const container = (rest: object = {}): object => ({ name: "c", image: "i", ...rest });
const podSpec = (rest: object = {}): object => ({ containers: [container()], ...rest });
const template = (rest: object = {}, metadata: object = {}): object => ({ metadata, spec: podSpec(rest) });
const NULL_SELECTOR = "a null labelSelector results in matching no pod";
const OLD_ZONE = 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead';
const ZONE = "failure-domain.beta.kubernetes.io/zone";

function warned<T extends ApiObject>(resource: Resource<T>, given: object, old?: object): readonly string[] {
  const before = old === undefined ? undefined : madeObject(resource, old);
  return resource.strategy.warnings?.(madeObject(resource, given), before) ?? [];
}

test.each<[title: string, spec: object, warnings: readonly string[]]>([
  ["nothing", {}, []],
  [
    "old labels of nodes",
    {
      nodeSelector: { "beta.kubernetes.io/os": "linux" },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "Exists" }] }],
          },
        },
      },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule", labelSelector: {} },
      ],
    },
    [
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      `spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: ${ZONE} is ${OLD_ZONE}`,
      `spec.topologySpreadConstraints[0].topologyKey: ${ZONE} is ${OLD_ZONE}`,
    ],
  ],
  [
    "selectors of nothing",
    {
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "a" }] } },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "a", whenUnsatisfiable: "DoNotSchedule" }],
    },
    [
      `spec.topologySpreadConstraints[0].labelSelector: ${NULL_SELECTOR}`,
      `spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: ${NULL_SELECTOR}`,
    ],
  ],
  [
    "volumes that are going, and a token where another file is",
    {
      volumes: [
        { name: "g", gitRepo: { repository: "r" } },
        {
          name: "p",
          projected: {
            sources: [
              { serviceAccountToken: { path: "t" } },
              { secret: { name: "s", items: [{ key: "k", path: "t" }] } },
            ],
          },
        },
      ],
    },
    [
      "spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+",
      'spec.volumes[1].projected.sources.secrets[0]: has duplicated path with ServiceAccountToken "t"',
    ],
  ],
  [
    "what is there twice",
    {
      hostAliases: [{ ip: "10.0.0.1" }, { ip: "10.0.0.1" }],
      imagePullSecrets: [{ name: "a" }, { name: "a" }, {}],
    },
    [
      'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.imagePullSecrets[2].name: invalid empty name ""',
    ],
  ],
  [
    "fractions of bytes",
    {
      containers: [container({ resources: { requests: { memory: "1500m", "ephemeral-storage": "1500m" } } })],
    },
    [
      'spec.containers[0].resources.requests[memory]: fractional byte value "1500m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  ],
  [
    "variables that hide others, but for those that build on them",
    {
      containers: [
        container({
          env: [
            { name: "A", value: "1" },
            { name: "A", value: "$(A)2" },
            { name: "A", value: "$(A)" },
            { name: "B", value: "1" },
            { name: "B", value: "2" },
          ],
        }),
      ],
    },
    [
      'spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply',
      'spec.containers[0].env[4]: hides previous definition of "B", which may be dropped when using apply',
    ],
  ],
  [
    "ports of any containers that are or may be the same",
    {
      containers: [
        container({ ports: [{ containerPort: 80, hostPort: 80 }] }),
        container({
          name: "d",
          ports: [
            { containerPort: 80 },
            { containerPort: 81, hostIP: "10.0.0.1" },
            { containerPort: 80, hostPort: 80, hostIP: "10.0.0.1" },
          ],
        }),
      ],
    },
    [
      "spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]",
      "spec.containers[1].ports[1]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP HostIP:10.0.0.1}",
      "spec.containers[1].ports[2]: dangerously ambiguous port definition with spec.containers[0].ports[0]",
      "spec.containers[1].ports[2]: overlapping port definition with spec.containers[1].ports[0]",
    ],
  ],
  [
    "a negative grace period",
    { terminationGracePeriodSeconds: -1 },
    ["spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"],
  ],
])("of a pod: %s", (_, spec, warnings) => {
  expect(warned(pods, { spec: podSpec(spec) })).toEqual(warnings);
  // The same in a template, where it says where it stands; and nobody is told twice.
  const prefixed = warnings.map((text) => text.replaceAll(/(^| with )spec\./g, "$1template.spec."));
  expect(warned(podTemplates, { template: template(spec) })).toEqual(prefixed);
  expect(warned(pods, { spec: podSpec(spec) }, { spec: podSpec(spec) })).toEqual([]);
});

test("annotations without effect", () => {
  const annotations = {
    "security.alpha.kubernetes.io/sysctls": "a",
    "seccomp.security.alpha.kubernetes.io/pod": "a",
    "container.apparmor.security.beta.kubernetes.io/c": "a",
  };
  const selector = { matchLabels: { a: "b" } };
  const made = { spec: { selector, template: template({}, { labels: { a: "b" }, annotations }) } };
  expect(warned(deployments, { ...made, metadata: { name: "a.b" } })).toEqual([
    expect.stringContaining(
      "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [",
    ),
    'spec.template.metadata.annotations[security.alpha.kubernetes.io/sysctls]: non-functional in v1.11+; use the "sysctls" field instead',
    'spec.template.metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
    'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ]);
});

const OLD_CLASS = { "volume.beta.kubernetes.io/storage-class": "a" };

test.each<[title: string, resource: Resource, given: object, warnings: readonly string[]]>([
  [
    "service",
    services,
    { spec: { ports: [{ port: 80 }], externalIPs: ["2001:DB8::1"], trafficDistribution: "PreferClose" } },
    [
      'spec.externalIPs[0]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ],
  ],
  [
    "headless service",
    services,
    { spec: { ports: [{ port: 80 }], clusterIP: "None", sessionAffinity: "ClientIP" } },
    ["spec.SessionAffinity is ignored for headless services"],
  ],
  [
    "claim",
    persistentVolumeClaims,
    { metadata: { name: "x", annotations: OLD_CLASS }, spec: { resources: { requests: { storage: "1500m" } } } },
    [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ],
  ],
  [
    "volume",
    persistentVolumes,
    { spec: { persistentVolumeReclaimPolicy: "Recycle", capacity: { storage: "1Gi" }, rbd: { image: "i" } } },
    [
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
      "spec.rbd: deprecated in v1.28, non-functional in v1.31+",
    ],
  ],
  [
    "account",
    serviceAccounts,
    { metadata: { name: "x", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } } },
    [
      "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
    ],
  ],
  [
    "ingress",
    ingresses,
    { metadata: { name: "x", annotations: { "kubernetes.io/ingress.class": "a" } } },
    [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`],
  ],
  [
    "network policy",
    networkPolicies,
    { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.1/8" } }] }] } },
    [
      'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
    ],
  ],
  [
    "stateful set",
    statefulSets,
    { spec: { revisionHistoryLimit: -1, selector: {}, serviceName: "s", template: template() } },
    ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"],
  ],
  [
    "cron job",
    cronJobs,
    {
      metadata: { name: "x.y" },
      spec: { schedule: "* * * * *", jobTemplate: { spec: { template: template({ restartPolicy: "Never" }) } } },
    },
    [expect.stringContaining("metadata.name: this is used in Pod names and hostnames")],
  ],
])("of a %s", (_, resource, given, warnings) => {
  expect(warned(resource, given)).toEqual(warnings);
});
