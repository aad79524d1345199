// Objects of custom kinds, on the real API server with virtual time: collected with their owners, gone with their namespaces.
import { type CustomResourceDefinition, customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { type ConfigMap, configMaps, namespaces } from "@skates/api/core/v1";
import type { ApiObject } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { customKind } from "./custom-kinds.ts";
import { startWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const definition: CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boats", kind: "Boat" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};

async function defined() {
  await world.create(customResourceDefinitions, definition);
  await world.pass(3);
  const established = await world.get(customResourceDefinitions, { name: "boats.example.com" });
  const kind = customKind(established);
  if (kind === undefined) throw new Error("the definition is not established");
  return kind;
}
const boat = (name: string, namespace = "default"): ApiObject => ({
  apiVersion: "example.com/v1",
  kind: "Boat",
  metadata: { name, namespace },
});

test("a custom resource owns and is owned", async () => {
  const boats = await defined();
  const { metadata } = await world.create(boats, boat("a"));
  const owner = { apiVersion: "example.com/v1", kind: "Boat", name: "a", uid: metadata.uid ?? "" };
  const sail: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "sail", namespace: "default", ownerReferences: [owner] },
  };
  await world.create(configMaps, sail);
  const dinghy = boat("dinghy");
  await world.create(boats, { ...dinghy, metadata: { ...dinghy.metadata, ownerReferences: [owner] } });
  await world.pass(3);
  expect((await world.list(boats)).map((one) => one.metadata.name)).toEqual(["a", "dinghy"]);
  await world.client.resource(boats).delete({ namespace: "default", name: "a" }, {}, world.signal);
  await world.pass(5);
  expect(await world.list(boats)).toEqual([]);
  expect((await world.list(configMaps, "default")).map((one) => one.metadata.name)).not.toContain("sail");
});

test("what is owned by an object of a kind that is not known yet is judged once it is, and goes with the kind", async () => {
  const made = async (name: string, uid: string): Promise<void> => {
    const owner = { apiVersion: "example.com/v1", kind: "Boat", name: "a", uid };
    const metadata = { name, namespace: "default", ownerReferences: [owner] };
    await world.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata });
  };
  const left = async () =>
    (await world.list(configMaps, "default"))
      .map(({ metadata }) => metadata.name)
      .filter((name) => !name.includes("root-ca"));
  await made("lost", "never-was");
  await world.pass(5);
  expect(await left()).toEqual(["lost"]);
  const boats = await defined();
  const { metadata } = await world.create(boats, boat("a"));
  await made("sail", metadata.uid ?? "");
  await world.pass(60);
  expect(await left()).toEqual(["sail"]);
  await world.client.resource(customResourceDefinitions).delete({ name: "boats.example.com" }, {}, world.signal);
  await world.pass(10);
  expect(await left()).toEqual([]);
});

test("a namespace goes with its custom resources", async () => {
  const boats = await defined();
  await world.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "sea" }, spec: {} });
  await world.create(boats, boat("a", "sea"));
  await world.client.resource(namespaces).delete({ name: "sea" }, {}, world.signal);
  await world.pass(10);
  expect(await world.list(boats)).toEqual([]);
  expect((await world.list(namespaces)).map((one) => one.metadata.name)).not.toContain("sea");
});
