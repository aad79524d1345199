// Selectors of devices in CEL: what they see, and how what goes wrong is told.
import { expect, it } from "vitest";
import { deviceMatcher } from "./device-matcher.ts";
import type { PoolDevice } from "./device-pools.ts";

const device: PoolDevice = {
  id: "gpu.example.com/n1/g0",
  driver: "gpu.example.com",
  pool: "n1",
  nodeName: "n1",
  nodeSelector: undefined,
  allNodes: false,
  shareable: false,
  order: 0,
  device: {
    name: "g0",
    attributes: {
      model: { string: "a100" },
      "other.example.com/numa": { int: 1 },
      healthy: { bool: true },
      firmware: { version: "1.10.2" },
    },
    capacity: { memory: { value: "40Gi" } },
  },
};
const matches = deviceMatcher();
const ask = (expression: string): boolean => matches([{ cel: { expression } }], device, "claim default/c");

it.each([
  ['device.driver == "gpu.example.com"', true],
  ['device.attributes["gpu.example.com"].model == "a100"', true],
  ['device.attributes["gpu.example.com"].model.startsWith("h")', false],
  ['device.attributes["other.example.com"].numa == 1 && device.attributes["gpu.example.com"].healthy', true],
  ['"memory" in device.capacity["gpu.example.com"]', true],
  ["device.allowMultipleAllocations", false],
  ['device.capacity["gpu.example.com"].memory.compareTo(quantity("32Gi")) >= 0', true],
  ['device.attributes["gpu.example.com"].firmware.isGreaterThan(semver("1.9.0"))', true],
  ['"x" in device.attributes["unknown.example.com"]', false],
])("%s is %s", (expression, verdict) => {
  expect([ask(expression), ask(expression)]).toEqual([verdict, verdict]);
});

it.each([
  ["device.driver ==", "claim default/c: selector #0: CEL compile error: "],
  ["unknown == 1", "claim default/c: selector #0: CEL compile error: "],
  [
    'device.attributes["gpu.example.com"].none == 1',
    "claim default/c: selector #0 on device gpu.example.com/n1/g0: CEL runtime error: no such key: none",
  ],
  [
    "device.driver",
    "claim default/c: selector #0 on device gpu.example.com/n1/g0: CEL runtime error: the expression does not give a bool",
  ],
])("%s is told", (expression, message) => {
  expect(() => ask(expression)).toThrow(message);
});
