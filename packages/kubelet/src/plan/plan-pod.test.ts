// The plan of a pod, as tables: what is observed on the left, what is done on the right.
import type { Container, Pod } from "@skates/api/core/v1";
import { describe, expect, test } from "vitest";
import { containerHash } from "../pod/container-hash.ts";
import type { RuntimeContainer, Sandbox } from "../runtime.ts";
import { nextBackoff } from "./backoff.ts";
import { type PodView, planPod } from "./plan-pod.ts";

const NOW = 1_000_000;

function pod(spec: Partial<Pod["spec"]>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", uid: "u1" },
    spec: { containers: [{ name: "a", image: "img" }], restartPolicy: "Always", ...spec },
  };
}
const SANDBOX: Sandbox = {
  id: "s0",
  namespace: "default",
  name: "web",
  uid: "u1",
  attempt: 0,
  ready: true,
  createdAtMs: 1,
  ips: ["10.0.0.2"],
  hostNetwork: false,
  labels: {},
  annotations: {},
};
function container(name: string, over: Partial<RuntimeContainer> = {}): RuntimeContainer {
  return {
    id: `id-${name}`,
    sandboxId: "s0",
    name,
    attempt: 0,
    state: "running",
    createdAtMs: 5,
    startedAtMs: 6,
    finishedAtMs: 0,
    exitCode: 0,
    reason: "",
    message: "",
    image: "img",
    imageId: "sha",
    labels: {},
    annotations: { "io.kubernetes.container.hash": containerHash({ name, image: "img" }) },
    logPath: "",
    mounts: [],
    ...over,
  };
}
const exited = (name: string, exitCode: number, finishedAtMs = NOW - 1): RuntimeContainer =>
  container(name, { state: "exited", exitCode, finishedAtMs });

function view(p: Pod, containers: readonly RuntimeContainer[], over: Partial<PodView> = {}): PodView {
  return {
    pod: p,
    observed: { sandboxes: [SANDBOX], containers },
    nowMs: NOW,
    backoffs: new Map(),
    probes: new Map(),
    held: new Map(),
    applied: new Map(),
    resizeBlocked: false,
    restartingAll: false,
    ...over,
  };
}
function brief(v: PodView): unknown {
  const plan = planPod(v);
  return {
    ...(plan.reset.length > 0 ? { reset: plan.reset.map((c) => `${c.name} ${c.state}`) } : {}),
    ...(plan.kill.length > 0 ? { kill: plan.kill.map((k) => `${k.name}: ${k.message}`) } : {}),
    ...(plan.createSandbox === undefined ? {} : { sandbox: plan.createSandbox.attempt }),
    ...(plan.start.length > 0 ? { start: plan.start.map((s) => s.container.name) } : {}),
    ...(plan.resize.length > 0 ? { resize: plan.resize.map((r) => r.container.name) } : {}),
    ...(plan.finish ? { finish: true } : {}),
    ...(plan.waiting.size > 0 ? { waiting: Object.fromEntries(plan.waiting) } : {}),
    ...(plan.wakeAtMs === undefined ? {} : { wakeAtMs: plan.wakeAtMs }),
  };
}
const c = (name: string, over: Partial<Container> = {}): Container => ({ name, image: "img", ...over });

describe("sandbox", () => {
  test.each([
    ["none yet", [], { sandbox: 0, start: ["a"] }],
    ["stopped", [{ ...SANDBOX, ready: false }], { sandbox: 1, start: ["a"] }],
    ["without address", [{ ...SANDBOX, ips: [] }], { sandbox: 1, start: ["a"] }],
    ["in the wrong network", [{ ...SANDBOX, hostNetwork: true, ips: [] }], { sandbox: 1, start: ["a"] }],
    ["two at once", [{ ...SANDBOX, id: "s1", attempt: 1 }, SANDBOX], { sandbox: 2, start: ["a"] }],
    ["good", [SANDBOX], { start: ["a"] }],
  ])("%s", (_, sandboxes, expected) => {
    expect(brief(view(pod({}), [], { observed: { sandboxes, containers: [] } }))).toEqual(expected);
  });

  test("lost under running containers: they are killed, and init starts over", () => {
    const lost = { sandboxes: [{ ...SANDBOX, ready: false }], containers: [container("a")] };
    expect(brief(view(pod({ initContainers: [c("i")] }), [], { observed: lost }))).toEqual({
      kill: ["a: Stopping container a"],
      sandbox: 1,
      start: ["i"],
    });
  });

  test("lost when nothing is to run again: no new one", () => {
    const lost = { sandboxes: [{ ...SANDBOX, ready: false }], containers: [exited("a", 0)] };
    expect(brief(view(pod({ restartPolicy: "Never" }), [], { observed: lost }))).toEqual({ finish: true });
    expect(brief(view(pod({ restartPolicy: "OnFailure" }), [], { observed: lost }))).toEqual({ finish: true });
    expect(brief(view(pod({ restartPolicy: "Always" }), [], { observed: lost }))).toEqual({ sandbox: 1, start: ["a"] });
  });
});

describe("regular containers", () => {
  const crashed = new Map([["a", { delayMs: 10_000, lastUpdateMs: NOW - 2000 }]]);
  test.each([
    ["running", pod({}), [container("a")], {}],
    ["created only", pod({}), [container("a", { state: "created" })], { start: ["a"] }],
    ["ended well, Always", pod({}), [exited("a", 0)], { start: ["a"] }],
    ["ended well, OnFailure", pod({ restartPolicy: "OnFailure" }), [exited("a", 0)], { finish: true }],
    ["failed, OnFailure", pod({ restartPolicy: "OnFailure" }), [exited("a", 1)], { start: ["a"] }],
    ["failed, Never", pod({ restartPolicy: "Never" }), [exited("a", 1)], { finish: true }],
    [
      "one of two runs on, Never",
      pod({ restartPolicy: "Never", containers: [c("a"), c("b")] }),
      [exited("a", 1), container("b")],
      {},
    ],
    [
      "own restart rule wins over Never",
      pod({
        restartPolicy: "Never",
        containers: [
          c("a", {
            restartPolicy: "Never",
            restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }],
          }),
        ],
      }),
      [exited("a", 42)],
      { start: ["a"] },
    ],
  ])("%s", (_, p, observed, expected) => {
    expect(brief(view(p, observed))).toEqual(expected);
  });

  test("crashing: waits out the backoff, says so, and wakes at its end", () => {
    expect(brief(view(pod({}), [exited("a", 1)], { backoffs: crashed }))).toEqual({
      waiting: {
        a: {
          reason: "CrashLoopBackOff",
          message: "back-off 10s restarting failed container=a pod=web_default(u1)",
        },
      },
      wakeAtMs: NOW - 1 + 10_000,
    });
    expect(brief(view(pod({}), [exited("a", 1, NOW - 10_000)], { backoffs: crashed }))).toEqual({ start: ["a"] });
  });

  test("a changed image or a failed probe kills and restarts", () => {
    const failed = (r: object): Partial<PodView> => ({ probes: new Map([["id-a", r]]) });
    expect(brief(view(pod({ containers: [c("a", { image: "new" })] }), [container("a")]))).toEqual({
      kill: ["a: Container a definition changed, will be restarted"],
      start: ["a"],
    });
    expect(brief(view(pod({}), [container("a")], failed({ liveness: false })))).toEqual({
      kill: ["a: Container a failed liveness probe, will be restarted"],
      start: ["a"],
    });
    expect(brief(view(pod({ restartPolicy: "Never" }), [container("a")], failed({ startup: false })))).toEqual({
      kill: ["a: Container a failed startup probe"],
    });
    expect(brief(view(pod({}), [container("a")], failed({ liveness: true, readiness: false })))).toEqual({});
  });
});

describe("init containers", () => {
  const two = pod({ initContainers: [c("i"), c("j")] });
  const side = pod({ initContainers: [c("i"), c("s", { restartPolicy: "Always" }), c("j")] });
  test.each([
    ["first", two, [], { start: ["i"] }],
    ["running", two, [container("i")], {}],
    ["second after the first", two, [exited("i", 0)], { start: ["j"] }],
    ["regular after the last", two, [exited("j", 0), exited("i", 0)], { start: ["a"] }],
    ["first was removed meanwhile", two, [exited("j", 0)], { start: ["a"] }],
    ["failed, restarts", two, [exited("i", 3)], { start: ["i"] }],
    [
      "failed, Never",
      { ...two, spec: { ...two.spec, restartPolicy: "Never" as const } },
      [exited("i", 3)],
      { finish: true },
    ],
    ["sidecar starts after init", side, [exited("i", 0)], { start: ["s"] }],
    ["next after sidecar runs", side, [container("s"), exited("i", 0)], { start: ["j"] }],
    ["all through", side, [exited("j", 0), container("s"), exited("i", 0)], { start: ["a"] }],
    ["sidecar died during init", side, [container("j"), exited("s", 0), exited("i", 0)], { start: ["s"] }],
    ["sidecar died later", side, [container("a"), exited("j", 0), exited("s", 1)], { start: ["s"] }],
    ["sidecar runs on, regular ended", side, [exited("a", 0), container("s"), exited("j", 0)], { start: ["a"] }],
  ])("%s", (_, p, observed, expected) => {
    expect(brief(view(p, observed))).toEqual(expected);
  });

  test("a sidecar with a startup probe holds up the next until it has started", () => {
    const probed = pod({
      initContainers: [c("s", { restartPolicy: "Always", startupProbe: { exec: { command: ["x"] } } })],
    });
    expect(brief(view(probed, [container("s")]))).toEqual({});
    const results = (startup: boolean): Partial<PodView> => ({ probes: new Map([["id-s", { startup }]]) });
    expect(brief(view(probed, [container("s")], results(true)))).toEqual({ start: ["a"] });
    expect(brief(view(probed, [container("s")], results(false)))).toEqual({
      kill: ["s: Init container s failed startup probe"],
      start: ["s"],
    });
  });
});

test("ephemeral containers start once, also during initialisation", () => {
  const p = pod({ initContainers: [c("i")], ephemeralContainers: [{ name: "dbg", image: "img" }] });
  expect(brief(view(p, [container("i")]))).toEqual({ start: ["dbg"] });
  expect(brief(view(p, [container("i"), exited("dbg", 1)]))).toEqual({});
});

test("changed resources are given in place, or by a restart where the container says so", () => {
  const before = new Map([["id-a", { requests: { cpu: "1" } }]]);
  const wanted = (over: Partial<Container>) =>
    pod({ containers: [c("a", { resources: { requests: { cpu: "2" } }, ...over })] });
  const plan = (p: Pod, over: Partial<PodView> = {}) => brief(view(p, [container("a")], { applied: before, ...over }));
  expect(plan(wanted({}))).toEqual({ resize: ["a"] });
  expect(plan(wanted({}), { resizeBlocked: true })).toEqual({});
  expect(plan(wanted({ resources: { requests: { cpu: "1" } } }))).toEqual({});
  expect(plan(wanted({ resizePolicy: [{ resourceName: "memory", restartPolicy: "RestartContainer" }] }))).toEqual({
    resize: ["a"],
  });
  expect(plan(wanted({ resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }] }))).toEqual({
    kill: ["a: Container a resize requires restart, will be restarted"],
    start: ["a"],
  });
});

test("where all start again, all go first: what caused it last, before that init containers, debuggers not at all", () => {
  const rules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }];
  const p = pod({
    restartPolicy: "Never",
    initContainers: [
      c("i", { restartPolicy: "Never", restartPolicyRules: rules }),
      c("s", { restartPolicy: "Always" }),
    ],
    containers: [c("a", { restartPolicy: "Never", restartPolicyRules: rules }), c("b")],
    ephemeralContainers: [{ name: "dbg", image: "img" }],
  });
  const all = [exited("i", 0), container("s"), exited("a", 42), container("b"), container("dbg")];
  expect(brief(view(p, all, { restartingAll: true }))).toEqual({
    reset: ["b running", "i exited", "s running", "a exited"],
  });
  expect(brief(view(p, [container("dbg")]))).toEqual({ start: ["i"] });
});

test("backoff doubles to its limit and is forgotten after ten quiet minutes", () => {
  const limits = { initialMs: 10_000, maxMs: 300_000 };
  let entry = nextBackoff(undefined, 0, 0, limits);
  const delays = [entry.delayMs];
  for (let i = 1; i < 7; i++) {
    entry = nextBackoff(entry, i * 1000, i * 1000, limits);
    delays.push(entry.delayMs);
  }
  expect(delays).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  expect(nextBackoff(entry, 6000 + 600_001, 700_000, limits).delayMs).toBe(10_000);
});
