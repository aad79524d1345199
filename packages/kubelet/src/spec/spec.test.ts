// From pods to what the runtime is told: names, DNS, limits, security.
import type { Container, Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { parseResolvConf, podDns } from "./dns.ts";
import { hostsFile, kernelHostname, podNames } from "./hostname.ts";
import { containerResources, cpuQuota, cpuShares } from "./resources.ts";
import { sandboxSpec } from "./sandbox-spec.ts";
import { containerSecurity } from "./security.ts";

function pod(spec: Partial<Pod["spec"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "n", uid: "u" },
    spec: { containers: [{ name: "c" }], ...spec },
  };
}
const seccomp = { byDefault: false, root: "/seccomp" };
const cluster = {
  servers: ["10.96.0.10"],
  domain: "cluster.local",
  host: { servers: ["1.1.1.1"], searches: ["corp.example"], options: ["timeout:1"] },
};

test.each([
  [
    "ClusterFirst",
    {},
    {
      servers: ["10.96.0.10"],
      searches: ["n.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"],
      options: ["ndots:5"],
    },
  ],
  ["host network", { hostNetwork: true }, cluster.host],
  [
    "ClusterFirstWithHostNet",
    { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" as const },
    {
      servers: ["10.96.0.10"],
      searches: ["n.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"],
      options: ["ndots:5"],
    },
  ],
  ["Default", { dnsPolicy: "Default" as const }, cluster.host],
  [
    "None with its own",
    {
      dnsPolicy: "None" as const,
      dnsConfig: {
        nameservers: ["9.9.9.9"],
        searches: ["x"],
        options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
      },
    },
    { servers: ["9.9.9.9"], searches: ["x"], options: ["ndots:2", "edns0"] },
  ],
])("DNS: %s", (_, spec, expected) => expect(podDns(pod(spec), cluster)).toEqual(expected));

test("a pod's own options replace those of the same name", () => {
  expect(podDns(pod({ dnsConfig: { options: [{ name: "ndots", value: "1" }] } }), cluster).options).toEqual([
    "ndots:1",
  ]);
});

test("resolv.conf", () => {
  expect(
    parseResolvConf("# c\nnameserver 1.1.1.1\nnameserver ::1 # x\nsearch a.b. c\noptions ndots:2 rotate\n"),
  ).toEqual({
    servers: ["1.1.1.1", "::1"],
    searches: ["a.b", "c"],
    options: ["ndots:2", "rotate"],
  });
});

test("names and /etc/hosts", () => {
  const long = { ...pod(), metadata: { name: `${"a".repeat(62)}.b`, namespace: "n" } };
  expect(podNames(long, "cluster.local").hostname).toBe("a".repeat(62));
  const named = pod({
    hostname: "h",
    subdomain: "s",
    setHostnameAsFQDN: true,
    hostAliases: [{ ip: "1.2.3.4", hostnames: ["x", "y"] }],
  });
  const names = podNames(named, "cluster.local");
  expect(kernelHostname(named, names)).toBe("h.s.n.svc.cluster.local");
  expect(hostsFile(named, names, ["10.0.0.2"]).split("\n").slice(-5)).toEqual([
    "10.0.0.2\th.s.n.svc.cluster.local\th",
    "",
    "# Entries added by HostAliases.",
    "1.2.3.4\tx\ty",
    "",
  ]);
  const tooLong = { ...named, spec: { ...named.spec, hostname: "h".repeat(60) } };
  expect(() => kernelHostname(tooLong, podNames(tooLong, "cluster.local"))).toThrow(
    "too long (64 characters is the max",
  );
});

test.each([
  [0, 2, 0],
  [1, 2, 1000],
  [100, 102, 10_000],
  [1000, 1024, 100_000],
  [300_000, 262_144, 30_000_000],
])("%i thousandths of a cpu", (milli, shares, quota) =>
  expect([cpuShares(milli), cpuQuota(milli)]).toEqual([shares, quota]),
);

test("limits and the order in which the kernel kills", () => {
  const with_ = (resources: Container["resources"], over: Partial<Pod["spec"]> = {}) => {
    const container = { name: "c", resources };
    return containerResources(pod({ containers: [container], ...over }), container, 10 * 1024 ** 3);
  };
  const full = { cpu: "1", memory: "1Gi" };
  expect(with_({ limits: full, requests: full })).toEqual({
    cpuPeriodUs: 100_000,
    cpuQuotaUs: 100_000,
    cpuShares: 1024,
    memoryLimitBytes: 1024 ** 3,
    oomScoreAdj: -997,
  });
  expect(with_({})).toMatchObject({ cpuShares: 2, cpuQuotaUs: 0, memoryLimitBytes: 0, oomScoreAdj: 1000 });
  expect(with_({ requests: { memory: "1Gi" } }).oomScoreAdj).toBe(900);
  expect(with_({}, { priorityClassName: "system-node-critical" }).oomScoreAdj).toBe(-997);
  expect(with_({ limits: { cpu: "250m" } })).toMatchObject({ cpuShares: 256, cpuQuotaUs: 25_000 });
});

test("a container's own security settings win over the pod's", () => {
  const container: Container = {
    name: "c",
    securityContext: {
      runAsUser: 5,
      capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] },
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      seccompProfile: { type: "Localhost", localhostProfile: "p.json" },
    },
  };
  const p = pod({
    containers: [container],
    hostPID: true,
    securityContext: { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4] },
  });
  expect(containerSecurity({ pod: p, container, imageUser: { username: "" }, seccomp })).toMatchObject({
    privileged: false,
    namespaces: { network: "pod", pid: "node", ipc: "pod" },
    addCapabilities: ["NET_ADMIN"],
    dropCapabilities: ["ALL"],
    runAsUser: 5,
    runAsGroup: 2,
    supplementalGroups: [3, 4],
    noNewPrivileges: true,
    readOnlyRootFilesystem: true,
    seccomp: { type: "Localhost", name: "/seccomp/p.json" },
  });
});

test.each([
  ["user 0", { runAsUser: 0 }, { username: "" }, "container's runAsUser breaks non-root policy"],
  ["an image that runs as root", {}, { uid: 0, username: "" }, "image will run as root"],
  [
    "an image whose user is a name",
    {},
    { username: "nginx" },
    "image has non-numeric user (nginx), cannot verify user is non-root",
  ],
])("runAsNonRoot refuses %s", (_, context, imageUser, message) => {
  const container = { name: "c", securityContext: { runAsNonRoot: true, ...context } };
  expect(() => containerSecurity({ pod: pod({ containers: [container] }), container, imageUser, seccomp })).toThrow(
    message,
  );
});

test("host ports are mapped, but not in the host's network", () => {
  const request = {
    attempt: 0,
    hostname: "",
    logDirectory: "",
    cgroupParent: "",
    dns: cluster.host,
    runtimeHandler: "",
  };
  const containers = [{ name: "c", ports: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }] }];
  expect(sandboxSpec({ ...request, pod: pod({ containers }) }).portMappings).toEqual([
    { protocol: "TCP", containerPort: 80, hostPort: 8080, hostIp: "" },
  ]);
  expect(sandboxSpec({ ...request, pod: pod({ containers, hostNetwork: true }) }).portMappings).toEqual([]);
});
