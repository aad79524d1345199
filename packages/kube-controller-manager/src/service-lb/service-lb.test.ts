// Load balancers on the nodes' own addresses: who is reached where, whose ports count, and what is refused.
import { events, type Node, nodes, type Service, services } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";
import { createLister } from "@skates/controller-runtime";
import { afterEach, describe, expect, it } from "vitest";
import { addNode, startWorld, type World } from "../testing/world.ts";
import { planLoadBalancers } from "./plan.ts";

const OPTIONS = { reservedPorts: [22, 6443], nodePorts: { from: 30_000, to: 32_767 } };
let world: World | undefined;
afterEach(async () => await world?.stop());

const node = (name: string, address: string, more: Partial<Node["metadata"]> = {}, ready = "True"): Node => ({
  kind: "Node",
  apiVersion: "v1",
  metadata: { name, ...more },
  spec: {},
  status: {
    addresses: [{ type: "InternalIP", address }],
    conditions: [{ type: "Ready", status: ready }],
  },
});
const service = (
  name: string,
  port: number,
  more: Partial<Service["spec"]> = {},
  ingress: readonly string[] = [],
): Service => ({
  kind: "Service",
  apiVersion: "v1",
  metadata: {
    name,
    namespace: "a",
    creationTimestamp: `2026-01-01T00:00:0${name.length}Z`,
    finalizers: ingress.length === 0 ? [] : ["service.kubernetes.io/load-balancer-cleanup"],
  },
  spec: { type: "LoadBalancer", ports: [{ port }], ...more },
  status: ingress.length === 0 ? {} : { loadBalancer: { ingress: ingress.map((ip) => ({ ip, ipMode: "VIP" })) } },
});
const slice = (of: string, nodeName: string, ready = true): EndpointSlice => ({
  kind: "EndpointSlice",
  apiVersion: "discovery.k8s.io/v1",
  metadata: { name: `${of}-1`, namespace: "a", labels: { "kubernetes.io/service-name": of } },
  addressType: "IPv4",
  endpoints: [{ addresses: ["10.0.0.1"], nodeName, conditions: { ready } }],
});
const NODES = [node("n1", "192.0.2.1"), node("n2", "192.0.2.2")];
function planned(all: readonly Service[], among: readonly Node[] = NODES, slices: readonly EndpointSlice[] = []) {
  const view = { services: createLister(all), nodes: createLister(among), slices: createLister(slices) };
  return planLoadBalancers(view, OPTIONS)
    .stages.flat()
    .filter((action) => action.do !== "event" || action.type === "Warning")
    .map((action) => {
      if (action.do === "event") return `${action.about.metadata.name}: ${action.message}`;
      const { metadata, status } = ("object" in action ? action.object : undefined) as Service;
      return `${metadata.name} ${(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).join(" ")}`;
    });
}
const FAILED = "Error syncing load balancer: failed to ensure load balancer:";

describe("a plan", () => {
  it("reaches a service at all nodes that are ready and not excluded", () => {
    const among = [
      ...NODES,
      node("gone", "192.0.2.3", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      node("apart", "192.0.2.4", { labels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } }),
      node("ill", "192.0.2.5", {}, "Unknown"),
    ];
    expect(planned([service("web", 80)], among)).toEqual(["web 192.0.2.1 192.0.2.2"]);
  });

  it("changes nothing that is right already, and clears what is no load balancer any more", () => {
    expect(planned([service("web", 80, {}, ["192.0.2.1", "192.0.2.2"])])).toEqual([]);
    expect(planned([service("web", 80, { type: "ClusterIP" }, ["192.0.2.1"])])).toEqual(["web "]);
  });

  it("leaves services with a class to others", () => {
    expect(planned([service("web", 80, { loadBalancerClass: "example.com/cloud" })])).toEqual([]);
  });

  it("reaches services that keep traffic on its node only where their ready pods are", () => {
    const local = service("web", 80, { externalTrafficPolicy: "Local" });
    expect(planned([local], NODES, [slice("web", "n2")])).toEqual(["web 192.0.2.2"]);
    expect(planned([local], NODES, [slice("web", "n2", false)])).toEqual([]);
  });

  it("gives a port to the oldest that asks for it, by protocol", () => {
    const tcp = service("a", 53);
    const udp = service("bb", 53, { ports: [{ port: 53, protocol: "UDP" }] });
    const late = service("ccc", 53, {}, ["192.0.2.1"]);
    expect(planned([late, udp, tcp])).toEqual([
      "a 192.0.2.1 192.0.2.2",
      "bb 192.0.2.1 192.0.2.2",
      "ccc ",
      `ccc: ${FAILED} port 53/TCP of the nodes belongs to service a/a`,
    ]);
  });

  it("never gives away what the cluster listens on itself", () => {
    expect(planned([service("ssh", 22), service("api", 6443), service("node", 30_080)])).toEqual([
      `api: ${FAILED} port 6443/TCP is the cluster's own on its nodes`,
      `ssh: ${FAILED} port 22/TCP is the cluster's own on its nodes`,
      `node: ${FAILED} port 30080/TCP is among those of services of type NodePort`,
    ]);
  });
});

it("works in a cluster: addresses come, follow the nodes, and go; a refusal is told", async () => {
  world = await startWorld({ serviceLb: OPTIONS });
  await addNode(world, "n1");
  const ready = await world.get(nodes, { name: "n1" });
  const addresses = [{ type: "InternalIP", address: "192.0.2.1" }];
  await world.client
    .resource(nodes)
    .sub("status")
    .patch({ name: "n1" }, { type: "merge", body: { status: { addresses } } }, {}, world.signal);
  expect(ready.metadata.name).toBe("n1");
  const web = { ...service("web", 80), metadata: { name: "web", namespace: "default" } };
  const ssh = { ...service("ssh", 22), metadata: { name: "ssh", namespace: "default" } };
  await world.create(services, { ...web, status: undefined });
  await world.create(services, { ...ssh, status: undefined });
  await world.pass(3);
  const ingress = async (name: string) =>
    (await world?.get(services, { namespace: "default", name }))?.status?.loadBalancer?.ingress;
  expect(await ingress("web")).toEqual([{ ip: "192.0.2.1", ipMode: "VIP" }]);
  expect(await ingress("ssh")).toBe(undefined);
  expect((await world.list(events, "default")).map(({ reason }) => reason)).toContain("SyncLoadBalancerFailed");
  await world.edit(services, { namespace: "default", name: "web" }, (found) => ({
    ...found,
    spec: { ...found.spec, type: "ClusterIP" as const },
  }));
  await world.pass(3);
  expect(await ingress("web")).toBe(undefined);
  const told = (await world.list(events, "default")).filter(({ involvedObject }) => involvedObject.name === "web");
  expect(told.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)).toEqual([
    "Normal EnsuringLoadBalancer: Ensuring load balancer",
    "Normal EnsuredLoadBalancer: Ensured load balancer",
    "Normal DeletingLoadBalancer: Deleting load balancer",
    "Normal DeletedLoadBalancer: Deleted load balancer",
  ]);
  expect((await world.get(services, { namespace: "default", name: "web" })).metadata.finalizers).toEqual([]);
});

it("lets a service go once its addresses have been given back, and holds none that has none", async () => {
  world = await startWorld({ serviceLb: OPTIONS, controllers: false });
  const { client, signal } = world;
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } };
  const web = { ...service("web", 80), metadata: { name: "web", namespace: "default" } };
  const other = { ...web, metadata: { name: "other", namespace: "default" } };
  await world.create(services, { ...other, spec: { ...other.spec, loadBalancerClass: "example.com/cloud" } });
  const made = await world.create(services, web);
  const finalizers = ["service.kubernetes.io/load-balancer-cleanup"];
  await client
    .resource(services)
    .updateStatus({ ...made, metadata: { ...made.metadata, finalizers }, status }, {}, signal);
  for (const { metadata } of [web, other]) await client.resource(services).delete(metadata, {}, signal);
  const left = async () =>
    (await world?.list(services, "default"))
      ?.map(({ metadata }) => metadata.name)
      .filter((name) => name !== "kubernetes");
  expect(await left()).toEqual(["web"]);
  await world.startControllers();
  await world.pass(3);
  expect(await left()).toEqual([]);
  expect((await world.list(events, "default")).map(({ reason }) => reason)).toEqual([
    "DeletingLoadBalancer",
    "DeletedLoadBalancer",
  ]);
});
