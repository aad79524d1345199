// Deletions and their consequences for what is owned, on the real API server with virtual time; and the verdicts themselves.
import { type ApiObject, type OwnerReference, StatusError } from "@skates/apimachinery";
import { type ConfigMap, configMaps, events, namespaces, type Node, nodes, secrets } from "@skates/api/core/v1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namespace, startWorld, type World } from "../testing/world.ts";
import { verdictOn } from "./classify.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const at = (name: string) => ({ namespace: "default", name });
function owning(owner: ApiObject, block?: boolean): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid = "" } = metadata;
  return { apiVersion, kind, name, uid, ...(block === undefined ? {} : { blockOwnerDeletion: block }) };
}
function configMap(
  name: string,
  ownerReferences: readonly OwnerReference[] = [],
  finalizers: readonly string[] = [],
): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { ...at(name), ownerReferences, finalizers } };
}
const make = (name: string, owners: readonly OwnerReference[] = [], finalizers: readonly string[] = []) =>
  world.create(configMaps, configMap(name, owners, finalizers));
const remove = (name: string, propagationPolicy?: string) =>
  world.client.resource(configMaps).delete(at(name), { propagationPolicy }, world.signal);
const names = async () =>
  (await world.list(configMaps, "default"))
    .map((one) => one.metadata.name)
    .filter((name) => name !== "kube-root-ca.crt");

test("what is owned goes after its owner, down the whole chain", async () => {
  const a = await make("a");
  const b = await make("b", [owning(a)]);
  await make("c", [owning(b)]);
  await make("other");
  await world.pass(2);
  await remove("a", "Background");
  await world.pass(3);
  expect(await names()).toEqual(["other"]);
});

test("an object with an owner left stays and forgets the one that is gone", async () => {
  const a = await make("a");
  const b = await make("b");
  await make("c", [owning(a), owning(b)]);
  await remove("a");
  await world.pass(3);
  expect(await names()).toEqual(["b", "c"]);
  expect((await world.get(configMaps, at("c"))).metadata.ownerReferences).toEqual([owning(b)]);
});

test("a foreground deletion lets the owner go last", async () => {
  const a = await make("a");
  await make("b", [owning(a, true)], ["example.com/hold"]);
  await make("c", [owning(a, true)]);
  await remove("a", "Foreground");
  await world.pass(3);
  expect(await names()).toEqual(["a", "b"]);
  expect((await world.get(configMaps, at("a"))).metadata.finalizers).toEqual(["foregroundDeletion"]);
  await world.edit(configMaps, at("b"), (one) => ({ ...one, metadata: { ...one.metadata, finalizers: [] } }));
  await world.pass(3);
  expect(await names()).toEqual([]);
});

test("a foreground deletion does not wait for what does not block it", async () => {
  const a = await make("a");
  await make("b", [owning(a)], ["example.com/hold"]);
  await remove("a", "Foreground");
  await world.pass(3);
  expect(await names()).toEqual(["b"]);
  expect((await world.get(configMaps, at("b"))).metadata.deletionTimestamp).toBeDefined();
});

test("an orphaning deletion leaves what was owned, without its owner", async () => {
  const a = await make("a");
  await make("b", [owning(a)]);
  await world.pass(1);
  await remove("a", "Orphan");
  await world.pass(3);
  expect(await names()).toEqual(["b"]);
  expect((await world.get(configMaps, at("b"))).metadata.ownerReferences).toBeUndefined();
});

test("an object whose owner never was goes, also across kinds and namespaces", async () => {
  const a = await make("a");
  const gone: OwnerReference = { ...owning(a), name: "never", uid: "never" };
  await make("b", [gone]);
  await make("c", [{ ...owning(a), uid: "another" }]);
  await world.create(secrets, { apiVersion: "v1", kind: "Secret", metadata: { ...at("s"), ownerReferences: [gone] } });
  await world.pass(3);
  expect(await names()).toEqual(["a"]);
  expect(await world.list(secrets, "default")).toEqual([]);
});

test("what was orphaned while nobody watched is found at the start", async () => {
  await world.stop();
  world = await startWorld({ controllers: false });
  const a = await make("a");
  await make("b", [owning(a)]);
  await remove("a", "Background");
  await world.startControllers();
  await world.pass(3);
  expect(await names()).toEqual([]);
});

test("a kind that the server does not serve holds nothing up", async () => {
  await world.stop();
  world = await startWorld({ controllers: false });
  world.refuse = (request) =>
    request.path.includes("/storageclasses") ? new StatusError("NotFound", "the server could not find it") : undefined;
  await world.startControllers();
  const a = await make("a");
  await make("b", [owning(a)]);
  await remove("a", "Background");
  await world.pass(3);
  expect(await names()).toEqual([]);
});

test("owners of unknown kinds and cluster-scoped owners keep what they own", async () => {
  const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {} };
  const made = await world.create(nodes, node);
  await make("a", [{ apiVersion: "example.com/v1", kind: "Thing", name: "x", uid: "u" }]);
  await make("b", [owning(made)]);
  await world.pass(5);
  expect(await names()).toEqual(["a", "b"]);
  await world.client.resource(nodes).delete({ name: "n" }, {}, world.signal);
  await world.pass(3);
  expect(await names()).toEqual(["a"]);
});

test("an object that was made anew under its name is not taken for the old one", async () => {
  const a = await make("a");
  const b = await make("b", [owning(a)]);
  await remove("b");
  await make("b");
  await remove("a");
  await world.pass(3);
  expect(await names()).toEqual(["b"]);
  expect((await world.get(configMaps, at("b"))).metadata.uid).not.toBe(b.metadata.uid);
});

test("an owner in another namespace counts for nothing, and that is told", async () => {
  await world.create(namespaces, namespace("far"));
  await world.pass(1);
  const owner = await world.create(configMaps, { ...configMap("o"), metadata: { name: "o", namespace: "far" } });
  await world.pass(1);
  await make("a", [owning(owner)]);
  await world.create(nodes, {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n", ownerReferences: [owning(owner)] },
    spec: {},
  });
  await world.pass(3);
  expect(await names()).toEqual([]);
  // What has no namespace cannot be owned so, and stays.
  expect((await world.list(nodes)).map(({ metadata }) => metadata.name)).toEqual(["n"]);
  const told = (await world.list(events, "default")).filter(({ reason }) => reason === "OwnerRefInvalidNamespace");
  const { uid = "" } = owner.metadata;
  expect(told.map(({ type, message, involvedObject }) => [type, involvedObject.kind, message])).toEqual(
    expect.arrayContaining([
      [
        "Warning",
        "ConfigMap",
        `ownerRef [v1/ConfigMap, namespace: default, name: o, uid: ${uid}] does not exist in namespace "default"`,
      ],
      ["Warning", "Node", `ownerRef [v1/ConfigMap, namespace: , name: o, uid: ${uid}] does not exist in namespace ""`],
    ]),
  );
});

test("objects that own each other, and wait for each other, go all the same", async () => {
  const a = await make("a");
  const b = await make("b", [owning(a, true)]);
  await world.edit(configMaps, at("a"), (one) => ({
    ...one,
    metadata: { ...one.metadata, ownerReferences: [owning(b, true)] },
  }));
  await world.pass(2);
  await remove("a", "Foreground");
  await world.pass(5);
  expect(await names()).toEqual([]);
});

test("while one owner cannot be judged, none is", async () => {
  const a = await make("a");
  await make("b", [owning(a), { apiVersion: "example.com/v1", kind: "Thing", name: "x", uid: "u" }]);
  await remove("a");
  await world.pass(5);
  expect((await world.get(configMaps, at("b"))).metadata.ownerReferences).toHaveLength(2);
});

const owner = (uid: string): OwnerReference => ({ apiVersion: "v1", kind: "X", name: uid, uid });
test.each([
  [
    "an owner of which nobody can tell",
    [
      ["a", "dangling"],
      ["b", "unknown"],
    ],
    { finalizers: [], hasDependents: false },
    { do: "keep" },
  ],
  ["no owners", [], { finalizers: [], hasDependents: false }, { do: "keep" }],
  ["a solid owner", [["a", "solid"]], { finalizers: [], hasDependents: false }, { do: "keep" }],
  [
    "a solid owner and others",
    [
      ["a", "solid"],
      ["b", "dangling"],
      ["c", "waiting"],
    ],
    { finalizers: [], hasDependents: true },
    { do: "forget", uids: ["b", "c"] },
  ],
  [
    "only owners that are gone",
    [["a", "dangling"]],
    { finalizers: [], hasDependents: true },
    { do: "delete", policy: "Background" },
  ],
  [
    "an owner that waits",
    [["a", "waiting"]],
    { finalizers: [], hasDependents: false },
    { do: "delete", policy: "Background" },
  ],
  [
    "an owner that waits, and dependents",
    [["a", "waiting"]],
    { finalizers: [], hasDependents: true },
    { do: "delete", policy: "Foreground" },
  ],
  [
    "a wish to orphan",
    [["a", "dangling"]],
    { finalizers: ["orphan"], hasDependents: true },
    { do: "delete", policy: "Orphan" },
  ],
] as const)("an object with %s", (_what, owners, about, verdict) => {
  expect(
    verdictOn(
      owners.map(([uid, fate]) => ({ owner: owner(uid), fate })),
      about,
    ),
  ).toEqual(verdict);
});
