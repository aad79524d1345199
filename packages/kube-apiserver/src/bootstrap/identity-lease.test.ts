// An API server is told of by a lease that outlives restarts; leases of servers gone for an hour are removed, others are left alone.
import { systemClock } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import { expect, it } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../node/testing.ts";

const PATH = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
const names = async (at: TestServer): Promise<readonly string[]> =>
  (await at.call({ user: ADMIN }, "GET", PATH)).body.items.map((item: any) => item.metadata.name);

/** Polls: the server is on real time. */
async function until(at: TestServer, holds: (names: readonly string[]) => boolean): Promise<readonly string[]> {
  for (let i = 0; i < 200; i++) {
    const now = await names(at);
    if (holds(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("that did not come about");
}

it("a server has one lease, also after a restart, and those of servers that are gone are removed", async () => {
  const store = memoryStore({ clock: systemClock() });
  const first = await startTestServer({ store });
  const [own] = await until(first, (all) => all.length === 1);
  expect(own).toMatch(/^apiserver-[0-9a-v]{13}$/);
  const labels = { "apiserver.kubernetes.io/identity": "kube-apiserver" };
  const add = (name: string, more: object, renewTime: string, lasts: object = { leaseDurationSeconds: 3600 }) =>
    first.call({ user: ADMIN }, "POST", PATH, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, ...more },
      spec: { holderIdentity: name, ...lasts, renewTime },
    });
  await add("apiserver-gone", { labels }, "2020-01-01T00:00:00.000000Z");
  await add("apiserver-other", { labels }, new Date().toISOString().replace("Z", "000Z"));
  await add("apiserver-endless", { labels }, new Date().toISOString().replace("Z", "000Z"), {});
  await add("a-scheduler", {}, "2020-01-01T00:00:00.000000Z");
  await first.stop();
  const second = await startTestServer({ store });
  expect(await until(second, (all) => !all.includes("apiserver-gone") && !all.includes("apiserver-endless"))).toEqual(
    ["a-scheduler", own ?? "", "apiserver-other"].sort((a, b) => (a < b ? -1 : 1)),
  );
  const tracking = await second.call(
    { user: ADMIN },
    "GET",
    "/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking",
  );
  expect(tracking.body.data).toEqual({ since: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  await second.stop();
});
