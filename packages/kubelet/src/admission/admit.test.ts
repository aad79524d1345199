// Which pods a node takes although they are bound to it, and what a pod asks for.
import type { Node, Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { NO_PRESSURE } from "../eviction/pressure-state.ts";
import type { Pressure } from "../node-status/machine.ts";
import { NO_FEATURES } from "../runtime.ts";
import { sysctlAllowlist } from "../spec/sysctls.ts";
import {
  asksForFeatures,
  recursiveReadOnly,
  strictGroupsRefusal,
  refuseCdi,
  unsupported,
} from "../worker/refuse-pod.ts";
import { admit } from "./admit.ts";
import { podRequest } from "./pod-request.ts";
import { victims } from "./victims.ts";

const pod = (cpu: string, spec: Partial<Pod["spec"]> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ name: "a", resources: { requests: { cpu } } }], ...spec },
});
const allocatable = { cpu: "2", memory: "1Gi", pods: "3" };
const bare: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "n", labels: { zone: "a" } }, spec: {} };
const ask = (p: Pod, others: readonly Pod[], unsafe: readonly string[] = [], node = bare, pressure = NO_PRESSURE) =>
  admit({
    pod: p,
    others,
    node,
    allocatable,
    operatingSystem: "linux",
    appArmor: false,
    sysctls: sysctlAllowlist(unsafe),
    features: [],
    pressure,
  });

test("room is what is left of the node", () => {
  expect(ask(pod("1"), [pod("1")])).toBeUndefined();
  expect(ask(pod("1500m"), [pod("1")])).toEqual({
    reason: "OutOfcpu",
    message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
  });
  expect(ask(pod("0"), [pod("0"), pod("0"), pod("0")])?.reason).toBe("OutOfpods");
  expect(ask(pod("0"), [pod("5")])).toBeUndefined();
});

test("ports of the node are given once for each address and protocol", () => {
  const onPort = (hostPort: number, more: object = {}) =>
    pod("0", { containers: [{ name: "a", ports: [{ containerPort: 1, hostPort, ...more }] }] });
  expect(ask(onPort(80), [onPort(80)])).toEqual({
    reason: "NodePorts",
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  });
  expect(ask(onPort(80, { hostIP: "192.0.2.1" }), [onPort(80)])?.reason).toBe("NodePorts");
  expect(ask(onPort(80, { hostIP: "192.0.2.1" }), [onPort(80, { hostIP: "192.0.2.2" })])).toBeUndefined();
  expect(ask(onPort(80), [onPort(81), onPort(80, { protocol: "UDP" })])).toBeUndefined();
});

test("another operating system", () => {
  expect(ask(pod("0", { os: { name: "windows" } }), [])?.reason).toBe("PodOSNotSupported");
});

test("init containers run before the others, sidecars beside them", () => {
  const request = (cpu: string) => ({ requests: { cpu } });
  const p = pod("1", {
    initContainers: [
      { name: "i", resources: request("3") },
      { name: "s", restartPolicy: "Always", resources: request("500m") },
      { name: "j", resources: request("2") },
    ],
  });
  expect(podRequest(p, "cpu")).toBe(3000);
  expect(podRequest({ ...p, spec: { ...p.spec, initContainers: p.spec.initContainers?.slice(1) } }, "cpu")).toBe(2500);
});

test("what nobody here can do is said, not left out", () => {
  const old = { version: "containerd://1.6.20", features: NO_FEATURES };
  expect(unsupported(pod("0"), undefined)).toBeUndefined();
  expect(unsupported(pod("0", { hostUsers: false }), old)).toBe(
    "can't set `spec.hostUsers: false`, runtime does not support user namespaces (needs containerd 2.0 or CRI-O 1.25; this is containerd://1.6.20)",
  );
  expect(unsupported(pod("0", { hostUsers: false }), old, "kata")).toContain(
    'can\'t set `spec.hostUsers: false`, RuntimeClass handler "kata" does not support user namespaces',
  );
  const able = new Map([["", { recursiveReadOnlyMounts: false, userNamespaces: true }]]);
  expect(unsupported(pod("0", { hostUsers: false }), { ...old, features: { ...NO_FEATURES, handlers: able } })).toBe(
    undefined,
  );
  expect(() => refuseCdi(old)).toThrow(
    "devices have CDI names, which the runtime does not know (needs containerd 2.0 or CRI-O 1.28; this is containerd://1.6.20)",
  );
  expect(() => refuseCdi({ ...old, version: "containerd://v2.0.0" })).not.toThrow();
  expect(() => refuseCdi({ ...old, version: "cri-o://1.27.3" })).toThrow("this is cri-o://1.27.3");
  const image = pod("0", { volumes: [{ name: "v", image: { reference: "x" } }] });
  expect(asksForFeatures(image)).toBe(true);
  expect(unsupported(image, old)).toContain("needs containerd 2.1 or CRI-O 1.31; this is containerd://1.6.20");
  expect(unsupported(image, { ...old, version: "containerd://v2.1.0" })).toBeUndefined();
  const strict = pod("0", { securityContext: { supplementalGroupsPolicy: "Strict" } });
  expect(strictGroupsRefusal(strict, old)).toEqual({
    reason: "SupplementalGroupsPolicyNotSupported",
    message:
      "SupplementalGroupsPolicy=Strict is not supported in this node (needs containerd 2.0 or CRI-O 1.31; this is containerd://1.6.20)",
  });
  expect(
    strictGroupsRefusal(strict, { ...old, features: { ...NO_FEATURES, supplementalGroupsPolicy: true } }),
  ).toBeUndefined();
});

test("recursive read-only mounts are made, refused, or made as far as possible", () => {
  const old = { version: "containerd://1.6.20", features: NO_FEATURES };
  const handlers = new Map([["", { recursiveReadOnlyMounts: true, userNamespaces: false }]]);
  const mount = (recursive: string) => ({
    name: "a",
    volumeMounts: [{ name: "v", mountPath: "/v", readOnly: true, recursiveReadOnly: recursive }],
  });
  expect(() => recursiveReadOnly(mount("Enabled"), old, "")).toThrow(
    'failed to resolve recursive read-only mode: volume "v" requested recursive read-only mode, but it is not supported by the runtime (needs containerd 2.0',
  );
  expect(recursiveReadOnly(mount("IfPossible"), old, "")).toBe(false);
  expect(recursiveReadOnly(mount("Enabled"), { ...old, features: { ...NO_FEATURES, handlers } }, "")).toBe(true);
  expect(() =>
    recursiveReadOnly(mount("Enabled"), { ...old, features: { ...NO_FEATURES, handlers } }, "other"),
  ).toThrow();
});

test.each<[string, Partial<Pod["spec"]>, string]>([
  ["an unsafe sysctl", sysctl("kernel.msgmax"), 'SysctlForbidden: forbidden sysctl: "kernel.msgmax" not allowlisted'],
  [
    "the host's sysctl",
    { ...sysctl("net.ipv4.tcp_syncookies"), hostNetwork: true },
    'SysctlForbidden: forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host Net enabled',
  ],
  [
    "AppArmor without a kernel for it",
    { securityContext: { appArmorProfile: { type: "RuntimeDefault" } } },
    "AppArmor: Cannot enforce AppArmor: AppArmor is not enabled on the host",
  ],
  [
    "a rule that this kubelet does not follow",
    { containers: [{ name: "a", restartPolicy: "Never", restartPolicyRules: [{ action: "RestartAllContainers" }] }] },
    "PodFeatureUnsupported: Pod requires node features that are not available: RestartAllContainersOnContainerExits",
  ],
])("a node refuses %s", (_, spec, expected) => {
  const refusal = ask(pod("0", spec), []);
  expect(`${refusal?.reason}: ${refusal?.message}`).toBe(expected);
});

test("a node takes safe sysctls, and profiles that ask for nothing", () => {
  expect(ask(pod("0", sysctl("net.ipv4.tcp_syncookies")), [])).toBeUndefined();
  expect(ask(pod("0", { securityContext: { appArmorProfile: { type: "Unconfined" } } }), [])).toBeUndefined();
});

test("a node takes sysctls that it is told to allow, by name, by beginning, and with slashes", () => {
  const allowed = ["kernel.msg*", "net/ipv4/conf/eth0.1/rp_filter", "kernel.domainname"];
  const told = (name: string, spec: Partial<Pod["spec"]> = {}) =>
    ask(pod("0", { ...sysctl(name), ...spec }), [], allowed)?.message;
  expect([
    told("kernel.msgmax"),
    told("kernel/msgmnb"),
    told("net.ipv4.conf.eth0/1.rp_filter"),
    told("kernel.domainname", { hostIPC: true, hostNetwork: true }),
  ]).toEqual([undefined, undefined, undefined, undefined]);
  expect([
    told("kernel.msgmax", { hostIPC: true }),
    told("net.ipv4.conf.eth0/1.rp_filter", { hostNetwork: true }),
    told("kernel/sem"),
    told("net.core.somaxconn"),
  ]).toEqual([
    'forbidden sysctl: "kernel.msgmax" not allowed with host IPC enabled',
    'forbidden sysctl: "net.ipv4.conf.eth0/1.rp_filter" not allowed with host Net enabled',
    'forbidden sysctl: "kernel.sem" not allowlisted',
    'forbidden sysctl: "net.core.somaxconn" not allowlisted',
  ]);
});

test.each([
  ["kernel.panic", 'the sysctls "kernel.panic" are not known to be namespaced'],
  ["kernel.*", 'the sysctls "kernel." are not known to be namespaced'],
  ["net..core", 'sysctl "net..core" must have at most 253 characters and match regex'],
])("no node can allow %s", (pattern, message) => {
  expect(() => sysctlAllowlist([pattern])).toThrow(message);
});

function sysctl(name: string): Partial<Pod["spec"]> {
  return { securityContext: { sysctls: [{ name, value: "1" }] } };
}

test("the node's labels and taints that end pods count, too", () => {
  const picky = pod("0", { nodeSelector: { zone: "b" } });
  const affinity = {
    reason: "NodeAffinity",
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  };
  expect(ask(pod("0", { nodeSelector: { zone: "a" } }), [])).toBeUndefined();
  expect(ask(picky, [])).toEqual(affinity);
  const tainted: Node = { ...bare, spec: { taints: [{ key: "k", effect: "NoExecute" }] } };
  expect(ask(picky, [], [], tainted)).toEqual(affinity);
  expect(ask(pod("0"), [], [], tainted)).toEqual({
    reason: "TaintToleration",
    message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
  });
  expect(ask(pod("0", { tolerations: [{ operator: "Exists" }] }), [], [], tainted)).toBeUndefined();
  expect(ask(pod("0"), [], [], { ...bare, spec: { taints: [{ key: "k", effect: "NoSchedule" }] } })).toBeUndefined();
  const labelled = { ...pod("0"), metadata: { name: "p", labels: { "kubernetes.io/os": "windows" } } };
  expect(ask(labelled, [])).toEqual({
    reason: "PodOSSelectorNodeLabelDoesNotMatch",
    message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
  });
});

test("extended resources count where the node has them", () => {
  const wants = (count: string, name = "example.com/gpu"): Pod =>
    pod("0", { containers: [{ name: "a", resources: { requests: { [name]: count } } }] });
  const room = { ...allocatable, "example.com/gpu": "2" };
  const of = (p: Pod, others: readonly Pod[]) =>
    admit({
      pod: p,
      others,
      node: bare,
      allocatable: room,
      operatingSystem: "linux",
      appArmor: false,
      sysctls: sysctlAllowlist(),
      features: [],
      pressure: NO_PRESSURE,
    });
  expect(of(wants("1"), [wants("1")])).toBeUndefined();
  expect(of(wants("2"), [wants("1")])).toEqual({
    reason: "OutOfexample.com/gpu",
    message: "Node didn't have enough resource: example.com/gpu, requested: 2, used: 1, capacity: 2",
  });
  expect(of(wants("9", "example.com/other"), [])).toBeUndefined();
});

test("a node under pressure takes critical pods only, or those that ask for memory if it is short of that alone", () => {
  const pressed = (...kinds: readonly (keyof Pressure)[]): Pressure => ({
    ...NO_PRESSURE,
    ...Object.fromEntries(kinds.map((kind) => [kind, true])),
  });
  const modest = pod("0");
  const tolerant = pod("0", { tolerations: [{ key: "node.kubernetes.io/memory-pressure", operator: "Exists" }] });
  expect(ask(modest, [], [], bare, pressed())).toBeUndefined();
  expect(ask(modest, [], [], bare, pressed("memory"))).toEqual({
    reason: "Evicted",
    message: "The node had condition: [MemoryPressure]. ",
  });
  expect(ask(pod("1"), [], [], bare, pressed("memory"))).toBeUndefined();
  expect(ask(tolerant, [], [], bare, pressed("memory"))).toBeUndefined();
  expect(ask(tolerant, [], [], bare, pressed("memory", "disk"))?.reason).toBe("Evicted");
  expect(ask(pod("0", { priority: 2_000_000_000 }), [], [], bare, pressed("disk"))).toBeUndefined();
});

test("critical pods lack no room, but others for whom it is taken end", () => {
  const critical = pod("1500m", { priority: 2_000_000_000 });
  expect(ask(critical, [pod("1")])).toMatchObject({
    reason: "OutOfcpu",
    lacking: [{ name: "cpu", wanted: 1500, used: 1000, capacity: 2000 }],
  });
  expect(ask({ ...critical, spec: { ...critical.spec, nodeSelector: { zone: "b" } } }, [pod("1")])?.reason).toBe(
    "NodeAffinity",
  );
  const named = (name: string, cpu: string, spec: Partial<Pod["spec"]> = {}): Pod => ({
    ...pod(cpu, spec),
    metadata: { name },
  });
  const fixed = { requests: { cpu: "1", memory: "1" }, limits: { cpu: "1", memory: "1" } };
  const guaranteed = named("guaranteed", "1", { containers: [{ name: "a", resources: fixed }] });
  const others = [guaranteed, named("small", "200m"), named("large", "900m"), named("system", "1", critical.spec)];
  const ended = (milli: number) =>
    victims(critical, others, [{ name: "cpu", wanted: milli, used: 0, capacity: 0 }]).map((p) => p.metadata.name);
  expect(ended(100)).toEqual(["small"]);
  expect(ended(500)).toEqual(["large"]);
  expect(ended(1000)).toEqual(["large", "small"]);
  expect(ended(1200)).toEqual(["small", "guaranteed"]);
  expect(() => ended(9000)).toThrow("no set of running pods found to reclaim resources: [(res: cpu, q: 6900), ]");
});
