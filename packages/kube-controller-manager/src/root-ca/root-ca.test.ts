// Each namespace has the CAs by which pods verify the API server, also those that come while the cluster runs.
import { type ConfigMap, configMaps, type Namespace } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "../testing/world.ts";
import { planRootCa } from "./controller.ts";

const NAME = "kube-root-ca.crt";
let bundle = "";
let world: World;
beforeEach(async () => {
  bundle = "OLD";
  world = await startWorld({ caBundle: () => bundle });
});
afterEach(async () => await world.stop());

const published = async () => (await world.get(configMaps, { namespace: "default", name: NAME })).data;

it("puts right what others changed, and follows the authorities", async () => {
  await world.pass(3);
  expect(await published()).toEqual({ "ca.crt": "OLD" });
  await world.edit(configMaps, { namespace: "default", name: NAME }, (found) => ({
    ...found,
    data: { "ca.crt": "X" },
  }));
  await world.pass(3);
  expect(await published()).toEqual({ "ca.crt": "OLD" });
  bundle = "NEW OLD";
  await world.pass(15);
  expect(await published()).toEqual({ "ca.crt": "NEW OLD" });
});

const DESCRIPTION = "kubernetes.io/description";
const TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
type Held = Pick<ConfigMap, "data"> & { readonly annotations?: Readonly<Record<string, string>> };
const full: Held = { data: { "ca.crt": "PEM" }, annotations: { [DESCRIPTION]: TEXT } };

it.each<[string, "there" | "going" | "gone", Held | undefined, Held | undefined]>([
  ["has none", "there", undefined, full],
  ["has it", "there", full, undefined],
  ["has it with a description of its own", "there", { ...full, annotations: { [DESCRIPTION]: "x" } }, undefined],
  [
    "has it without a description",
    "there",
    { data: { "ca.crt": "PEM" }, annotations: { a: "b" } },
    { ...full, annotations: { a: "b", [DESCRIPTION]: TEXT } },
  ],
  ["has it with an empty description", "there", { ...full, annotations: { [DESCRIPTION]: "" } }, full],
  ["has other certificates", "there", { ...full, data: { "ca.crt": "OLD" } }, full],
  ["has more in it", "there", { ...full, data: { "ca.crt": "PEM", more: "x" } }, full],
  ["is going", "going", undefined, undefined],
  ["is gone", "gone", undefined, undefined],
])("a namespace that %s", (_title, state, held, written) => {
  const deletionTimestamp = state === "going" ? "2026-01-01T00:00:00Z" : undefined;
  const namespace: Namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "n", deletionTimestamp },
    spec: {},
  };
  const metadata = { namespace: "n", name: NAME, annotations: held?.annotations };
  const map: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data: held?.data };
  const view = {
    namespaces: createLister(state === "gone" ? [] : [namespace]),
    configMaps: createLister(held === undefined ? [] : [map]),
  };
  const actions = planRootCa(view, { name: "n" }, "PEM").stages.flat();
  const objects = actions.map((action) => ("object" in action ? action.object : action.do));
  expect(objects).toEqual(
    written === undefined
      ? []
      : [{ ...map, metadata: { ...metadata, annotations: written.annotations }, data: written.data }],
  );
});
