// Extenders that bind: what becomes of the pod when one answers, refuses or fails, ignorable or not.
import type { Extender } from "@skates/api/kubescheduler/v1";
import { createEnv, seededRandom, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { Extenders } from "./extenders.ts";

const [node] = clusterOf([testNode("n1")]).nodes;
const random = seededRandom(1);

/** The outcome of a binding with this answer; undefined: it is left to the plugins. */
async function bind(answer: () => unknown, change: Partial<Extender> = {}) {
  if (node === undefined) throw new Error("no node");
  const extender: Extender = { urlPrefix: "http://127.0.0.1:1", bindVerb: "bind", ...change };
  const transport = async (): Promise<unknown> => answer();
  const env = createEnv({ clock: virtualClock(), random });
  const extenders = new Extenders({ env, extenders: [extender], transport, random });
  const outcome = await extenders.bind({ pod: podInfoOf(testPod("p")), node }, new AbortController().signal);
  return outcome?.kind === "failed" ? outcome.error.message : outcome?.kind;
}
const down = (): never => {
  throw new Error("connection refused");
};

it.each<[string, () => unknown, Partial<Extender>, string | undefined]>([
  ["binds", () => ({}), {}, "bound"],
  ["refuses", () => ({ error: "taken" }), {}, "taken"],
  ["fails", down, {}, "connection refused"],
  ["does not manage what the pod asks for", down, { managedResources: [{ name: "example.com/gpu" }] }, undefined],
  ["is ignorable and binds", () => ({}), { ignorable: true }, "bound"],
  ["is ignorable and refuses", () => ({ error: "taken" }), { ignorable: true }, undefined],
  ["is ignorable and fails", down, { ignorable: true }, undefined],
])("an extender that %s", async (_, answer, change, outcome) => {
  expect(await bind(answer, change)).toBe(outcome);
});
