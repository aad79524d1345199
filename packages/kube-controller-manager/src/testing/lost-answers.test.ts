// Writes whose answer is lost, while news of them come late: nothing is made twice, not even for a while.
import { replicaSets } from "@skates/api/apps/v1";
import { jobs } from "@skates/api/batch/v1";
import type { EncodedEvent, Filter } from "@skates/apimachinery";
import { afterEach, expect, test } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";

let cluster: Cluster;
afterEach(() => cluster.stop());

const LATE_MS = 5000;
const labels = { app: "web" };
const template = { metadata: { name: "", labels }, spec: { containers: [{ name: "c", image: "i" }] } };

test("pods of a set and of a job", async () => {
  cluster = await startCluster();
  const { world } = cluster;
  let made = 0;
  let lost = 0;
  const filter: Filter = (next) => async (request) => {
    const response = await next(request);
    const { body } = response;
    if (body.kind === "events") {
      const late = async function* (): AsyncGenerator<readonly EncodedEvent[]> {
        for await (const batch of body.events) {
          await world.clock.sleep(LATE_MS, request.signal);
          yield batch;
        }
      };
      return { ...response, body: { ...body, events: late() } };
    }
    if (request.method !== "POST" || !request.path.endsWith("/pods")) return response;
    made += response.status === 201 ? 1 : 0;
    if (made % 2 === 0) return response;
    lost++;
    throw new Error("connection reset by peer");
  };
  world.interfere = filter;
  await world.create(replicaSets, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "set", namespace: "default" },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  });
  await world.create(jobs, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "job", namespace: "default" },
    spec: { completions: 2, parallelism: 2, template: { spec: { ...template.spec, restartPolicy: "Never" } } },
  });
  await cluster.pass(90);
  expect(lost).toBeGreaterThan(0);
  expect(made).toBe(5);
});
