// Services: defaults, findings, what an update keeps and drops, table.
import { describe, expect, test } from "vitest";
import { createFindings, madeObject, rowOf, testRequest, updateFindings } from "../../testing.ts";
import { type Service, services } from "./service.ts";

const service = (spec: object, more: object = {}): object => ({ spec: { ports: [{ port: 80 }], ...spec }, ...more });

function prepared(to: object, from?: object): Service {
  const old = from === undefined ? undefined : madeObject(services, from);
  const next = madeObject(services, to);
  return services.strategy.prepare?.(next, old, testRequest(old === undefined ? "create" : "update")) ?? next;
}

describe("defaults", () => {
  test("an almost empty service", () => {
    expect(madeObject(services, service({})).spec).toEqual({
      ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
      type: "ClusterIP",
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
    });
  });

  test("a load balancer, sticky, with an address", () => {
    const status = { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } };
    const made = madeObject(services, service({ type: "LoadBalancer", sessionAffinity: "ClientIP" }, { status }));
    expect(made.spec).toMatchObject({
      externalTrafficPolicy: "Cluster",
      allocateLoadBalancerNodePorts: true,
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    });
    expect(made.status).toEqual({ loadBalancer: { ingress: [{ ip: "1.2.3.4", ipMode: "VIP" }] } });
  });
});

describe("findings", () => {
  test.each<[string, object, readonly string[]]>([
    ["sound", service({ selector: { app: "web" } }), []],
    ["without ports", { spec: {} }, ["spec.ports: Required value"]],
    ["headless without ports", { spec: { clusterIP: "None" } }, []],
    [
      "two ports without names",
      service({ ports: [{ port: 80 }, { port: 81 }] }),
      ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
    ],
    [
      "one port twice",
      service({
        ports: [
          { name: "a", port: 80 },
          { name: "a", port: 80 },
        ],
      }),
      [
        'spec.ports[1].name: Duplicate value: "a"',
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ],
    [
      "a port that is none",
      service({ ports: [{ port: 70000, targetPort: "Not good" }] }),
      [
        "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
        'spec.ports[0].targetPort: Invalid value: "Not good": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      ],
    ],
    [
      "a node port inside the cluster",
      service({ ports: [{ port: 80, nodePort: 30000 }] }),
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      "an external name with addresses",
      { spec: { type: "ExternalName", externalName: "a.example.com.", clusterIP: "10.0.0.1" } },
      ["spec.clusterIPs: Forbidden: may not be set for ExternalName services"],
    ],
    ["an external name without name", { spec: { type: "ExternalName" } }, ["spec.externalName: Required value"]],
    [
      "addresses that do not fit",
      service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.2"] }),
      ['spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`'],
    ],
    [
      "an address of no use outside",
      service({ externalIPs: ["127.0.0.1"] }),
      ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      "an unknown type",
      service({ type: "Cloud" }),
      [
        'spec.type: Unsupported value: "Cloud": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
  ])("%s", (_what, given, findings) => {
    expect(createFindings(services, given)).toEqual(findings);
  });

  test("an address stays", () => {
    const from = service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"] });
    const to = service({ clusterIP: "10.0.0.2", clusterIPs: ["10.0.0.2"], ipFamilies: ["IPv4"] });
    expect(updateFindings(services, { from, to })).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
    ]);
  });
});

describe("the second address", () => {
  const both = { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd00::1"], ipFamilies: ["IPv4", "IPv6"] };
  const first = { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"] };

  test("is given up only in so many words", () => {
    const from = service({ ...both, ipFamilyPolicy: "PreferDualStack" });
    const kept = service({ ...first, ipFamilyPolicy: "PreferDualStack" });
    const text = (what: string): string =>
      `spec.ipFamilyPolicy: Invalid value: "PreferDualStack": must be set to 'SingleStack' when releasing the secondary ${what}`;
    expect(updateFindings(services, { from, to: kept })).toEqual([text("clusterIP"), text("ipFamily")]);
    const released = service({ ...first, ipFamilyPolicy: "SingleStack" });
    expect(updateFindings(services, { from, to: released })).toEqual([]);
  });

  test("a headless service may change its families", () => {
    const headless = { clusterIP: "None", clusterIPs: ["None"] };
    const from = service({ ...headless, ipFamilies: ["IPv4"] });
    expect(updateFindings(services, { from, to: service({ ...headless, ipFamilies: ["IPv6"] }) })).toEqual([]);
  });
});

describe("old annotations", () => {
  const annotated = (annotations: object, spec: object = {}): object => ({
    ...service(spec),
    metadata: { name: "x", namespace: "default", annotations },
  });
  const ranges = "service.beta.kubernetes.io/load-balancer-source-ranges";

  test("source ranges are for load balancers", () => {
    expect(createFindings(services, annotated({ [ranges]: "10.0.0.0/8" }))).toEqual([
      `metadata.annotations[${ranges}]: Forbidden: may only be used when \`type\` is 'LoadBalancer'`,
    ]);
    expect(
      createFindings(services, annotated({ [ranges]: "10.0.0.0/8, 1.0.0.0/8" }, { type: "LoadBalancer" })),
    ).toEqual([]);
  });

  test("two names of one thing agree", () => {
    const hints = "service.kubernetes.io/topology-aware-hints";
    const mode = "service.kubernetes.io/topology-mode";
    expect(createFindings(services, annotated({ [hints]: "Auto", [mode]: "Disabled" }))).toEqual([
      `metadata.annotations[${mode}]: Invalid value: "Disabled": must match annotations[${hints}] when both are specified`,
    ]);
  });
});

describe("points of entry", () => {
  const status = (ingress: object): object => ({ loadBalancer: { ingress: [ingress] } });
  const findings = (ingress: object, type = "LoadBalancer"): readonly string[] =>
    updateFindings(services, {
      from: service({ type }),
      to: { ...service({ type }), status: status(ingress) },
      subresource: "status",
    });
  const at = "status.loadBalancer.ingress";

  test.each([
    [{ ip: "1.2.3.4", ipMode: "VIP" }, []],
    [{ hostname: "a.b" }, []],
    [{ hostname: "a.b", ipMode: "VIP" }, [`${at}[0].ipMode: Forbidden: may not be specified when \`ip\` is not set`]],
    [{ hostname: "1.2.3.4" }, [`${at}[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address`]],
    [
      { ip: "1.2.3.4", ipMode: "Both" },
      [`${at}[0].ipMode: Unsupported value: "Both": supported values: "Proxy", "VIP"`],
    ],
  ])("%j", (ingress, wanted) => {
    expect(findings(ingress)).toEqual(wanted);
  });

  test("are only a load balancer's, and go with that type", () => {
    const ingress = { ip: "1.2.3.4", ipMode: "VIP" };
    expect(findings(ingress, "NodePort")).toEqual([
      `${at}: Forbidden: may only be used when \`spec.type\` is 'LoadBalancer'`,
    ]);
    const balanced = { ...service({ type: "LoadBalancer" }), status: status(ingress) };
    const next = prepared({ ...service({ type: "ClusterIP" }), status: status(ingress) }, balanced);
    expect(next.status).toEqual({ loadBalancer: {} });
  });
});

describe("updates", () => {
  const allocated = service({
    type: "NodePort",
    clusterIP: "10.0.0.1",
    clusterIPs: ["10.0.0.1"],
    ports: [{ port: 80, nodePort: 30080 }],
  });

  test("what was allocated is kept when the client leaves it out", () => {
    const { spec } = prepared(service({ type: "NodePort" }), allocated);
    expect([spec.clusterIP, spec.clusterIPs, spec.ports?.[0]?.nodePort]).toEqual(["10.0.0.1", ["10.0.0.1"], 30080]);
  });

  test("node ports go with the type that had them", () => {
    const changed = service({
      type: "ClusterIP",
      clusterIP: "10.0.0.1",
      ports: [{ port: 80, nodePort: 30080 }],
      externalTrafficPolicy: "Cluster",
    });
    const { spec } = prepared(changed, allocated);
    expect([spec.ports?.[0]?.nodePort, spec.externalTrafficPolicy]).toEqual([undefined, undefined]);
  });

  test("addresses go when the service becomes a name", () => {
    const { spec } = prepared(
      { spec: { type: "ExternalName", externalName: "a.b", clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"] } },
      allocated,
    );
    expect([spec.clusterIP, spec.clusterIPs]).toEqual([undefined, undefined]);
  });

  test("a wanted address is the first of the list", () => {
    expect(prepared(service({ clusterIP: "10.0.0.9" })).spec.clusterIPs).toEqual(["10.0.0.9"]);
  });
});

test("the table", () => {
  const given = service(
    {
      type: "LoadBalancer",
      clusterIPs: ["10.0.0.1"],
      selector: { b: "2", a: "1" },
      ports: [
        { name: "a", port: 80, nodePort: 30080 },
        { name: "b", port: 53, protocol: "UDP" },
      ],
    },
    { metadata: { name: "web" } },
  );
  expect(rowOf(services, given)).toEqual({
    Name: "web",
    Type: "LoadBalancer",
    "Cluster-IP": "10.0.0.1",
    "External-IP": "<pending>",
    "Port(s)": "80:30080/TCP,53/UDP",
    Age: "<unknown>",
    Selector: "a=1,b=2",
  });
});
