// Workloads settle although a part of all writes is refused, at any step; no pod is doubled. From seeds, which failures print.
import { controllerRevisions, type DaemonSet, daemonSets, type StatefulSet, statefulSets } from "@skates/api/apps/v1";
import { pods, type ReplicationController, replicationControllers } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { seededRandom } from "@skates/component-base";
import { afterEach, expect, test } from "vitest";
import { targetNode } from "../daemon-set/daemon-pod.ts";
import { addNode, readyKubelet, startWorld, type World } from "./world.ts";

let world: World;
afterEach(() => world.stop());

const template = (app: string, image: string) => ({
  metadata: { name: "", labels: { app } },
  // No kubelet renews the nodes' leases, so that they get tainted.
  spec: { containers: [{ name: "c", image }], tolerations: [{ operator: "Exists" as const }] },
});
const stateful = (image: string, replicas: number): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "db", namespace: "default" },
  spec: { replicas, serviceName: "db", selector: { matchLabels: { app: "db" } }, template: template("db", image) },
});
const daemon = (image: string): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "agent", namespace: "default" },
  spec: { selector: { matchLabels: { app: "agent" } }, template: template("agent", image) },
});
const controller: ReplicationController = {
  apiVersion: "v1",
  kind: "ReplicationController",
  metadata: { name: "rc", namespace: "default" },
  spec: { replicas: 3, template: template("rc", "one") },
};
const REFUSALS = ["Conflict", "InternalError", "TooManyRequests", "Timeout"] as const;

test.each([1, 2, 3])("seed %d", { timeout: 60_000 }, async (seed) => {
  world = await startWorld();
  world.kubelet = readyKubelet(world.clock);
  const random = seededRandom(seed);
  world.refuse = ({ method }) => {
    if (method === "GET" || random.uint32() % 3 !== 0) return undefined;
    return new StatusError(REFUSALS[random.uint32() % REFUSALS.length] ?? "Conflict", "not now");
  };
  for (const name of ["n1", "n2"]) await addNode(world, name);
  await world.create(statefulSets, stateful("one", 3));
  await world.create(daemonSets, daemon("one"));
  await world.create(replicationControllers, controller);
  await world.pass(20);
  const replace =
    <T extends object>(spec: T) =>
    <O extends { spec: T }>(one: O): O => ({ ...one, spec: { ...one.spec, ...spec } });
  await world.edit(statefulSets, { namespace: "default", name: "db" }, replace(stateful("two", 2).spec));
  await world.edit(daemonSets, { namespace: "default", name: "agent" }, replace(daemon("two").spec));
  await world.pass(30);
  world.refuse = undefined;
  await world.pass(120);
  const all = await world.list(pods, "default");
  const shown = all.map((pod) => {
    const { labels, name } = pod.metadata;
    const place = labels?.["app"] === "agent" ? targetNode(pod) : labels?.["app"] === "db" ? name : "";
    return `${labels?.["app"]} ${place} ${pod.spec.containers[0]?.image}`;
  });
  expect(shown.sort((a, b) => (a < b ? -1 : 1))).toEqual([
    "agent n1 two",
    "agent n2 two",
    "db db-0 two",
    "db db-1 two",
    "rc  one",
    "rc  one",
    "rc  one",
  ]);
  expect(
    (await world.list(controllerRevisions, "default")).map(({ revision }) => Number(revision)).sort((a, b) => a - b),
  ).toEqual([1, 1, 2, 2]);
  expect((await world.get(statefulSets, { namespace: "default", name: "db" })).status).toMatchObject({
    readyReplicas: 2,
  });
  expect((await world.get(daemonSets, { namespace: "default", name: "agent" })).status).toMatchObject({
    numberAvailable: 2,
  });
});
