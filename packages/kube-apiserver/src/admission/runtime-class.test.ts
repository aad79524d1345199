// RuntimeClass: overhead and scheduling of a class, and pods that contradict it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PluginServer, podNamed, refusal, startPluginServer } from "./testing.ts";
import { covers, mergeTolerations } from "./tolerations.ts";

let server: PluginServer;
beforeAll(async () => {
  server = await startPluginServer({ disable: ["DefaultTolerationSeconds"] });
  await server.post("/apis/node.k8s.io/v1/runtimeclasses", {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata" },
    handler: "kata",
    overhead: { podFixed: { cpu: "250m", memory: "64Mi" } },
    scheduling: {
      nodeSelector: { kata: "yes" },
      tolerations: [{ key: "kata", operator: "Exists", effect: "NoSchedule" }],
    },
  });
});
afterAll(() => server.at.stop());
const post = (name: string, spec: object) => server.post("namespaces/work/pods", podNamed(name, spec));

describe("a pod of a class", () => {
  it("gets what the class has", async () => {
    const { status, body } = await post("plain", { runtimeClassName: "kata", nodeSelector: { disk: "fast" } });
    const { overhead, nodeSelector, tolerations } = body.spec;
    expect({ status, overhead, nodeSelector, tolerations }).toEqual({
      status: 201,
      overhead: { cpu: "250m", memory: "64Mi" },
      nodeSelector: { disk: "fast", kata: "yes" },
      tolerations: [{ key: "kata", operator: "Exists", effect: "NoSchedule" }],
    });
    const same = await post("same", { runtimeClassName: "kata", overhead: { cpu: "0.25", memory: "64Mi" } });
    expect(same.status).toBe(201);
  });

  it.each([
    [{ runtimeClassName: "none" }, 'pod rejected: RuntimeClass "none" not found'],
    [
      { runtimeClassName: "kata", overhead: { cpu: "1" } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [{ overhead: { cpu: "1" } }, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"],
    [
      { runtimeClassName: "kata", nodeSelector: { kata: "no" } },
      "conflict: runtimeClass.scheduling.nodeSelector[kata] = yes; pod.spec.nodeSelector[kata] = no",
    ],
  ])("is refused with %j", async (spec, cause) => {
    expect(refusal(await post("bad", spec))).toEqual([403, `pods "bad" is forbidden: ${cause}`]);
  });
});

it("merges tolerations without those that others cover", () => {
  const all = { operator: "Exists" } as const;
  const one = { key: "a", operator: "Exists", effect: "NoSchedule" } as const;
  const seconds = { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 } as const;
  expect(mergeTolerations([one], [all])).toEqual([all]);
  expect(mergeTolerations([one, one], [seconds])).toEqual([one, seconds]);
  expect(covers(seconds, { ...seconds, tolerationSeconds: 6 })).toBe(false);
  expect(covers({ key: "a", value: "1" }, { key: "a", value: "2" })).toBe(false);
});
