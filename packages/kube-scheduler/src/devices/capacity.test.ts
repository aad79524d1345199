// What requests take of devices that give shares: raised to what the policy allows, or refused.
import type { DeviceCapacity } from "@skates/api/resource/v1";
import { expect, it } from "vitest";
import { consumptionOf } from "./capacity.ts";

const RANGE = { min: "1Gi", max: "6Gi", step: "2Gi" };

it.each<[string, DeviceCapacity, string | undefined, string | undefined]>([
  ["without a policy what is asked for", { value: "10Gi" }, "3Gi", "3Gi"],
  ["all where nothing is asked for", { value: "10Gi" }, undefined, "10Gi"],
  ["no more than there is", { value: "10Gi" }, "11Gi", undefined],
  ["the default where nothing is asked for", { value: "10Gi", requestPolicy: { default: "2Gi" } }, undefined, "2Gi"],
  ["the least of a range", { value: "10Gi", requestPolicy: { validRange: RANGE } }, "1Mi", "1Gi"],
  ["the next step, counted from the least", { value: "10Gi", requestPolicy: { validRange: RANGE } }, "3500Mi", "5Gi"],
  ["a step itself", { value: "10Gi", requestPolicy: { validRange: RANGE } }, "3Gi", "3Gi"],
  ["no more than the range allows", { value: "10Gi", requestPolicy: { validRange: RANGE } }, "6Gi", undefined],
  ["the next valid value", { value: "10", requestPolicy: { validValues: ["1", "4", "8"] } }, "3", "4"],
  [
    "none beyond the last valid value",
    { value: "10", requestPolicy: { validValues: ["1", "4", "8"] } },
    "9",
    undefined,
  ],
])("takes %s", (_, offered, asked, taken) => {
  const requests = asked === undefined ? undefined : { memory: asked };
  expect(
    consumptionOf({ name: "d", capacity: { memory: offered } }, requests)
      ?.get("memory")
      ?.toString(),
  ).toBe(taken);
});

it("gives nothing to who asks for what the device has not", () => {
  expect([consumptionOf({ name: "d" }, { memory: "1" }), consumptionOf({ name: "d" }, undefined)?.size]).toEqual([
    undefined,
    0,
  ]);
});
