// Findings on new pods, in upstream's words and order.
import { expect, test } from "vitest";
import { createFindings } from "../../testing.ts";
import { pods } from "./pod.ts";
import { container, pod } from "./testing/pod.ts";

test("a sound pod has none", () => {
  const full = {
    ...container,
    ports: [{ name: "http", containerPort: 80 }],
    env: [
      { name: "A", value: "1" },
      { name: "B", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ],
    envFrom: [{ configMapRef: { name: "c" } }],
    volumeMounts: [{ name: "v", mountPath: "/v" }],
    readinessProbe: { httpGet: { port: "http" } },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    resources: { requests: { cpu: "100m" }, limits: { cpu: "200m", memory: "64Mi" } },
  };
  const volumes = [
    { name: "v", projected: { sources: [{ serviceAccountToken: { path: "token" } }, { configMap: { name: "c" } }] } },
  ];
  const tolerations = [{ operator: "Exists" }, { key: "k", value: "v", effect: "NoExecute", tolerationSeconds: 3 }];
  expect(
    createFindings(pods, { spec: { serviceAccountName: "robot", containers: [full], volumes, tolerations } }),
  ).toEqual([]);
});

test.each<[string, object, readonly string[]]>([
  ["no containers", { spec: {} }, ["spec.containers: Required value"]],
  [
    "a bad name and no image",
    { spec: { containers: [{ name: "Not_Good" }] } },
    [
      "spec.containers[0].name: Invalid value: \"Not_Good\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      "spec.containers[0].image: Required value",
    ],
  ],
  [
    "white space in an image",
    { spec: { containers: [{ name: "a", image: " x" }] } },
    ['spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace'],
  ],
  [
    "a name twice",
    { spec: { containers: [container, container], initContainers: [container] } },
    ['spec.containers[1].name: Duplicate value: "app"', 'spec.initContainers[0].name: Duplicate value: "app"'],
  ],
  [
    "a mount without its volume",
    { spec: { containers: [{ ...container, volumeMounts: [{ name: "v", mountPath: "/v" }] }] } },
    ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    "two mounts at one place",
    {
      spec: {
        containers: [
          {
            ...container,
            volumeMounts: [
              { name: "v", mountPath: "/v" },
              { name: "v", mountPath: "/v" },
            ],
          },
        ],
        volumes: [{ name: "v" }],
      },
    },
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
  ],
  [
    "a volume with two sources",
    pod({ volumes: [{ name: "v", emptyDir: {}, hostPath: { path: "/x" } }] }),
    ["spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"],
  ],
  [
    "requests above limits",
    { spec: { containers: [{ ...container, resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }] } },
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    "negative and unknown resources",
    { spec: { containers: [{ ...container, resources: { requests: { cpu: "-1", apples: "1" } } }] } },
    [
      'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].resources.requests[apples]: Invalid value: "apples": must be a standard resource for containers',
    ],
  ],
  [
    "an extended resource without limit",
    { spec: { containers: [{ ...container, resources: { requests: { "example.com/gpu": "1" } } }] } },
    ["spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources"],
  ],
  [
    "an unknown restart policy",
    pod({ restartPolicy: "Sometimes" }),
    ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
  ],
  [
    "ports out of range, and a host port twice",
    {
      spec: {
        containers: [
          {
            ...container,
            ports: [
              { containerPort: 0 },
              { containerPort: 70000 },
              { containerPort: 1, hostPort: 5 },
              { containerPort: 2, hostPort: 5 },
            ],
          },
        ],
      },
    },
    [
      "spec.containers[0].ports[0].containerPort: Required value",
      "spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
      'spec.containers[0].ports[3].hostPort: Duplicate value: "TCP//5"',
    ],
  ],
  [
    "variables with wrong sources",
    {
      spec: {
        containers: [
          {
            ...container,
            env: [
              { name: "A=B", value: "1" },
              { name: "C", valueFrom: {} },
              { name: "D", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "E", valueFrom: { fieldRef: { fieldPath: "status.phase" } } },
              { name: "F", valueFrom: { fieldRef: { fieldPath: "spec.nope" } } },
            ],
          },
        ],
      },
    },
    [
      "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '='",
      'spec.containers[0].env[1].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      'spec.containers[0].env[2].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
      'spec.containers[0].env[3].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      'spec.containers[0].env[4].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope',
    ],
  ],
  [
    "probes and hooks",
    {
      spec: {
        containers: [
          {
            ...container,
            livenessProbe: { successThreshold: 2, exec: { command: ["x"] }, httpGet: { port: 1 } },
            readinessProbe: { periodSeconds: -1 },
            lifecycle: { postStart: { exec: {} }, preStop: { sleep: { seconds: 31 } } },
          },
        ],
      },
    },
    [
      "spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
      "spec.containers[0].lifecycle.postStart.exec.command: Required value",
      "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)",
      "spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type",
      "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
      "spec.containers[0].readinessProbe: Required value: must specify a handler type",
    ],
  ],
  [
    "a probe of an init container",
    pod({ initContainers: [{ name: "i", image: "x", livenessProbe: { tcpSocket: { port: 1 } } }] }),
    [
      "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
    ],
  ],
  [
    "tolerations that cannot be",
    pod({
      tolerations: [{ key: "k", operator: "Exists", value: "v" }, { value: "v" }, { key: "k", tolerationSeconds: 1 }],
    }),
    [
      'spec.tolerations[0].operator: Invalid value: {"key":"k","operator":"Exists","value":"v"}: value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[1].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      "spec.tolerations[2].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set",
    ],
  ],
  [
    "node affinity",
    pod({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: "a", operator: "In" },
                  { key: "b", operator: "Exists", values: ["x"] },
                ],
              },
            ],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }],
        },
      },
    }),
    [
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100",
    ],
  ],
  [
    "security contexts",
    {
      spec: {
        securityContext: { runAsUser: -1, sysctls: [{ name: "a..b", value: "1" }] },
        containers: [{ ...container, securityContext: { privileged: true, allowPrivilegeEscalation: false } }],
      },
    },
    [
      'spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
      'spec.securityContext.sysctls[0].name: Invalid value: "a..b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'.replaceAll(
        "\\\\",
        "\\",
      ),
    ],
  ],
  [
    "DNS settings",
    pod({ dnsPolicy: "None", dnsConfig: { nameservers: ["1.2.3.4", "nope"], searches: ["a_b.local", "."] } }),
    [
      'spec.dnsConfig.nameservers[1]: Invalid value: "nope": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  ],
  [
    "names and deadlines",
    pod({ hostname: "a.b", activeDeadlineSeconds: 0, nodeName: "n", schedulingGates: [{ name: "g" }] }),
    [
      'spec.hostname: Invalid value: "a.b": must not contain dots',
      "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
      "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
    ],
  ],
  [
    "topology spread",
    pod({
      topologySpreadConstraints: [
        { maxSkew: 0, topologyKey: "z", whenUnsatisfiable: "DoNotSchedule" },
        { maxSkew: 1, topologyKey: "z", whenUnsatisfiable: "DoNotSchedule" },
      ],
    }),
    [
      "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
      'spec.topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"',
    ],
  ],
  [
    "less for the whole than for its parts, and claims that are not there",
    {
      spec: {
        containers: [{ ...container, resources: { requests: { cpu: "2" }, claims: [{ name: "gpu" }] } }],
        resources: { requests: { cpu: "1", pods: "1" } },
      },
    },
    [
      'spec.resources.requests[pods]: Invalid value: "pods": must be a standard resource for containers',
      'spec.resources.requests[pods]: Unsupported value: "pods": supported values: "cpu", "hugepages-", "memory"',
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      'spec.containers[0].resources.claims[0]: Not found: "gpu"',
    ],
  ],
  [
    "ephemeral containers from the start",
    pod({ ephemeralContainers: [{ name: "e", image: "x" }] }),
    ["spec.ephemeralContainers: Forbidden: cannot be set on create"],
  ],
])("%s", (_what, given, findings) => {
  expect(createFindings(pods, given)).toEqual(findings);
});
