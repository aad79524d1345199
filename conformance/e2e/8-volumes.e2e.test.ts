// Claims and volumes with real containers and unmodified kubectl: data survives pods, claims grow, and directories go with their claims.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apply, cluster, deployment, jsonPath, kubectl, ok, pod, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const ns = useNamespace("volumes");

const claim = (name: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: ns },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "64Mi" } }, ...more },
});
const mounted = { volumeMounts: [{ name: "data", mountPath: "/data" }] };
const volumes = (claimName: string) => [{ name: "data", persistentVolumeClaim: { claimName } }];
const inside = (name: string, script: string) => ok(["-n", ns, "exec", name, "--", "sh", "-c", script]);
const claims = async () => (await ok(["-n", ns, "get", "pvc", "-o", "name"])).trim().split("\n").toSorted();
const ready = (name: string) =>
  eventually(`${name} to be ready`, async () => {
    const ran = await kubectl(["-n", ns, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s"]);
    return ran.code === 0 ? true : undefined;
  });

test("the default class is there", async () => {
  const text = await ok(["get", "sc"]);
  expect(text).toMatch(/local-path \(default\)\s+skates.io\/local-path\s+Delete\s+WaitForFirstConsumer\s+true/);
});

test("the data of a stateful set survives its pods, and goes when its policy says so", async () => {
  const labels = { app: "db" };
  const set = (replicas: number) => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: ns },
    spec: {
      replicas,
      serviceName: "db",
      selector: { matchLabels: labels },
      persistentVolumeClaimRetentionPolicy: { whenScaled: "Retain", whenDeleted: "Delete" },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "main", image: cluster.image, ...mounted }],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim("").spec }],
    },
  });
  await apply(set(2));
  await ok(["-n", ns, "rollout", "status", "statefulset/db", "--timeout=90s"]);
  for (const name of ["db-0", "db-1"]) await inside(name, `echo "written by ${name}" > /data/file`);
  await ok(["-n", ns, "delete", "pod", "db-0"]);
  await ready("db-0");
  expect(await inside("db-0", "cat /data/file")).toBe("written by db-0\n");
  await ok(["-n", ns, "scale", "statefulset/db", "--replicas=0"]);
  await eventually("no pod to be left", async () =>
    (await ok(["-n", ns, "get", "pods", "-o", "name"])) === "" ? true : undefined,
  );
  await ok(["-n", ns, "scale", "statefulset/db", "--replicas=2"]);
  await ok(["-n", ns, "rollout", "status", "statefulset/db", "--timeout=90s"]);
  expect(await inside("db-1", "cat /data/file")).toBe("written by db-1\n");
  expect(await claims()).toEqual(["persistentvolumeclaim/data-db-0", "persistentvolumeclaim/data-db-1"]);

  const volume = await jsonPath(["-n", ns, "pvc", "data-db-0"], "{.spec.volumeName}");
  const directory = join(cluster.dataDir, "volumes", volume);
  expect(existsSync(join(directory, "file"))).toBe(true);
  await ok(["-n", ns, "delete", "statefulset", "db"]);
  await eventually("claims and volumes to be gone", async () => {
    const left = await ok(["get", "pv", "-o", "name"]);
    return left === "" && (await ok(["-n", ns, "get", "pvc", "-o", "name"])) === "" ? true : undefined;
  });
  expect(existsSync(directory)).toBe(false);
}, 240_000);

test("a claim waits for its pod, serves a deployment, grows, and is kept while it is used", async () => {
  await apply(claim("shared"));
  await eventually("the claim to say what it waits for", async () => {
    const text = await ok(["-n", ns, "describe", "pvc", "shared"]);
    return text.includes("waiting for first consumer to be created before binding") ? true : undefined;
  });
  const web = deployment(ns, "web", {
    container: { ...mounted, command: ["sh", "-c", "echo kept >> /data/log; exec sleep 1000000"] },
  });
  await apply(withVolumes(web, "shared"));
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=90s"]);
  expect(await ok(["-n", ns, "get", "pvc", "shared"])).toMatch(/shared\s+Bound\s+pvc-\S+\s+64Mi\s+RWO\s+local-path/);
  expect(await ok(["get", "pv"])).toMatch(/64Mi\s+RWO\s+Delete\s+Bound\s+volumes\/shared\s+local-path/);
  const patch = JSON.stringify({ spec: { resources: { requests: { storage: "128Mi" } } } });
  await ok(["-n", ns, "patch", "pvc", "shared", "-p", patch]);
  await ok(["-n", ns, "wait", "--for=jsonpath={.status.capacity.storage}=128Mi", "pvc/shared", "--timeout=60s"]);
  await ok(["-n", ns, "delete", "pvc", "shared", "--wait=false"]);
  await ok(["-n", ns, "rollout", "restart", "deployment/web"]);
  expect(await jsonPath(["-n", ns, "pvc", "shared"], "{.status.phase}")).toBe("Bound");
  await ok(["-n", ns, "delete", "deployment", "web"]);
  await ok(["-n", ns, "wait", "--for=delete", "pvc/shared", "--timeout=90s"]);
}, 240_000);

test("a volume of an administrator is mounted with its group, read-only and in part", async () => {
  const node = await jsonPath(["nodes"], "{.items[0].metadata.name}");
  const path = join(cluster.dataDir, "own-disk");
  const affinity = [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] }];
  await apply(
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "own-disk" },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteMany"],
        storageClassName: "own",
        hostPath: { path, type: "DirectoryOrCreate" },
        nodeAffinity: { required: { nodeSelectorTerms: affinity } },
      },
    },
    claim("own", { storageClassName: "own", accessModes: ["ReadWriteMany"] }),
    pod(
      ns,
      "writer",
      { ...mounted, command: ["sh", "-c", "mkdir /data/part; echo hello > /data/part/file; exec sleep 1000000"] },
      { volumes: volumes("own") },
    ),
  );
  await ready("writer");
  const part = { volumeMounts: [{ name: "data", mountPath: "/data", subPath: "part" }] };
  const readOnly = [{ name: "data", persistentVolumeClaim: { claimName: "own", readOnly: true } }];
  await apply(pod(ns, "reader", part, { volumes: readOnly }));
  await ready("reader");
  expect(await inside("reader", "cat /data/file; touch /data/x 2>&1 || true")).toMatch(/^hello\n.*Read-only/);
  await ok(["-n", ns, "delete", "pod", "reader", "writer"]);
  await ok(["-n", ns, "delete", "pvc", "own"]);
  await ok(["wait", "--for=jsonpath={.status.phase}=Released", "pv/own-disk", "--timeout=60s"]);
  expect(existsSync(join(path, "part", "file"))).toBe(true);
  await ok(["delete", "pv", "own-disk"]);
}, 120_000);

test("a pod on a node waits for its claim, and an ephemeral volume comes and goes with its pod", async () => {
  const node = await jsonPath(["nodes"], "{.items[0].metadata.name}");
  await apply(pod(ns, "waiting", mounted, { nodeName: node, volumes: volumes("absent") }));
  await eventually("the pod to say what it waits for", async () => {
    const text = await ok(["-n", ns, "describe", "pod", "waiting"]);
    return text.includes('failed to fetch PVC from API server: persistentvolumeclaims "absent" not found')
      ? true
      : undefined;
  });
  await ok(["-n", ns, "delete", "pod", "waiting"]);
  const ephemeral = { volumeClaimTemplate: { spec: claim("").spec } };
  await apply(
    pod(ns, "brief", mounted, { volumes: [{ name: "data", ephemeral }], securityContext: { fsGroup: 3000 } }),
  );
  await ready("brief");
  expect(await inside("brief", "stat -c '%g %a' /data")).toBe("3000 2777\n");
  await ok(["-n", ns, "delete", "pod", "brief"]);
  await ok(["-n", ns, "wait", "--for=delete", "pvc/brief-data", "--timeout=60s"]);
}, 120_000);

/** The deployment with a claim in its pods. */
function withVolumes(object: object, name: string): object {
  const copy = structuredClone(object) as { spec: { template: { spec: { volumes?: object } } } };
  copy.spec.template.spec.volumes = volumes(name);
  return copy;
}
