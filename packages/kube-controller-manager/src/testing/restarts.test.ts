// The controllers are killed after every few writes, between any two actions: all work is still done, no pod is lost or made twice.
import { type Deployment, deployments, replicaSets, type StatefulSet, statefulSets } from "@skates/api/apps/v1";
import { type Job, jobs } from "@skates/api/batch/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { afterEach, expect, test } from "vitest";
import { readyKubelet, startWorld, type World } from "./world.ts";

let world: World;
afterEach(() => world.stop());

const LIVES_MAX = 150;
const at = (name: string) => ({ namespace: "default", name });
const template = (app: string, image: string, restartPolicy: "Always" | "Never" = "Always") => ({
  metadata: { name: "", labels: { app } },
  spec: { containers: [{ name: "c", image }], restartPolicy, tolerations: [{ operator: "Exists" as const }] },
});
const deployment = (image: string): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: at("web"),
  spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template: template("web", image) },
});
const stateful: StatefulSet = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: at("db"),
  spec: { replicas: 2, serviceName: "db", selector: { matchLabels: { app: "db" } }, template: template("db", "one") },
};
const job: Job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: at("sum"),
  spec: { completions: 3, parallelism: 2, template: template("sum", "one", "Never") },
};

test.each([1, 2, 3])(
  "controllers that live for %d writes",
  async (writes) => {
    world = await startWorld();
    const ready = readyKubelet(world.clock);
    const made = new Map<string, Set<string>>();
    world.kubelet = (pod: Pod) => {
      const app = pod.metadata.labels?.["app"] ?? "";
      made.set(app, (made.get(app) ?? new Set()).add(pod.metadata.uid ?? ""));
      if (app !== "sum" || pod.metadata.deletionTimestamp !== undefined) return ready(pod);
      return pod.status?.phase === "Succeeded" ? undefined : { ...pod, status: { phase: "Succeeded" } };
    };
    let left = writes;
    world.refuse = ({ method, path }) => {
      if (method === "GET" || path.endsWith("/events")) return undefined;
      return left-- > 0 ? undefined : new StatusError("ServiceUnavailable", "the process is dead");
    };
    /** Lives on until a whole life had nothing left to do. */
    const settle = async (): Promise<void> => {
      for (let life = 0; life < LIVES_MAX; life++) {
        left = writes;
        await world.restartControllers();
        await world.pass(2);
        if (left === writes) return;
      }
      throw new Error("they never settle");
    };
    await world.create(deployments, deployment("one"));
    await world.create(statefulSets, stateful);
    await world.create(jobs, job);
    await settle();
    await world.edit(deployments, at("web"), (old) => ({ ...old, spec: deployment("two").spec }));
    await settle();
    const shown = (await world.list(pods, "default")).map(
      ({ metadata, spec, status }) => `${metadata.labels?.["app"] ?? ""} ${spec.containers[0]?.image} ${status?.phase}`,
    );
    expect(shown.sort((a, b) => (a < b ? -1 : 1))).toEqual([
      ...Array.from({ length: 2 }, () => "db one Running"),
      ...Array.from({ length: 3 }, () => "sum one Succeeded"),
      ...Array.from({ length: 3 }, () => "web two Running"),
    ]);
    expect([made.get("db")?.size, made.get("sum")?.size]).toEqual([2, 3]);
    expect((await world.list(replicaSets, "default")).map(({ spec }) => spec.replicas)).toEqual(
      expect.arrayContaining([0, 3]),
    );
    const { status } = await world.get(jobs, at("sum"));
    expect([status?.succeeded, status?.failed, status?.conditions?.at(-1)?.type]).toEqual([3, undefined, "Complete"]);
    expect((await world.get(deployments, at("web"))).status).toMatchObject({
      updatedReplicas: 3,
      availableReplicas: 3,
    });
  },
  60_000,
);
