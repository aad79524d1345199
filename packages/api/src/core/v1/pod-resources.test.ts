// What pods ask for as a whole, and their quality of service.
import { decodeValue } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { computeQosClass, podRequests } from "./pod-resources.ts";
import { Pod } from "./pod.ts";

const spec = (given: object): Pod["spec"] => decodeValue<Pod>(Pod, { spec: given }).object.spec;

test("init containers count by their peak, sidecars all along, overhead on top", () => {
  const asks = (name: string, cpu: string, more: object = {}): object => ({
    name,
    resources: { requests: { cpu } },
    ...more,
  });
  const wanted = spec({
    containers: [asks("a", "100m"), asks("b", "200m")],
    initContainers: [asks("s", "50m", { restartPolicy: "Always" }), asks("i", "500m")],
    overhead: { cpu: "10m" },
  });
  expect(podRequests({ spec: wanted })).toEqual({ cpu: "560m" });
});

test.each<[object, string]>([
  [{ containers: [{ name: "a" }] }, "BestEffort"],
  [{ containers: [{ name: "a", resources: { requests: { cpu: "1" } } }] }, "Burstable"],
  [{ containers: [{ name: "a", resources: { requests: { cpu: "0" } } }] }, "BestEffort"],
  [{ containers: [{ name: "a" }], resources: { requests: { cpu: "1" } } }, "Burstable"],
  [
    {
      containers: [
        { name: "a", resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } } },
      ],
    },
    "Guaranteed",
  ],
  [
    {
      containers: [
        { name: "a", resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } } },
        { name: "b" },
      ],
    },
    "Burstable",
  ],
])("quality of service of %j is %s", (given, qos) => {
  expect(computeQosClass(spec(given))).toBe(qos);
});
