// Fields behind feature gates over the wire: dropped while their gate is closed, kept where it is open or the stored object has them.
import { createEnv, featureGates, seededRandom, silentLogger, virtualClock } from "@skates/component-base";
import { memoryStore } from "@skates/storage";
import { expect, test } from "vitest";
import { startTestServer, TEST_START_MS } from "./test-server.ts";

const SETS = "/apis/apps/v1/namespaces/default/statefulsets";
const GATE = "MaxUnavailableStatefulSet";
const labels = { app: "db" };
const database = (rollingUpdate: object, replicas = 1): object => ({
  kind: "StatefulSet",
  apiVersion: "apps/v1",
  metadata: { name: "db" },
  spec: {
    replicas,
    serviceName: "db",
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "db", image: "db" }] } },
    updateStrategy: { rollingUpdate },
  },
});
const both = { partition: 0, maxUnavailable: 2 };
const rollingUpdate = ({ spec }: { spec: { updateStrategy: object } }): object => spec.updateStrategy;
const kept = { type: "RollingUpdate", rollingUpdate: both };
const dropped = { type: "RollingUpdate", rollingUpdate: { partition: 0 } };

const clock = virtualClock(TEST_START_MS);
/** A server on the store whose gate is open, or closed as it is by default. */
async function serverOn(store: ReturnType<typeof memoryStore>, open: boolean) {
  const gates = featureGates({ [GATE]: open });
  const env = createEnv({ clock, random: seededRandom(1), log: silentLogger, gates });
  return await startTestServer({ store, env });
}

test("a field whose gate is closed is not stored, neither by a create nor by an update", async () => {
  const api = await startTestServer();
  try {
    const created = await api.call("POST", SETS, database(both));
    expect([created.status, rollingUpdate(created.json)]).toEqual([201, dropped]);
    const updated = await api.call("PUT", `${SETS}/db`, database(both, 2));
    expect([updated.status, updated.json.spec.replicas, rollingUpdate(updated.json)]).toEqual([200, 2, dropped]);
    const merge = { "content-type": "application/merge-patch+json" };
    const patched = await api.call("PATCH", `${SETS}/db`, { spec: { updateStrategy: { rollingUpdate: both } } }, merge);
    expect([patched.status, rollingUpdate(patched.json)]).toEqual([200, dropped]);
  } finally {
    await api.stop();
  }
});

test("what was stored while the gate was open stays, and may be changed, once it is closed", async () => {
  const store = memoryStore({ clock });
  const before = await serverOn(store, true);
  const created = await before.call("POST", SETS, database(both));
  expect([created.status, rollingUpdate(created.json)]).toEqual([201, kept]);
  await before.stop();

  const after = await serverOn(store, false);
  try {
    const more = { partition: 0, maxUnavailable: 3 };
    const updated = await after.call("PUT", `${SETS}/db`, database(more));
    expect([updated.status, rollingUpdate(updated.json)]).toEqual([200, { ...kept, rollingUpdate: more }]);
  } finally {
    await after.stop();
  }
});
