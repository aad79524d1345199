// A range of service addresses is guarded, says that it is ready, and stays until its last address is given back.
import { services } from "@skates/api/core/v1";
import { ipAddresses, serviceCIDRs } from "@skates/api/networking/v1";
import { isStatus } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const range = { name: "more" };
const findings = async () => {
  const { metadata, status } = await world.get(serviceCIDRs, range);
  const told = status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]);
  return [metadata.finalizers, ...(told ?? [])];
};
const GUARD = ["networking.k8s.io/service-cidr-finalizer"];
const READY = ["Ready", "True", "", "Kubernetes Service CIDR is ready"];

it("comes and goes with its addresses", async () => {
  await world.create(serviceCIDRs, {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: range,
    spec: { cidrs: ["10.200.0.0/24"] },
  });
  await world.pass(2);
  expect(await findings()).toEqual([GUARD, READY]);
  await world.create(services, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name: "s" },
    spec: { clusterIP: "10.200.0.7", ports: [{ port: 80 }] },
  });
  await world.client.resource(serviceCIDRs).delete(range, {}, world.signal);
  await world.pass(20);
  const still =
    "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
  expect(await findings()).toEqual([GUARD, ["Ready", "False", "Terminating", still]]);
  await world.client.resource(services).delete({ namespace: "default", name: "s" }, {}, world.signal);
  await world.pass(15);
  await expect(world.get(serviceCIDRs, range)).rejects.toSatisfy((error) => isStatus(error, "NotFound"));
});

it("goes although addresses are in it, when another range holds them", async () => {
  for (const [name, cidr] of [
    ["more", "10.200.0.0/24"],
    ["all", "10.200.0.0/16"],
  ] as const) {
    await world.create(serviceCIDRs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "ServiceCIDR",
      metadata: { name },
      spec: { cidrs: [cidr] },
    });
  }
  await world.create(services, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name: "s" },
    spec: { clusterIP: "10.200.0.7", ports: [{ port: 80 }] },
  });
  await world.pass(2);
  await world.client.resource(serviceCIDRs).delete(range, {}, world.signal);
  await world.pass(15);
  expect((await world.list(serviceCIDRs)).map(({ metadata }) => metadata.name)).toEqual(["all", "kubernetes"]);
});

it("the address of a service that has lost its IPAddress gets it back", async () => {
  const { spec } = await world.create(services, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name: "s" },
    spec: { ports: [{ port: 80 }] },
  });
  const name = spec.clusterIP ?? "";
  await world.client.resource(ipAddresses).delete({ name }, {}, world.signal);
  await world.pass(200);
  expect((await world.get(ipAddresses, { name })).spec).toEqual({
    parentRef: { resource: "services", namespace: "default", name: "s" },
  });
});
