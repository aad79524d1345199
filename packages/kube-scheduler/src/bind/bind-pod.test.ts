// What becomes of a binding: answers, refusals, and answers that got lost, which must be asked for and never guessed.
import { type ApiObject, type ApiResponse, conflict, notFound, StatusError } from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import { clientFor } from "@skates/client";
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { testPod } from "../testing/objects.ts";
import { bindPod } from "./bind-pod.ts";
import { notScheduledPatch } from "./pod-scheduled-condition.ts";

const success: ApiResponse = {
  status: 201,
  headers: {},
  body: { kind: "json", value: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } },
};
const refused = (error: StatusError): ApiResponse => ({
  status: error.code,
  headers: {},
  body: { kind: "json", value: error.toStatus() },
});
const found = (change: Parameters<typeof testPod>[1] & { readonly uid?: string } = {}): ApiResponse => {
  const pod = testPod("a", change);
  const value: Pod = { ...pod, metadata: { ...pod.metadata, uid: change.uid ?? pod.metadata.uid } };
  return { status: 200, headers: {}, body: { kind: "json", value } };
};
const taken = refused(conflict({ group: "", plural: "pods/binding" }, "a", "pod a is already assigned"));
const gone = refused(notFound(pods, "a"));
const lost = (): never => {
  throw new Error("connection reset");
};

/** Binds with these answers to the binding and to the questions after it; gives the outcome and what was sent. */
async function bind(toBinding: () => ApiResponse, ...toGets: readonly (() => ApiResponse)[]) {
  const clock = virtualClock();
  const gets = [...toGets];
  const sent: ApiObject[] = [];
  const client = clientFor(
    async (request) => {
      if (request.method === "GET") return (gets.shift() ?? lost)();
      if (request.body.kind === "object") sent.push(request.body.object);
      return toBinding();
    },
    { userAgent: "test", clock, retry: { unanswered: 0 } },
  );
  const pending = bindPod(
    { client, clock },
    { info: podInfoOf(testPod("a")), nodeName: "n1" },
    new AbortController().signal,
  );
  const moving = (async () => {
    for (let i = 0; i < 10; i++) await clock.advance(1000);
  })();
  const outcome = await pending;
  await moving;
  return { outcome: outcome.kind, sent, unasked: gets.length };
}

describe("a binding", () => {
  it("names the pod by its uid, and the node", async () => {
    const { outcome, sent } = await bind(() => success);
    expect(outcome).toBe("bound");
    expect(sent).toEqual([
      {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: "a", namespace: "default", uid: "pod-default-a" },
        target: { kind: "Node", name: "n1" },
      },
    ]);
  });

  it.each<[string, () => ApiResponse, readonly (() => ApiResponse)[], string]>([
    ["the pod is gone", () => gone, [], "gone"],
    ["somebody else has bound it", () => taken, [() => found({ nodeName: "n2" })], "gone"],
    ["another pod has its name", () => taken, [() => found({ uid: "other" })], "gone"],
    ["it is refused though the pod is free", () => taken, [() => found()], "failed"],
    ["it is forbidden", () => refused(new StatusError("Forbidden", "no")), [], "failed"],
    ["the answer is lost, but it was carried out", lost, [() => found({ nodeName: "n1" })], "bound"],
    ["the answer is lost, and it was not carried out", lost, [() => found()], "failed"],
    ["the answer is lost, and the pod is gone", lost, [() => gone], "gone"],
    ["the answers to the questions are lost too", lost, [lost, lost, () => found({ nodeName: "n1" })], "bound"],
    [
      "the server fails",
      () => refused(new StatusError("InternalError", "disk")),
      [() => found({ nodeName: "n1" })],
      "bound",
    ],
  ])("when %s", async (_, toBinding, toGets, outcome) => {
    expect(await bind(toBinding, ...toGets)).toMatchObject({ outcome, unasked: 0 });
  });
});

describe("the PodScheduled condition", () => {
  const said = { reason: "Unschedulable", message: "0/1 nodes are available: 1 Too many pods." } as const;
  const now = Date.parse("2026-01-02T03:04:05Z");
  it("is written once, and again when it says something else", () => {
    const pod = testPod("a");
    const condition = {
      type: "PodScheduled",
      status: "False",
      ...said,
      lastProbeTime: undefined,
      lastTransitionTime: "2026-01-02T03:04:05Z",
      observedGeneration: 1,
    };
    expect(notScheduledPatch(pod, said, now)).toEqual({
      type: "strategic",
      body: { metadata: { uid: "pod-default-a" }, status: { conditions: [condition] } },
    });
    const told: Pod = { ...pod, status: { conditions: [condition] } };
    expect(notScheduledPatch(told, said, now + 1e6)).toBe(undefined);
    expect(notScheduledPatch(told, { ...said, message: "else" }, now + 1e6)).toMatchObject({
      body: { status: { conditions: [{ message: "else", lastTransitionTime: "2026-01-02T03:04:05Z" }] } },
    });
  });
  it("comes with the node that is being cleared, or withdraws it", () => {
    expect(notScheduledPatch(testPod("a"), { ...said, nominatedNode: "n1" }, now)).toMatchObject({
      body: { status: { nominatedNodeName: "n1" } },
    });
    const nominated: Pod = { ...testPod("a"), status: { nominatedNodeName: "n1" } };
    expect(notScheduledPatch(nominated, { ...said, nominatedNode: "" }, now)).toMatchObject({
      body: { status: { nominatedNodeName: null } },
    });
  });
});
