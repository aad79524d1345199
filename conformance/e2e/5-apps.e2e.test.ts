// Stateful sets, daemon sets, replication controllers, budgets and going back in history, with real containers and unmodified kubectl.
import { afterAll, expect, test } from "vitest";
import { apply, cluster, deployment, jsonPath, kubectl, ok, pod, service, useNamespace, webServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const ns = useNamespace("apps");

interface SetOptions {
  readonly replicas?: number;
  readonly text?: string;
  readonly strategy?: object;
  readonly more?: object;
}

/** A StatefulSet or DaemonSet of web servers. */
function set(kind: string, name: string, options: SetOptions = {}): object {
  const labels = { app: name };
  const { replicas, text = "one", strategy, more = {} } = options;
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: ns },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(strategy === undefined ? {} : { updateStrategy: strategy }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "main", image: cluster.image, ...webServer(text) }],
        },
      },
      ...more,
    },
  };
}
const rolledOut = (what: string) => ok(["-n", ns, "rollout", "status", what, "--timeout=90s"]);
const names = async (app: string) => {
  const text = await jsonPath(["-n", ns, "pods", "-l", `app=${app}`], "{.items[*].metadata.name}");
  return text === "" ? [] : text.split(" ");
};
const page = (name: string) => ok(["-n", ns, "exec", name, "--", "cat", "/www/index.html"]);
const messages = (kind: string) =>
  jsonPath(["-n", ns, "events", "--field-selector", `involvedObject.kind=${kind}`], "{.items[*].message}");

test("pods of a stateful set start one after another, and are found by their names", async () => {
  await apply(
    service(ns, "peers", { clusterIP: "None", selector: { app: "db" } }),
    set("StatefulSet", "db", { replicas: 3, more: { serviceName: "peers" } }),
  );
  expect(await rolledOut("statefulset/db")).toContain("partitioned roll out complete: 3 new pods have been updated...");
  expect(await names("db")).toEqual(["db-0", "db-1", "db-2"]);
  for (const [earlier, later] of [
    ["db-0", "db-1"],
    ["db-1", "db-2"],
  ] as const) {
    const ready = "{.status.conditions[?(@.type=='Ready')].lastTransitionTime}";
    const readyAt = await jsonPath(["-n", ns, `pod/${earlier}`], ready);
    const createdAt = await jsonPath(["-n", ns, `pod/${later}`], "{.metadata.creationTimestamp}");
    expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(Date.parse(readyAt));
  }
  await apply(pod(ns, "client"));
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/client", "--timeout=60s"]);
  const url = `http://db-1.peers.${ns}.svc.cluster.local:8080/`;
  const found = await eventually("db-1 to answer by its name", async () => {
    const got = await kubectl(["-n", ns, "exec", "client", "--", "timeout", "5", "wget", "-qO-", url]);
    return got.code === 0 ? got.stdout : undefined;
  });
  expect(found).toBe("one db-1\n");
  expect(await ok(["-n", ns, "get", "statefulset", "db", "--no-headers"])).toMatch(/^db\s+3\/3\s/);
});

test("it is scaled down from the last pod, and up under the same names", async () => {
  await ok(["-n", ns, "scale", "statefulset/db", "--replicas=1"]);
  await eventually("one pod", async () => ((await names("db")).length === 1 ? true : undefined));
  expect(await names("db")).toEqual(["db-0"]);
  expect(await messages("StatefulSet")).toMatch(/Delete Pod db-2 .* successful.*Delete Pod db-1 .* successful/);
  await ok(["-n", ns, "scale", "statefulset/db", "--replicas=2"]);
  await rolledOut("statefulset/db");
  expect(await names("db")).toEqual(["db-0", "db-1"]);
});

test("a deleted pod comes back under its name", async () => {
  const before = await jsonPath(["-n", ns, "pod/db-1"], "{.metadata.uid}");
  await ok(["-n", ns, "delete", "pod", "db-1"]);
  await ok(["-n", ns, "wait", "--for=create", "pod/db-1", "--timeout=60s"]);
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/db-1", "--timeout=60s"]);
  expect(await jsonPath(["-n", ns, "pod/db-1"], "{.metadata.uid}")).not.toBe(before);
});

test("an update by partition, its history, and going back", async () => {
  const partition = (at: number) => ({ type: "RollingUpdate", rollingUpdate: { partition: at } });
  const more = { serviceName: "peers" };
  await apply(set("StatefulSet", "db", { replicas: 2, text: "two", strategy: partition(1), more }));
  await eventually("db-1 to be new", async () => {
    const got = await kubectl(["-n", ns, "exec", "db-1", "--", "cat", "/www/index.html"]);
    return got.code === 0 && got.stdout.startsWith("two") ? true : undefined;
  });
  expect(await page("db-0")).toBe("one db-0\n");
  await apply(set("StatefulSet", "db", { replicas: 2, text: "two", strategy: partition(0), more }));
  await rolledOut("statefulset/db");
  expect(await page("db-0")).toBe("two db-0\n");
  expect(await ok(["-n", ns, "rollout", "history", "statefulset/db"])).toMatch(
    /REVISION\s+CHANGE-CAUSE\n1\s+<none>\n2\s/,
  );
  expect(await ok(["-n", ns, "rollout", "history", "statefulset/db", "--revision=1"])).toContain("one $(hostname)");
  expect(await ok(["-n", ns, "rollout", "undo", "statefulset/db"])).toContain("statefulset.apps/db rolled back");
  await rolledOut("statefulset/db");
  expect([await page("db-0"), await page("db-1")]).toEqual(["one db-0\n", "one db-1\n"]);
  expect(await ok(["-n", ns, "rollout", "history", "statefulset/db"])).toMatch(/\n2\s+<none>\n3\s/);
});

test("claims are made for each pod", async () => {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } };
  const volumeClaimTemplates = [{ metadata: { name: "data" }, spec }];
  await apply(set("StatefulSet", "disk", { replicas: 1, more: { serviceName: "peers", volumeClaimTemplates } }));
  const volume = await eventually("the pod", async () => {
    const claim = "{.spec.volumes[?(@.name=='data')].persistentVolumeClaim.claimName}";
    return jsonPath(["-n", ns, "pod/disk-0"], claim);
  });
  expect(volume).toBe("data-disk-0");
  expect(await ok(["-n", ns, "get", "pvc", "data-disk-0", "--no-headers"])).toMatch(/^data-disk-0\s/);
  await ok(["-n", ns, "delete", "statefulset", "disk"]);
  expect(await ok(["-n", ns, "get", "pvc", "data-disk-0", "--no-headers"])).toMatch(/^data-disk-0\s/);
  await ok(["-n", ns, "delete", "pvc", "data-disk-0", "--wait=false"]);
});

test("a daemon set runs on each node, is updated, told of, and goes back", async () => {
  await apply(set("DaemonSet", "agent"));
  expect(await rolledOut("daemonset/agent")).toContain('daemon set "agent" successfully rolled out');
  const nodes = (await jsonPath(["nodes"], "{.items[*].metadata.name}")).split(" ");
  const where = await jsonPath(["-n", ns, "pods", "-l", "app=agent"], "{.items[*].spec.nodeName}");
  expect(where.split(" ").sort((a, b) => (a < b ? -1 : 1))).toEqual(nodes);
  await apply(set("DaemonSet", "agent", { text: "two" }));
  await rolledOut("daemonset/agent");
  const [updated = ""] = await names("agent");
  expect(await page(updated)).toMatch(/^two /);
  expect(await ok(["-n", ns, "rollout", "history", "daemonset/agent"])).toMatch(/\n1\s+<none>\n2\s/);
  expect(await ok(["-n", ns, "rollout", "undo", "daemonset/agent"])).toContain("rolled back");
  await rolledOut("daemonset/agent");
  const [back = ""] = await names("agent");
  expect(await page(back)).toMatch(/^one /);
  expect(await ok(["-n", ns, "get", "daemonset", "agent", "--no-headers"])).toMatch(
    /^agent\s+1\s+1\s+1\s+1\s+1\s+<none>/,
  );
});

test("with surge a daemon set always has a pod that answers", async () => {
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  await apply(set("DaemonSet", "agent", { text: "three", strategy }));
  const [before = ""] = await names("agent");
  await eventually("two pods", async () => ((await names("agent")).length === 2 ? true : undefined));
  expect(await names("agent")).toContain(before);
  await rolledOut("daemonset/agent");
  await eventually("one pod", async () => ((await names("agent")).length === 1 ? true : undefined));
  expect(await page((await names("agent"))[0] ?? "")).toMatch(/^three /);
});

test("a deployment is restarted, its history shown, and it goes back", async () => {
  await apply(deployment(ns, "web", { container: webServer("one") }));
  await rolledOut("deployment/web");
  await apply(deployment(ns, "web", { container: webServer("two") }));
  await rolledOut("deployment/web");
  expect(await ok(["-n", ns, "rollout", "history", "deployment/web"])).toMatch(/\n1\s+<none>\n2\s/);
  expect(await ok(["-n", ns, "rollout", "undo", "deployment/web"])).toContain("rolled back");
  await rolledOut("deployment/web");
  await eventually("the old text", async () => {
    const [only = "", ...others] = await names("web");
    return others.length === 0 && (await page(only)).startsWith("one") ? true : undefined;
  });
  await ok(["-n", ns, "rollout", "restart", "deployment/web", "statefulset/db", "daemonset/agent"]);
  for (const what of ["deployment/web", "statefulset/db", "daemonset/agent"]) await rolledOut(what);
});

test("a replication controller keeps its pods, which can outlive it", async () => {
  const labels = { app: "old" };
  const container = { name: "main", image: cluster.image };
  const spec = { terminationGracePeriodSeconds: 1, containers: [container] };
  await apply({
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name: "old", namespace: ns },
    spec: { replicas: 2, template: { metadata: { labels }, spec } },
  });
  await ok(["-n", ns, "wait", "--for=jsonpath={.status.readyReplicas}=2", "rc/old", "--timeout=60s"]);
  await ok(["-n", ns, "scale", "rc/old", "--replicas=1"]);
  await eventually("one pod", async () => ((await names("old")).length === 1 ? true : undefined));
  expect(await ok(["-n", ns, "get", "rc", "old", "--no-headers"])).toMatch(/^old\s+1\s+1\s+1\s/);
  await ok(["-n", ns, "delete", "rc", "old", "--cascade=orphan"]);
  expect(await names("old")).toHaveLength(1);
  await ok(["-n", ns, "delete", "pod", "-l", "app=old"]);
});

// Other files schedule on this node.
afterAll(async () => {
  await ok(["uncordon", await jsonPath(["nodes"], "{.items[0].metadata.name}")]);
});

test("a drain respects a budget", async () => {
  await apply({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "db", namespace: ns },
    spec: { minAvailable: 2, selector: { matchLabels: { app: "db" } } },
  });
  await eventually("the budget to be counted", async () => {
    const text = await ok(["-n", ns, "get", "pdb", "db", "--no-headers"]);
    return /^db\s+2\s+N\/A\s+0\s/.test(text) ? true : undefined;
  });
  const node = await jsonPath(["nodes"], "{.items[0].metadata.name}");
  const drain = ["drain", node, "--ignore-daemonsets", "--pod-selector=app=db"];
  const refused = await kubectl([...drain, "--timeout=7s"]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  expect(await names("db")).toEqual(["db-0", "db-1"]);
  await ok(["-n", ns, "patch", "pdb", "db", "--type=merge", "-p", '{"spec":{"minAvailable":0}}']);
  await eventually("the drain", async () =>
    (await kubectl([...drain, "--timeout=30s"])).code === 0 ? true : undefined,
  );
  expect(await ok(["-n", ns, "get", "pods", "-l", "app=db", "--no-headers"])).not.toContain("Running");
  await ok(["uncordon", node]);
  await rolledOut("statefulset/db");
});
