// Each namespace has the CAs by which pods verify the API server, also those that come while the cluster runs.
import { configMaps } from "@skates/api/core/v1";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

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
