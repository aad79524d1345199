// Services and slices become the table that upstream's rules mean; the kernel accepts each of them (root only).
import { spawnSync } from "node:child_process";
import type { Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";
import { fullScript } from "@skates/packet-filter";
import { expect, test } from "vitest";
import { compile } from "./compile.ts";
import { servicePorts } from "./service-port.ts";
import { staleFlows } from "./stale-flows.ts";

const OPTIONS = { tableName: "skates-test", nodeAddresses: ["192.0.2.2"], podCidr: "10.244.0.0/16" };

function service(spec: Partial<Service["spec"]>): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: {
      type: "ClusterIP",
      clusterIP: "10.96.0.20",
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
      ...spec,
    },
  };
}

function slice(endpoints: EndpointSlice["endpoints"], protocol: "TCP" | "UDP" = "TCP"): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", protocol, port: 8080 }],
  };
}

const A = { addresses: ["10.244.0.5"], conditions: { ready: true }, nodeName: "here" };
const B = { addresses: ["10.244.1.6"], conditions: { ready: true }, nodeName: "there" };

function table(spec: Partial<Service["spec"]>, endpoints: EndpointSlice["endpoints"]) {
  const built = compile(servicePorts(service(spec), [slice(endpoints)], { nodeName: "here" }), OPTIONS);
  const chains = Object.fromEntries(
    [...built.chains]
      .filter(([name]) => /^(service|external|endpoint-(in|out))-/.test(name))
      .map(([n, c]) => [n, c.rules]),
  );
  const map = (name: string) => Object.fromEntries(built.maps.get(name)?.elements ?? []);
  return { built, chains, map };
}

const NAME = "10.96.0.20 . tcp . 80";

test("a cluster address leads to one of the ready endpoints", () => {
  const { chains, map, built } = table({}, [A, B]);
  const [[name, rules] = ["", []]] = Object.entries(chains);
  expect(map("service-ips")).toEqual({ [NAME]: `goto ${name}` });
  expect(rules).toEqual([
    "ip daddr 10.96.0.20 ip saddr != 10.244.0.0/16 jump mark-for-masquerade",
    "meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.0.5 . 8080, 1 : 10.244.1.6 . 8080 }",
  ]);
  expect([...(built.sets.get("hairpin")?.elements ?? [])]).toEqual([
    "10.244.0.5 . 10.244.0.5",
    "10.244.1.6 . 10.244.1.6",
  ]);
});

test("without endpoints connections are refused", () => {
  const { chains, map } = table({}, []);
  expect([chains, map("service-ips"), map("no-endpoint-services")]).toEqual([{}, {}, { [NAME]: "goto refuse" }]);
});

test("endpoints that terminate but serve are used only when none is ready", () => {
  const leaving = { ...B, conditions: { ready: false, serving: true, terminating: true } };
  expect(JSON.stringify(table({}, [A, leaving]).chains)).not.toContain("10.244.1.6");
  expect(JSON.stringify(table({}, [leaving]).chains)).toContain("10.244.1.6:8080");
  const broken = { ...B, conditions: { ready: false, serving: false, terminating: true } };
  expect(table({}, [broken]).chains).toEqual({});
});

test("a node port masquerades, unless the policy is Local", () => {
  const port = [{ name: "http", protocol: "TCP" as const, port: 80, nodePort: 30080 }];
  const cluster = table({ type: "NodePort", ports: port }, [A, B]);
  const [external = ""] = Object.keys(cluster.chains).filter((n) => n.startsWith("external-"));
  expect(cluster.map("service-nodeports")).toEqual({ "tcp . 30080": `goto ${external}` });
  expect(cluster.chains[external]?.[0]).toBe("jump mark-for-masquerade");
  const local = table({ type: "NodePort", ports: port, externalTrafficPolicy: "Local" }, [A, B]);
  expect(local.chains[external]?.at(-1)).toBe("meta l4proto tcp dnat ip to 10.244.0.5:8080");
  expect(local.chains[external]).not.toContain("jump mark-for-masquerade");
});

test("internalTrafficPolicy Local keeps to this node", () => {
  expect(JSON.stringify(table({ internalTrafficPolicy: "Local" }, [A, B]).chains)).not.toContain("10.244.1.6");
  expect(table({ internalTrafficPolicy: "Local" }, [B]).map("no-endpoint-services")).toEqual({ [NAME]: "goto refuse" });
});

test("hints for nodes are followed if all ready endpoints have them and one is for this node", () => {
  const hinted = (endpoint: typeof A, name: string) => ({ ...endpoint, hints: { forNodes: [{ name }] } });
  const used = (...endpoints: (typeof A)[]) =>
    servicePorts(service({}), [slice(endpoints)], { nodeName: "here" }).map(({ clusterEndpoints }) =>
      clusterEndpoints.map(({ address }) => address),
    );
  const near = hinted(A, "here");
  const silent = { ...near, conditions: { ready: false } };
  expect([
    used(near, hinted(B, "there")),
    used(near, B),
    used(hinted(B, "there")),
    used(silent, hinted(B, "there")),
  ]).toEqual([[["10.244.0.5"]], [["10.244.0.5", "10.244.1.6"]], [["10.244.1.6"]], [["10.244.1.6"]]]);
});

test("hints for zones are followed likewise, where those for nodes do not hold", () => {
  const hinted = (endpoint: typeof A, zone: string, node?: string) => ({
    ...endpoint,
    hints: { forZones: [{ name: zone }], ...(node === undefined ? {} : { forNodes: [{ name: node }] }) },
  });
  const used = (zone: string | undefined, ...endpoints: (typeof A)[]) =>
    servicePorts(service({}), [slice(endpoints)], { nodeName: "here", zone }).map(({ clusterEndpoints }) =>
      clusterEndpoints.map(({ address }) => address),
    );
  const [a, b] = [hinted(A, "z1"), hinted(B, "z2")];
  expect([
    used("z2", a, b),
    used("z3", a, b),
    used(undefined, a, b),
    used("z2", A, b),
    used("z2", a, { ...b, conditions: { ready: false } }),
    // The node comes first; where no endpoint is for it, the zone.
    used("z2", hinted(A, "z1", "here"), hinted(B, "z2", "there")),
    used("z2", hinted(A, "z1", "elsewhere"), hinted(B, "z2", "there")),
  ]).toEqual([
    [["10.244.1.6"]],
    [["10.244.0.5", "10.244.1.6"]],
    [["10.244.0.5", "10.244.1.6"]],
    [["10.244.0.5", "10.244.1.6"]],
    [["10.244.0.5"]],
    [["10.244.0.5"]],
    [["10.244.1.6"]],
  ]);
});

test("other proxies' and headless services are left alone", () => {
  const labelled = {
    ...service({}),
    metadata: { name: "x", labels: { "service.kubernetes.io/service-proxy-name": "y" } },
  };
  expect(servicePorts(labelled, [slice([A])], { nodeName: "here" })).toEqual([]);
  expect(servicePorts(service({ clusterIP: "None" }), [slice([A])], { nodeName: "here" })).toEqual([]);
});

test("UDP flows to an endpoint that went, and refusals remembered from before, are forgotten", () => {
  const udp = service({ ports: [{ name: "http", protocol: "UDP", port: 53 }] });
  const ports = (endpoints: EndpointSlice["endpoints"]) =>
    servicePorts(udp, [slice(endpoints, "UDP")], { nodeName: "here" });
  expect(staleFlows(ports([A, B]), ports([A]))).toEqual([
    { destination: "10.96.0.20", port: 53, endpoint: "10.244.1.6" },
  ]);
  expect(staleFlows(ports([]), ports([A]))).toEqual([{ destination: "10.96.0.20", port: 53 }]);
  expect(staleFlows(ports([A]), ports([A]))).toEqual([]);
});

const NFT = process.getuid?.() === 0 && spawnSync("nft", ["--version"]).status === 0;
test.skipIf(!NFT)("the kernel accepts what is compiled (needs root and nft)", () => {
  const ports = [{ name: "http", protocol: "TCP" as const, port: 80, nodePort: 30080 }];
  const sticky = { sessionAffinity: "ClientIP" as const, sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } };
  for (const policy of ["Cluster", "Local"] as const) {
    for (const affinity of [{}, sticky]) {
      const spec = {
        type: "NodePort" as const,
        ports,
        externalTrafficPolicy: policy,
        externalIPs: ["192.0.2.9"],
        ...affinity,
      };
      const ran = spawnSync("nft", ["-c", "-f", "-"], {
        input: fullScript(table(spec, [A, B]).built),
        encoding: "utf8",
      });
      expect(ran.stderr).toBe("");
    }
  }
});
