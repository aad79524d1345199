// What people do with workloads by kubectl, against the real server with simulated nodes: rollouts, scaling, autoscaling, draining, in the
// words that they are used to.
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../e2e/eventually.ts";
import { type Ran, run, type RunOptions } from "../e2e/skates.ts";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await simulatedCluster();
  const up = await cluster.up("--simulate-nodes", "2");
  if (up.code !== 0) throw new Error(`skates up failed:\n${up.stderr}`);
}, 120_000);
afterAll(() => cluster.remove(), 60_000);

const kubectl = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(KUBECTL, ["--kubeconfig", join(cluster.dataDir, "kubeconfig"), ...args], options);
/** Its output; fails unless it exits with 0. */
async function ok(...args: readonly string[]): Promise<string> {
  const ran = await kubectl(args);
  if (ran.code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout.trimEnd();
}
/** Its error; fails if it exits with 0. */
async function refused(...args: readonly string[]): Promise<string> {
  const ran = await kubectl(args);
  if (ran.code === 0) throw new Error(`kubectl ${args.join(" ")} was not refused\n${ran.stdout}`);
  return ran.stderr.trimEnd();
}
async function apply(...objects: readonly object[]): Promise<void> {
  const input = objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");
  const ran = await kubectl(["apply", "-f", "-"], { input });
  if (ran.code !== 0) throw new Error(ran.stderr);
}
/** The rows of a table without its head, columns parted by single spaces, ages left out. */
async function rows(...args: readonly string[]): Promise<readonly string[]> {
  const text = await ok("get", ...args, "--no-headers");
  return text === "" ? [] : text.split("\n").map((line) => line.trim().replace(/\s+/g, " ").replace(/ \S+$/, ""));
}
const imageOf = (name: string): Promise<string> =>
  ok("get", name, "-o", "jsonpath={.spec.template.spec.containers[0].image}");

const template = (app: string, image: string) => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "main", image }] },
});
const workload = (kind: string, name: string, spec: object = {}) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name, "one"), ...spec },
});

test("a deployment: status, history, undo, restart", async () => {
  await apply(workload("Deployment", "web", { replicas: 3 }));
  expect(await ok("rollout", "status", "deployment/web", "--timeout=60s")).toMatch(
    /deployment "web" successfully rolled out$/,
  );
  await ok("annotate", "deployment/web", "kubernetes.io/change-cause=first");
  expect(await ok("set", "image", "deployment/web", "main=two")).toBe("deployment.apps/web image updated");
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  await ok("annotate", "deployment/web", "kubernetes.io/change-cause=second");
  await eventually("the causes in the history", async () => {
    const text = await ok("rollout", "history", "deployment/web");
    return text === "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         first\n2         second"
      ? true
      : undefined;
  });
  expect(await ok("rollout", "history", "deployment/web", "--revision=1")).toContain("Image:\tone");
  expect(await ok("rollout", "undo", "deployment/web")).toBe("deployment.apps/web rolled back");
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  expect(await imageOf("deployment/web")).toBe("one");
  expect(await ok("rollout", "undo", "deployment/web", "--to-revision=3")).toBe(
    "deployment.apps/web skipped rollback (current template already matches revision 3)",
  );
  expect(await refused("rollout", "undo", "deployment/web", "--to-revision=9")).toBe(
    "error: unable to find specified revision 9 in history",
  );
  expect(await ok("rollout", "restart", "deployment/web")).toBe("deployment.apps/web restarted");
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  // The restart is revision 4; going back to 1 had made it 3.
  expect((await ok("rollout", "history", "deployment/web")).split("\n").map((line) => line.split(" ")[0])).toEqual([
    "deployment.apps/web",
    "REVISION",
    "2",
    "3",
    "4",
  ]);
});

test("a deployment: pause and resume", async () => {
  expect(await ok("rollout", "pause", "deployment/web")).toBe("deployment.apps/web paused");
  expect(await refused("rollout", "pause", "deployment/web")).toContain('deployments.apps "web" is already paused');
  expect(await refused("rollout", "undo", "deployment/web")).toContain(
    "cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
  );
  expect(await refused("rollout", "restart", "deployment/web")).toContain(
    "can't restart paused deployment (run rollout resume first)",
  );
  await ok("set", "image", "deployment/web", "main=three");
  const reason = "jsonpath={.status.conditions[?(@.type=='Progressing')].reason}";
  await eventually("the pause to be told", async () =>
    (await ok("get", "deployment/web", "-o", reason)) === "DeploymentPaused" ? true : undefined,
  );
  expect(await rows("deployment", "web")).toEqual(["web 3/3 0 3"]);
  expect(await ok("rollout", "resume", "deployment/web")).toBe("deployment.apps/web resumed");
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  expect((await ok("get", "deployment", "web", "-o", "wide", "--no-headers")).replace(/\s+/g, " ")).toMatch(
    /^web 3\/3 3 3 \S+ main three app=web$/,
  );
});

test("a deployment: describe", async () => {
  const text = await ok("describe", "deployment", "web");
  expect(text).toMatch(/^Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable$/m);
  expect(text).toMatch(/^StrategyType: +RollingUpdate$/m);
  expect(text).toMatch(/^RollingUpdateStrategy: +25% max unavailable, 25% max surge$/m);
  expect(text).toMatch(/^ {2}Available +True +MinimumReplicasAvailable$/m);
  expect(text).toMatch(/^ {2}Progressing +True +NewReplicaSetAvailable$/m);
  expect(text).toMatch(/^NewReplicaSet: +web-\w+ \(3\/3 replicas created\)$/m);
  expect(text).toMatch(
    /Normal +ScalingReplicaSet .* deployment-controller +Scaled up replica set web-\w+ from 0 to \d/,
  );
});

test("scale, also only from the size that is expected", async () => {
  expect(await ok("scale", "deployment/web", "--replicas=2")).toBe("deployment.apps/web scaled");
  expect(await refused("scale", "deployment/web", "--current-replicas=5", "--replicas=1")).toContain(
    "Expected replicas to be 5, was 2",
  );
  expect(await ok("scale", "deployment/web", "--current-replicas=2", "--replicas=1")).toBe(
    "deployment.apps/web scaled",
  );
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  expect(await rows("deployment", "web")).toEqual(["web 1/1 1 1"]);
});

test("autoscale", async () => {
  expect(await ok("autoscale", "deployment/web", "--min=2", "--max=4", "--cpu-percent=80")).toBe(
    "horizontalpodautoscaler.autoscaling/web autoscaled",
  );
  await eventually("the least number of pods", async () =>
    (await rows("deployment", "web"))[0] === "web 2/2 2 2" ? true : undefined,
  );
  expect((await rows("hpa", "web"))[0]).toMatch(/^web Deployment\/web cpu: (<unknown>|\d+%)\/80% 2 4 [12]$/);
  const text = await ok("describe", "hpa", "web");
  expect(text).toMatch(/^Reference: +Deployment\/web$/m);
  expect(text).toMatch(
    /SuccessfulRescale .* horizontal-pod-autoscaler +New size: 2; reason: Current number of replicas below Spec.MinReplicas/,
  );
  await ok("delete", "hpa", "web");
});

test("a stateful set: status by partition, history, undo", async () => {
  await apply(workload("StatefulSet", "db", { replicas: 2, serviceName: "db" }));
  expect(await ok("rollout", "status", "statefulset/db", "--timeout=60s")).toMatch(
    /^(partitioned roll out complete: 2 new pods have been updated...|statefulset rolling update complete 2 pods at revision db-\w+...)$/m,
  );
  const partition = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } };
  await apply(
    workload("StatefulSet", "db", { replicas: 2, serviceName: "db", ...partition, template: template("db", "two") }),
  );
  expect(await ok("rollout", "status", "statefulset/db", "--timeout=60s")).toMatch(
    /partitioned roll out complete: 1 new pods have been updated...$/,
  );
  expect(await ok("rollout", "undo", "statefulset/db")).toBe("statefulset.apps/db rolled back");
  expect((await ok("rollout", "history", "statefulset/db")).split("\n")).toHaveLength(4);
  expect(await rows("statefulset", "db")).toEqual(["db 2/2"]);
});

test("a daemon set: status, columns, undo", async () => {
  await apply(workload("DaemonSet", "agent"));
  expect(await ok("rollout", "status", "daemonset/agent", "--timeout=60s")).toMatch(
    /daemon set "agent" successfully rolled out$/,
  );
  expect(await rows("daemonset", "agent")).toEqual(["agent 2 2 2 2 2 <none>"]);
  await ok("set", "image", "daemonset/agent", "main=two");
  await ok("rollout", "status", "daemonset/agent", "--timeout=60s");
  expect(await ok("rollout", "undo", "daemonset/agent")).toBe("daemonset.apps/agent rolled back");
  await ok("rollout", "status", "daemonset/agent", "--timeout=60s");
  expect(await imageOf("daemonset/agent")).toBe("one");
});

test("a drain: daemons, pods that nobody manages, a budget", async () => {
  await ok("scale", "deployment/web", "--replicas=4");
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  await apply({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
  });
  const [node = ""] = (await ok("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")).split(" ");
  await apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "loose" },
    spec: { nodeName: node, ...template("x", "one").spec },
  });
  const daemons = await refused("drain", node, "--timeout=20s");
  expect(daemons).toMatch(
    /cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): default\/agent-\w+/,
  );
  expect(daemons).toMatch(/cannot delete Pods that declare no controller \(use --force to override\): default\/loose/);
  const drained = await kubectl(["drain", node, "--ignore-daemonsets", "--force", "--timeout=120s"]);
  expect([drained.code, drained.stdout]).toEqual([0, expect.stringContaining(`node/${node} drained`)]);
  expect(drained.stderr).toMatch(/Warning: .*ignoring DaemonSet-managed Pods: default\/agent-\w+/);
  const left = await ok(
    "get",
    "pods",
    "--field-selector",
    `spec.nodeName=${node}`,
    "-o",
    "jsonpath={.items[*].metadata.labels.app}",
  );
  expect(left.split(" ").filter((app) => app !== "agent" && app !== "kube-dns" && app !== "")).toEqual([]);
  expect(await ok("uncordon", node)).toBe(`node/${node} uncordoned`);
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
  expect(await rows("pdb", "web")).toEqual(["web N/A 1 1"]);
});

test("two budgets on one pod let nobody evict it, and say so", async () => {
  await apply({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "again" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
  });
  const [node = ""] = (await ok("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.nodeName}")).split(" ");
  const ran = await kubectl(["drain", node, "--ignore-daemonsets", "--pod-selector=app=web", "--timeout=10s"]);
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toContain(
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
  );
  await ok("uncordon", node);
  await ok("delete", "pdb", "web", "again");
});

test("a job by hand from a cron job", async () => {
  await ok("create", "cronjob", "nightly", "--image=one", "--schedule=0 3 * * *", "--", "true");
  expect(await ok("create", "job", "now", "--from=cronjob/nightly")).toBe("job.batch/now created");
  expect(
    await ok("get", "job", "now", "-o", "jsonpath={.metadata.annotations.cronjob\\.kubernetes\\.io/instantiate}"),
  ).toBe("manual");
  expect((await rows("cronjob", "nightly"))[0]).toMatch(/^nightly 0 3 \* \* \* <none> False 0 <none>$/);
});

test("sets can outlive their deployment, and are taken again by the next", async () => {
  const [before] = (await rows("replicaset", "-l", "app=web")).filter((row) => row.includes(" 4 4 4"));
  await ok("delete", "deployment", "web", "--cascade=orphan");
  await sleep(500);
  expect(await rows("replicaset", "-l", "app=web")).toContain(before);
  await apply(workload("Deployment", "web", { replicas: 4, template: template("web", "three") }));
  await ok("rollout", "status", "deployment/web", "--timeout=60s");
});
