// The smaller kinds of the core and its neighbours: what each refuses, keeps and shows.
import { describe, expect, test } from "vitest";
import { events as eventsV1 } from "../../events/v1/event.ts";
import { eventFromCore, eventToCore } from "../../events/v1/event-conversion.ts";
import { endpointSlices } from "../../discovery/v1/endpoint-slice.ts";
import { ipAddresses } from "../../networking/v1/ip-address.ts";
import { serviceCIDRs } from "../../networking/v1/service-cidr.ts";
import { priorityClasses } from "../../scheduling/v1/priority-class.ts";
import { createFindings, madeObject, rowOf, testRequest, updateFindings } from "../../testing.ts";
import { configMaps } from "./config-map.ts";
import { events } from "./event.ts";
import { namespaces } from "./namespace.ts";
import { nodes } from "./node.ts";
import { secrets } from "./secret.ts";

describe("secrets", () => {
  test("text becomes data", () => {
    const { data, type } = madeObject(secrets, { data: { a: "eA==" }, stringData: { b: "ü" } });
    expect([data, type]).toEqual([{ a: "eA==", b: "w7w=" }, "Opaque"]);
  });

  test.each<[string, object, readonly string[]]>([
    [
      "a bad key",
      { data: { "a/b": "" } },
      [
        "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [
      "half a certificate",
      { type: "kubernetes.io/tls", data: { "tls.crt": "eA==" } },
      ["data[tls.key]: Required value"],
    ],
    [
      "a token of nobody",
      { type: "kubernetes.io/service-account-token" },
      ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
    ],
    ["too much", { data: { a: "A".repeat(1_400_000) } }, ["data: Too long: may not be more than 1048576 bytes"]],
  ])("%s", (_what, given, findings) => {
    expect(createFindings(secrets, given)).toEqual(findings);
  });

  test("an immutable secret stays, and any secret keeps its type", () => {
    const from = { immutable: true, data: { a: "eA==" } };
    expect(updateFindings(secrets, { from, to: { data: { a: "eQ==" } } })).toEqual([
      "immutable: Forbidden: field is immutable when `immutable` is set",
      "data: Forbidden: field is immutable when `immutable` is set",
    ]);
    expect(updateFindings(secrets, { from: {}, to: { type: "x/y" } })).toEqual([
      'type: Invalid value: "x/y": field is immutable',
    ]);
  });
});

describe("config maps", () => {
  test("one key in both maps", () => {
    expect(createFindings(configMaps, { data: { a: "1" }, binaryData: { a: "eA==" } })).toEqual([
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ]);
  });

  test("an immutable one stays", () => {
    expect(
      updateFindings(configMaps, { from: { immutable: true }, to: { immutable: true, data: { a: "1" } } }),
    ).toEqual(["data: Forbidden: field is immutable when `immutable` is set"]);
  });

  test("entries are counted", () => {
    expect(rowOf(configMaps, { data: { a: "1" }, binaryData: { b: "eA==" } })["Data"]).toBe(2);
  });
});

describe("namespaces", () => {
  const made = madeObject(namespaces, { metadata: { name: "shop" } });
  const created = namespaces.strategy.prepare?.(made, undefined, testRequest("create"));

  test("carry their name, a finalizer and a phase", () => {
    expect(created).toMatchObject({
      metadata: { labels: { "kubernetes.io/metadata.name": "shop" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
  });

  test("stay while they have finalizers, and say that they are going", () => {
    expect(created === undefined ? undefined : namespaces.strategy.holds?.(created)).toBe(true);
    expect(created === undefined ? undefined : namespaces.strategy.markDeleting?.(created).status).toEqual({
      phase: "Terminating",
    });
  });

  test("only finalize changes the finalizers", () => {
    if (created === undefined) throw new Error("nothing was created");
    const emptied = { ...created, spec: {} };
    expect(namespaces.strategy.prepare?.(emptied, created, testRequest("update")).spec).toEqual({
      finalizers: ["kubernetes"],
    });
    expect(namespaces.strategy.views?.["finalize"]?.(emptied, created).spec).toEqual({});
  });
});

describe("nodes", () => {
  test("the table", () => {
    const given = {
      metadata: {
        name: "n1",
        labels: { "node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "" },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: "Ready", status: "True" }],
        addresses: [{ type: "InternalIP", address: "10.0.0.5" }],
        nodeInfo: { kubeletVersion: "v1.36.1", osImage: "Debian" },
      },
    };
    expect(rowOf(nodes, given)).toMatchObject({
      Status: "Ready,SchedulingDisabled",
      Roles: "control-plane,worker",
      Version: "v1.36.1",
      "Internal-IP": "10.0.0.5",
      "External-IP": "<none>",
      "OS-Image": "Debian",
      "Kernel-Version": "<unknown>",
    });
    expect(rowOf(nodes, {})).toMatchObject({ Status: "Unknown", Roles: "<none>" });
  });

  test("pod ranges stay, and a taint stands once", () => {
    const from = { spec: { podCIDR: "10.1.0.0/24", podCIDRs: ["10.1.0.0/24"] } };
    const to = { spec: { podCIDR: "10.2.0.0/24", podCIDRs: ["10.2.0.0/24"] } };
    expect(updateFindings(nodes, { from, to })).toEqual([
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ]);
    const taint = { key: "k", effect: "NoSchedule" };
    expect(createFindings(nodes, { spec: { taints: [taint, taint] } })).toEqual([
      'spec.taints[1]: Duplicate value: {"key":"k","effect":"NoSchedule"}',
    ]);
  });

  test("all of a node can be given away by default", () => {
    expect(madeObject(nodes, { status: { capacity: { cpu: "2" } } }).status?.allocatable).toEqual({ cpu: "2" });
  });
});

describe("events", () => {
  const involvedObject = { kind: "Pod", namespace: "default", name: "web" };

  test("the table", () => {
    const given = {
      involvedObject,
      type: "Normal",
      reason: "Pulled",
      message: " done \n",
      count: 3,
      source: { component: "kubelet", host: "n1" },
      firstTimestamp: "2026-11-20T11:00:00Z",
      lastTimestamp: "2026-11-20T11:59:30Z",
    };
    expect(rowOf(events, given)).toEqual({
      "Last Seen": "30s",
      Type: "Normal",
      Reason: "Pulled",
      Object: "pod/web",
      Subobject: "",
      Source: "kubelet, n1",
      Message: "done",
      "First Seen": "60m",
      Count: 3,
      Name: "x",
    });
  });

  test("both groups show the same event", () => {
    const core = madeObject(events, {
      involvedObject,
      message: "m",
      source: { component: "c" },
      count: 2,
      eventTime: "2026-11-20T11:00:00.000001Z",
    });
    const other = eventFromCore(core);
    expect(other).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      regarding: involvedObject,
      note: "m",
      deprecatedCount: 2,
    });
    expect(eventToCore(other)).toEqual(core);
    expect(eventsV1.selectableFields["regarding.name"]?.(other)).toBe("web");
    expect(eventsV1.conversion?.hub()).toBe(events);
  });

  test("stand in the namespace of what they are about", () => {
    expect(createFindings(events, { involvedObject: { ...involvedObject, namespace: "other" } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
  });

  test("the newer form says who reports what", () => {
    expect(createFindings(events, { involvedObject, eventTime: "2026-11-20T11:00:00.000000Z" })).toEqual([
      "reportingController: Required value",
      "reportingInstance: Required value",
      "action: Required value",
      "reason: Required value",
    ]);
  });
});

describe("priority classes", () => {
  test("keep their value, and leave the system's names alone", () => {
    expect(updateFindings(priorityClasses, { from: { value: 1 }, to: { value: 2 } })).toEqual([
      "value: Forbidden: may not be changed in an update.",
    ]);
    expect(createFindings(priorityClasses, { value: 2_000_000_000 })).toEqual([
      "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
    ]);
    expect(createFindings(priorityClasses, { metadata: { name: "system-x" }, value: 1 })).toEqual([
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
    ]);
    expect(
      createFindings(priorityClasses, { metadata: { name: "system-node-critical" }, value: 2_000_001_000 }),
    ).toEqual([]);
  });
});

describe("service addresses", () => {
  test("an address is named after itself", () => {
    const spec = { parentRef: { resource: "services", namespace: "default", name: "kubernetes" } };
    expect(createFindings(ipAddresses, { metadata: { name: "10.96.0.1" }, spec })).toEqual([]);
    expect(createFindings(ipAddresses, { metadata: { name: "2001:DB8::1" }, spec })).toEqual([
      'metadata.name: Invalid value: "2001:DB8::1": must be a canonical format IP address',
    ]);
    expect(rowOf(ipAddresses, { metadata: { name: "10.96.0.1" }, spec })).toEqual({
      Name: "10.96.0.1",
      ParentRef: "services/default/kubernetes",
    });
  });

  test("ranges are ranges, and stay", () => {
    expect(createFindings(serviceCIDRs, { spec: { cidrs: ["10.96.0.1/16", "x"] } })).toEqual([
      'spec.cidrs[0]: Invalid value: "10.96.0.1/16": must not have bits set beyond the prefix length',
      'spec.cidrs[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ]);
    const from = { spec: { cidrs: ["10.96.0.0/16"] } };
    expect(updateFindings(serviceCIDRs, { from, to: { spec: { cidrs: ["10.97.0.0/16"] } } })).toEqual([
      'spec.cidrs[0]: Invalid value: "10.97.0.0/16": field is immutable once set',
    ]);
    expect(updateFindings(serviceCIDRs, { from, to: { spec: { cidrs: ["10.96.0.0/16", "fd00::/108"] } } })).toEqual([]);
  });
});

test("endpoint slices show some of what they hold", () => {
  const endpoints = [
    { addresses: ["10.0.0.1"] },
    { addresses: ["10.0.0.2"] },
    { addresses: ["10.0.0.3"] },
    { addresses: ["10.0.0.4"] },
  ];
  expect(rowOf(endpointSlices, { addressType: "IPv4", endpoints, ports: [{ port: 80 }] })).toMatchObject({
    AddressType: "IPv4",
    Ports: "80",
    Endpoints: "10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...",
  });
  expect(rowOf(endpointSlices, { addressType: "IPv4" })).toMatchObject({ Ports: "<unset>", Endpoints: "<unset>" });
});
