// Storage, networking, rights, budgets, quotas and autoscalers: what each refuses and keeps.
import { describe, expect, test } from "vitest";
import { horizontalPodAutoscalers as autoscalersV1 } from "./autoscaling/v1/horizontal-pod-autoscaler.ts";
import { autoscalerFromHub, autoscalerToHub } from "./autoscaling/v1/horizontal-pod-autoscaler-conversion.ts";
import { horizontalPodAutoscalers } from "./autoscaling/v2/horizontal-pod-autoscaler.ts";
import { limitRanges } from "./core/v1/limit-range.ts";
import { persistentVolumeClaims } from "./core/v1/persistent-volume-claim.ts";
import { persistentVolumes } from "./core/v1/persistent-volume.ts";
import { replicationControllers } from "./core/v1/replication-controller.ts";
import { resourceQuotas } from "./core/v1/resource-quota.ts";
import { ingresses } from "./networking/v1/ingress.ts";
import { networkPolicies } from "./networking/v1/network-policy.ts";
import { podDisruptionBudgets } from "./policy/v1/pod-disruption-budget.ts";
import { roleBindings } from "./rbac/v1/role-binding.ts";
import { roles } from "./rbac/v1/role.ts";
import { storageClasses } from "./storage/v1/storage-class.ts";
import { createFindings, madeObject, rowOf, testRequest, updateFindings } from "./testing.ts";

describe("claims", () => {
  const claim = (spec: object = {}, more: object = {}): object => ({
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
    ...more,
  });

  test("say how and how much", () => {
    expect(createFindings(persistentVolumeClaims, claim())).toEqual([]);
    expect(createFindings(persistentVolumeClaims, { spec: {} })).toEqual([
      "spec.accessModes: Required value: at least 1 access mode is required",
      "spec.resources[storage]: Required value",
    ]);
    expect(
      createFindings(persistentVolumeClaims, claim({ accessModes: ["ReadWriteOncePod", "ReadOnlyMany"] })),
    ).toEqual(["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"]);
  });

  test("grow when bound, and change in no other way", () => {
    const bound = { status: { phase: "Bound", capacity: { storage: "1Gi" } } };
    const named = { volumeName: "v" };
    const larger = { ...named, resources: { requests: { storage: "2Gi" } } };
    const from = claim(named, bound);
    expect(updateFindings(persistentVolumeClaims, { from, to: claim(larger, bound) })).toEqual([]);
    expect(
      updateFindings(persistentVolumeClaims, { from, to: claim({ ...named, accessModes: ["ReadOnlyMany"] }, bound) }),
    ).toEqual([
      "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    ]);
    expect(updateFindings(persistentVolumeClaims, { from: claim(), to: claim(named) })).toEqual([]);
  });

  test("begin as pending, filled from what both fields name", () => {
    const dataSource = { kind: "PersistentVolumeClaim", name: "other" };
    const made = madeObject(persistentVolumeClaims, claim({ dataSource }));
    const created = persistentVolumeClaims.strategy.prepare?.(made, undefined, testRequest("create"));
    expect([created?.status, created?.spec.dataSourceRef]).toEqual([{ phase: "Pending" }, dataSource]);
  });

  test("show the size of their volume", () => {
    const given = claim(
      { volumeName: "v" },
      { status: { phase: "Bound", capacity: { storage: "2Gi" }, accessModes: ["ReadWriteOnce"] } },
    );
    expect(rowOf(persistentVolumeClaims, given)).toMatchObject({
      Status: "Bound",
      Capacity: "2Gi",
      "Access Modes": "RWO",
    });
  });
});

test("a volume is in one place and stays there", () => {
  const volume = (spec: object): object => ({
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], ...spec },
  });
  expect(createFindings(persistentVolumes, volume({}))).toEqual(["spec: Required value: must specify a volume type"]);
  expect(
    updateFindings(persistentVolumes, {
      from: volume({ hostPath: { path: "/a" } }),
      to: volume({ hostPath: { path: "/b" } }),
    }),
  ).toEqual(["spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"]);
});

test("a storage class keeps its promises, and shows that it is the default", () => {
  const from = { provisioner: "a/b", parameters: { x: "1" } };
  expect(updateFindings(storageClasses, { from, to: { provisioner: "a/c" } })).toEqual([
    "parameters: Forbidden: updates to parameters are forbidden.",
    "provisioner: Forbidden: updates to provisioner are forbidden.",
  ]);
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  expect(rowOf(storageClasses, { ...from, metadata: { name: "fast", annotations } })).toMatchObject({
    Name: "fast (default)",
    ReclaimPolicy: "Delete",
    VolumeBindingMode: "Immediate",
    AllowVolumeExpansion: false,
  });
});

describe("ingresses", () => {
  const path = { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } };

  test.each<[string, object, readonly string[]]>([
    ["sound", { rules: [{ host: "*.example.com", http: { paths: [path] } }] }, []],
    ["leading nowhere", {}, ["spec: Invalid value: []: either `defaultBackend` or `rules` must be specified"]],
    [
      "with crooked paths",
      { rules: [{ http: { paths: [{ ...path, path: "a//b" }] } }] },
      [
        'spec.rules[0].http.paths[0].path: Invalid value: "a//b": must be an absolute path',
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//'",
      ],
    ],
    [
      "for an address",
      { rules: [{ host: "1.2.3.4" }] },
      ['spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address'],
    ],
    [
      "without a port",
      { defaultBackend: { service: { name: "web" } } },
      ["spec.defaultBackend: Required value: port name or number is required"],
    ],
  ])("%s", (_what, spec, findings) => {
    expect(createFindings(ingresses, { spec })).toEqual(findings);
  });

  test("show hosts and ports", () => {
    const spec = {
      ingressClassName: "c",
      tls: [{}],
      rules: [{ host: "a" }, { host: "b" }, { host: "c" }, { host: "d" }],
    };
    expect(rowOf(ingresses, { spec })).toMatchObject({ Class: "c", Hosts: "a,b,c + 1 more...", Ports: "80, 443" });
  });
});

describe("network policies", () => {
  test("are about ingress, and about egress when they speak of it", () => {
    expect(madeObject(networkPolicies, { spec: { podSelector: {} } }).spec.policyTypes).toEqual(["Ingress"]);
    expect(madeObject(networkPolicies, { spec: { podSelector: {}, egress: [{}] } }).spec.policyTypes).toEqual([
      "Ingress",
      "Egress",
    ]);
  });

  test("name peers and ports that can be", () => {
    const ipBlock = { cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "11.0.0.0/16"] };
    const spec = { podSelector: {}, ingress: [{ from: [{}, { ipBlock }], ports: [{ port: 10, endPort: 5 }] }] };
    expect(createFindings(networkPolicies, { spec })).toEqual([
      "spec.ingress[0].ports[0].endPort: Invalid value: 10: must be greater than or equal to `port`",
      "spec.ingress[0].from[0]: Required value: must specify a peer",
      'spec.ingress[0].from[1].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    ]);
  });
});

describe("rights", () => {
  test("say what may be done with what", () => {
    expect(
      createFindings(roles, {
        rules: [
          { apiGroups: [""], resources: ["pods"] },
          { verbs: ["get"], nonResourceURLs: ["/"] },
        ],
      }),
    ).toEqual([
      "rules[0].verbs: Required value: verbs must contain at least one value",
      'rules[1].nonResourceURLs: Invalid value: ["/"]: namespaced rules cannot apply to non-resource URLs',
    ]);
  });

  test("are granted to somebody, for good", () => {
    const binding = (name: string): object => ({
      roleRef: { kind: "Role", name },
      subjects: [
        { kind: "User", name: "alice" },
        { kind: "ServiceAccount", name: "robot", namespace: "ops" },
      ],
    });
    expect(createFindings(roleBindings, binding("a"))).toEqual([]);
    expect(updateFindings(roleBindings, { from: binding("a"), to: binding("b") })).toEqual([
      'roleRef: Invalid value: {"kind":"Role","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
    ]);
    expect(rowOf(roleBindings, binding("a"))).toMatchObject({
      Role: "Role/a",
      Users: "alice",
      ServiceAccounts: "ops/robot",
    });
  });
});

test("a budget has one bound", () => {
  expect(createFindings(podDisruptionBudgets, { spec: { minAvailable: 1, maxUnavailable: "50%" } })).toEqual([
    'spec: Invalid value: {"minAvailable":1,"maxUnavailable":"50%"}: minAvailable and maxUnavailable cannot be both set',
  ]);
  expect(createFindings(podDisruptionBudgets, { spec: { minAvailable: "101%" } })).toEqual([
    'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
  ]);
});

describe("autoscalers", () => {
  const spec = { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 };

  test("watch the cpu by default", () => {
    expect(madeObject(horizontalPodAutoscalers, { spec }).spec).toMatchObject({
      minReplicas: 1,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
    });
    expect(createFindings(horizontalPodAutoscalers, { spec: { ...spec, minReplicas: 5 } })).toEqual([
      "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`",
    ]);
  });

  test.each([
    [
      { type: "Pods", pods: { metric: { name: "rps" }, target: { type: "Value", value: "1" } } },
      ["pods.target.averageValue: Required value: must specify a positive target averageValue"],
    ],
    [
      {
        type: "External",
        external: { metric: { name: "q" }, target: { type: "Value", value: "1", averageValue: "1" } },
      },
      ["external.target.value: Forbidden: may not set both a target value for metric and a per-pod target"],
    ],
    [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Some", averageUtilization: 50 } },
        pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "1" } },
      },
      [
        'resource.target.type: Invalid value: "Some": must be either Utilization, Value, or AverageValue',
        "pods: Forbidden: must populate the given metric source only",
      ],
    ],
  ])("measure one thing at a time: %j", (metric, wanted) => {
    expect(createFindings(horizontalPodAutoscalers, { spec: { ...spec, metrics: [metric] } })).toEqual(
      wanted.map((line) => `spec.metrics[0].${line}`),
    );
  });

  test.each([
    [undefined, "Required value: must be set and greater than 0"],
    [0, "Required value: must be set and greater than 0"],
    [-1, "Invalid value: -1: must be greater than or equal to 1"],
  ])("have room for one: %s", (maxReplicas, wanted) => {
    expect(createFindings(horizontalPodAutoscalers, { spec: { ...spec, maxReplicas } })).toEqual([
      `spec.maxReplicas: ${wanted}`,
      `spec.maxReplicas: Invalid value: ${maxReplicas ?? 0}: must be greater than or equal to \`minReplicas\``,
    ]);
  });

  test("name the group of what they scale", () => {
    const scaling = (kind: string, apiVersion?: string): object => ({
      spec: { ...spec, scaleTargetRef: { kind, name: "web", ...(apiVersion === undefined ? {} : { apiVersion }) } },
    });
    const findings = (given: object): readonly string[] => createFindings(horizontalPodAutoscalers, given);
    const at = "spec.scaleTargetRef.apiVersion";
    expect([findings(scaling("Deployment")), findings(scaling("ReplicationController", "v1"))]).toEqual([
      [`${at}: Invalid value: "": apiVersion must specify API group`],
      [],
    ]);
    const old = scaling("Deployment");
    expect(updateFindings(horizontalPodAutoscalers, { from: old, to: old })).toEqual([]);
  });

  test("say how fast they go", () => {
    const { behavior } = madeObject(horizontalPodAutoscalers, {
      spec: { ...spec, behavior: { scaleUp: { selectPolicy: "Min" } } },
    }).spec;
    expect(behavior?.scaleUp).toMatchObject({ selectPolicy: "Min", stabilizationWindowSeconds: 0 });
    expect(behavior?.scaleDown?.policies).toEqual([{ type: "Percent", value: 100, periodSeconds: 15 }]);
  });

  test("are the same in both versions", () => {
    const metrics = [
      { type: "Pods", pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "10" } } },
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
    ];
    const hub = madeObject(horizontalPodAutoscalers, { spec: { ...spec, metrics } });
    const old = autoscalerFromHub(hub);
    expect(old.spec.targetCPUUtilizationPercentage).toBe(50);
    expect(old.metadata.annotations?.["autoscaling.alpha.kubernetes.io/metrics"]).toBe(
      '[{"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"10"}}]',
    );
    expect(autoscalerToHub(old).spec).toEqual(hub.spec);
    expect(rowOf(autoscalersV1, { spec: { ...spec, targetCPUUtilizationPercentage: 50 } })).toMatchObject({
      Reference: "Deployment/web",
      Targets: "cpu: <unknown>/50%",
      MinPods: "1",
    });
  });
});

test("quotas count what can be counted", () => {
  expect(createFindings(resourceQuotas, { spec: { hard: { cpu: "1", apples: "2", pods: "500m" } } })).toEqual([
    'spec.hard[apples]: Invalid value: "apples": must be a standard resource for quota',
    'spec.hard[pods]: Invalid value: "500m": must be an integer',
  ]);
  const status = { hard: { "limits.cpu": "2", pods: "10" }, used: { pods: "3" } };
  expect(rowOf(resourceQuotas, { status })).toMatchObject({ Request: "pods: 3/10", Limit: "limits.cpu: 0/2" });
});

test("limits are in order, and fill each other in", () => {
  const item = { type: "Container", max: { cpu: "2" }, min: { cpu: "100m" } };
  expect(madeObject(limitRanges, { spec: { limits: [item] } }).spec.limits[0]).toMatchObject({
    default: { cpu: "2" },
    defaultRequest: { cpu: "2" },
  });
  expect(
    createFindings(limitRanges, { spec: { limits: [{ type: "Pod", max: { cpu: "1" }, min: { cpu: "2" } }] } }),
  ).toEqual(['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1']);
});

test("a replication controller takes its template's labels", () => {
  const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image: "x" }] } };
  const made = madeObject(replicationControllers, { spec: { template } });
  expect([made.spec.selector, made.metadata.labels]).toEqual([{ app: "a" }, { app: "a" }]);
  expect(createFindings(replicationControllers, { spec: { template, selector: { app: "b" } } })).toEqual([
    'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
  ]);
});

test("the status of a replication controller counts no more than there are", () => {
  const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image: "x" }] } };
  const from = { spec: { template } };
  const update = (status: object): readonly string[] =>
    updateFindings(replicationControllers, { from, to: { ...from, status }, subresource: "status" });
  expect(update({ replicas: 2, readyReplicas: 2, availableReplicas: 1 })).toEqual([]);
  expect(update({ replicas: 1, fullyLabeledReplicas: -1, readyReplicas: 2, availableReplicas: 1 })).toEqual([
    "status.fullyLabeledReplicas: Invalid value: -1: must be greater than or equal to 0",
    "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
  ]);
});
