// Pods: defaults, findings with upstream's words, updates, strategy, table, resources.
import { applyDefaults, decodeValue, DeleteOptions } from "@skates/apimachinery";
import { describe, expect, test } from "vitest";
import { createFindings, madeObject, rowOf, testRequest, updateFindings } from "../../testing.ts";
import { computeQosClass, podRequests } from "./pod-resources.ts";
import { Pod, pods } from "./pod.ts";

const container = { name: "app", image: "nginx:1.27" };
const pod = (spec: object, more: object = {}): object => ({ spec: { containers: [container], ...spec }, ...more });

describe("defaults", () => {
  test("an almost empty pod is completed as upstream completes it", () => {
    expect(madeObject(pods, { spec: { containers: [{ name: "a", image: "nginx" }] } }).spec).toEqual({
      containers: [
        {
          name: "a",
          image: "nginx",
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          imagePullPolicy: "Always",
        },
      ],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      securityContext: {},
      schedulerName: "default-scheduler",
      enableServiceLinks: true,
    });
  });

  test.each([
    ["nginx", "Always"],
    ["nginx:latest", "Always"],
    ["nginx:1.27", "IfNotPresent"],
    ["localhost:5000/nginx", "Always"],
    ["localhost:5000/nginx:1", "IfNotPresent"],
    [`nginx@sha256:${"a".repeat(64)}`, "IfNotPresent"],
    [`nginx:latest@sha256:${"a".repeat(64)}`, "Always"],
    ["Not/Valid Name", "IfNotPresent"],
  ])("the image %s is pulled %s", (image, policy) => {
    const [first] = madeObject(pods, { spec: { containers: [{ name: "a", image }] } }).spec.containers;
    expect(first?.imagePullPolicy).toBe(policy);
  });

  test("requests follow limits, and host ports the container's on the host's network", () => {
    const given = {
      ...container,
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "1" } },
    };
    const [first] = madeObject(pods, { spec: { hostNetwork: true, containers: [given] } }).spec.containers;
    expect(first?.resources?.requests).toEqual({ cpu: "1", memory: "1Gi" });
    expect(first?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: "TCP" }]);
  });

  test("volumes get modes, and an emptyDir where no source is given", () => {
    const volumes = [{ name: "a" }, { name: "b", configMap: { name: "c" } }, { name: "d", image: { reference: "x" } }];
    expect(madeObject(pods, pod({ volumes })).spec.volumes).toEqual([
      { name: "a", emptyDir: {} },
      { name: "b", configMap: { name: "c", defaultMode: 420 } },
      { name: "d", image: { reference: "x", pullPolicy: "Always" } },
    ]);
  });

  test("probes get their numbers", () => {
    const given = { ...container, livenessProbe: { httpGet: { port: 80 } } };
    expect(madeObject(pods, { spec: { containers: [given] } }).spec.containers[0]?.livenessProbe).toEqual({
      httpGet: { path: "/", port: 80, scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });

  test("the service account is known by both its names", () => {
    const { serviceAccountName, serviceAccount } = madeObject(pods, pod({ serviceAccount: "robot" })).spec;
    expect([serviceAccountName, serviceAccount]).toEqual(["robot", "robot"]);
    const renamed = madeObject(pods, pod({ serviceAccount: "robot", serviceAccountName: "other" })).spec;
    expect([renamed.serviceAccountName, renamed.serviceAccount]).toEqual(["other", "other"]);
  });

  test("what does not change is shared", () => {
    const once = madeObject(pods, pod({ volumes: [{ name: "v" }] }));
    expect(applyDefaults(Pod, once)).toBe(once);
  });

  test("quantities finer than a thousandth are rounded up", () => {
    const given = { ...container, resources: { requests: { cpu: "1500u" } } };
    const [first] = madeObject(pods, { spec: { containers: [given] } }).spec.containers;
    expect(first?.resources?.requests).toEqual({ cpu: "2m" });
  });
});

describe("findings on a new pod", () => {
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
});

describe("updates", () => {
  const from = pod({ tolerations: [{ key: "k", operator: "Exists" }] });

  test("images, deadlines and more tolerations may change", () => {
    const to = {
      spec: {
        containers: [{ ...container, image: "nginx:2" }],
        activeDeadlineSeconds: 5,
        tolerations: [
          { key: "k", operator: "Exists" },
          { key: "j", operator: "Exists" },
        ],
      },
    };
    expect(updateFindings(pods, { from, to })).toEqual([]);
  });

  test("nothing else may", () => {
    const to = {
      spec: { containers: [{ ...container, command: ["x"] }], tolerations: [{ key: "k", operator: "Exists" }] },
    };
    expect(updateFindings(pods, { from, to })).toEqual([
      [
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        'spec.containers[0].command: unset -> ["x"]',
      ].join("\n"),
    ]);
  });

  test("containers and tolerations may not go", () => {
    expect(updateFindings(pods, { from, to: pod({ containers: [container, { ...container, name: "b" }] }) })).toEqual([
      "spec.containers: Forbidden: pod updates may not add or remove containers",
    ]);
    expect(updateFindings(pods, { from, to: pod({}) })).toEqual([
      "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    ]);
  });

  test("gates only open", () => {
    const gated = pod({ schedulingGates: [{ name: "a" }] });
    expect(updateFindings(pods, { from: gated, to: pod({}) })).toEqual([]);
    expect(updateFindings(pods, { from: pod({}), to: gated })).toEqual([
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
    ]);
  });

  test("what was wrong before does not stand in the way", () => {
    const bad = pod({ hostname: "a.b" });
    expect(updateFindings(pods, { from: bad, to: { ...bad, metadata: { name: "x", labels: { a: "b" } } } })).toEqual(
      [],
    );
  });

  test("a container that ended for good does not run again", () => {
    const status = (state: object): object => ({
      containerStatuses: [{ name: "app", ready: false, restartCount: 0, image: "", imageID: "", state }],
    });
    const once = { restartPolicy: "Never" };
    const ended = pod(once, { status: status({ terminated: { exitCode: 1 } }) });
    const again = pod(once, { status: status({ running: {} }) });
    expect(updateFindings(pods, { from: ended, to: again, subresource: "status" })).toEqual([
      "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
    ]);
  });

  test("resizing changes cpu and memory within the quality of service", () => {
    const sized = (cpu: string, more: object = {}): object => ({
      spec: { containers: [{ ...container, resources: { requests: { cpu }, limits: more } }] },
    });
    expect(updateFindings(pods, { from: sized("1"), to: sized("2"), subresource: "resize" })).toEqual([]);
    expect(
      updateFindings(pods, { from: sized("1"), to: sized("1", { "ephemeral-storage": "1" }), subresource: "resize" }),
    ).toEqual(["spec: Forbidden: only cpu and memory resources are mutable"]);
  });
});

describe("strategy", () => {
  test("a new pod is pending, with its quality of service, and gated where it has gates", () => {
    const made = madeObject(pods, pod({ schedulingGates: [{ name: "g" }] }));
    expect(pods.strategy.prepare?.(made, undefined, testRequest("create")).status).toEqual({
      phase: "Pending",
      qosClass: "BestEffort",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "SchedulingGated",
          message: "Scheduling is blocked due to non-empty scheduling gates",
        },
      ],
    });
  });

  test("match label keys become part of the selectors", () => {
    const term = {
      topologyKey: "zone",
      labelSelector: { matchLabels: { app: "web" } },
      matchLabelKeys: ["hash", "gone"],
    };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const made = madeObject(pods, { ...pod({ affinity }), metadata: { name: "x", labels: { hash: "1" } } });
    const created = pods.strategy.prepare?.(made, undefined, testRequest("create"));
    const [merged] = created?.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(merged?.labelSelector).toEqual({
      matchLabels: { app: "web" },
      matchExpressions: [{ key: "hash", operator: "In", values: ["1"] }],
    });
  });

  test.each([
    ["unscheduled", pod({}), {}, 0],
    ["bound", pod({ nodeName: "n" }), {}, 30],
    ["asked for", pod({ nodeName: "n" }), { gracePeriodSeconds: 5 }, 5],
    ["negative", pod({ nodeName: "n", terminationGracePeriodSeconds: -1 }), {}, 1],
    ["ended", pod({ nodeName: "n" }, { status: { phase: "Succeeded" } }), {}, 0],
  ])("grace when %s", (_what, given, options, seconds) => {
    const asked = decodeValue<DeleteOptions>(DeleteOptions, options).object;
    expect(pods.strategy.graceSeconds?.(madeObject(pods, given), asked)).toBe(seconds);
  });

  test("field selectors read what they name", () => {
    const made = madeObject(
      pods,
      pod({ nodeName: "n" }, { status: { phase: "Running", podIPs: [{ ip: "10.0.0.1" }] } }),
    );
    const read = Object.fromEntries(Object.entries(pods.selectableFields).map(([path, text]) => [path, text(made)]));
    expect(read).toEqual({
      "spec.nodeName": "n",
      "spec.restartPolicy": "Always",
      "spec.schedulerName": "default-scheduler",
      "spec.serviceAccountName": "",
      "spec.hostNetwork": "false",
      "status.phase": "Running",
      "status.podIP": "10.0.0.1",
      "status.nominatedNodeName": "",
    });
  });

  test("a variable that hides another one is worth a warning", () => {
    const given = { ...container, env: [{ name: "A" }, { name: "A", value: "2" }] };
    expect(pods.strategy.warnings?.(madeObject(pods, { spec: { containers: [given] } }), undefined)).toEqual([
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ]);
  });
});

describe("table", () => {
  const status = (container: object, more: object = {}): object =>
    pod(
      { nodeName: "n" },
      {
        status: {
          phase: "Running",
          containerStatuses: [{ name: "app", ready: false, restartCount: 0, image: "", imageID: "", ...container }],
          ...more,
        },
      },
    );

  test("a running pod", () => {
    const given = {
      ...status(
        {
          ready: true,
          restartCount: 2,
          state: { running: {} },
          lastState: { terminated: { exitCode: 1, finishedAt: "2026-11-20T11:55:00Z" } },
        },
        { podIPs: [{ ip: "10.244.0.7" }] },
      ),
      metadata: { name: "web-1", namespace: "default", creationTimestamp: "2026-11-20T11:00:00Z" },
    };
    expect(rowOf(pods, given)).toEqual({
      Name: "web-1",
      Ready: "1/1",
      Status: "Running",
      Restarts: "2 (5m ago)",
      Age: "60m",
      IP: "10.244.0.7",
      Node: "n",
      "Nominated Node": "<none>",
      "Readiness Gates": "<none>",
    });
  });

  test.each<[string, object, string]>([
    ["waiting", status({ state: { waiting: { reason: "ImagePullBackOff" } } }), "ImagePullBackOff"],
    ["ended", status({ state: { terminated: { exitCode: 3 } } }), "ExitCode:3"],
    ["killed", status({ state: { terminated: { exitCode: 137, signal: 9 } } }), "Signal:9"],
    ["reasoned", status({ state: { terminated: { exitCode: 137, reason: "OOMKilled" } } }), "OOMKilled"],
    ["fresh", pod({}, { status: { phase: "Pending" } }), "Pending"],
    [
      "initializing",
      pod(
        { initContainers: [{ name: "i", image: "x" }] },
        {
          status: {
            phase: "Pending",
            initContainerStatuses: [
              { name: "i", ready: false, restartCount: 0, image: "", imageID: "", state: { running: {} } },
            ],
          },
        },
      ),
      "Init:0/1",
    ],
    [
      "being deleted",
      {
        ...status({ ready: true, state: { running: {} } }),
        metadata: { name: "x", deletionTimestamp: "2026-11-20T11:00:00Z" },
      },
      "Terminating",
    ],
  ])("a pod that is %s", (_what, given, text) => {
    expect(rowOf(pods, given)["Status"]).toBe(text);
  });
});

describe("resources", () => {
  const spec = (given: object): Pod["spec"] => decodeValue<Pod>(Pod, { spec: given }).object.spec;

  test("init containers count by their peak, sidecars all along, overhead on top", () => {
    const asks = (name: string, cpu: string, more: object = {}): object => ({
      name,
      resources: { requests: { cpu } },
      ...more,
    });
    const wanted = spec({
      containers: [asks("a", "100m"), asks("b", "200m")],
      initContainers: [asks("s", "50m", { restartPolicy: "Always" }), asks("i", "500m")],
      overhead: { cpu: "10m" },
    });
    expect(podRequests({ spec: wanted })).toEqual({ cpu: "560m" });
  });

  test.each<[object, string]>([
    [{ containers: [{ name: "a" }] }, "BestEffort"],
    [{ containers: [{ name: "a", resources: { requests: { cpu: "1" } } }] }, "Burstable"],
    [{ containers: [{ name: "a", resources: { requests: { cpu: "0" } } }] }, "BestEffort"],
    [{ containers: [{ name: "a" }], resources: { requests: { cpu: "1" } } }, "Burstable"],
    [
      {
        containers: [
          { name: "a", resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } } },
        ],
      },
      "Guaranteed",
    ],
    [
      {
        containers: [
          { name: "a", resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } } },
          { name: "b" },
        ],
      },
      "Burstable",
    ],
  ])("quality of service of %j is %s", (given, qos) => {
    expect(computeQosClass(spec(given))).toBe(qos);
  });
});
