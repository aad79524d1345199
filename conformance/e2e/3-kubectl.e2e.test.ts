// The breadth of kubectl's verbs, as a user types them, with the wording that users know.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { apply, cluster, deployment, jsonPath, kubectl, ok, pod, service, useNamespace, webServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const ns = useNamespace("verbs");
const scratch = mkdtempSync(join(tmpdir(), "skates-verbs-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("version and api-resources", async () => {
  expect(await ok(["version"])).toMatch(/Server Version: v1\.36\.\d+\+skates/);
  const resources = await ok(["api-resources"]);
  expect(resources).toMatch(/^pods\s+po\s+v1\s+true\s+Pod$/m);
  expect(resources).toMatch(/^deployments\s+deploy\s+apps\/v1\s+true\s+Deployment$/m);
});

test("explain tells of fields, nested ones too", async () => {
  expect(await ok(["explain", "pod.spec.containers.livenessProbe"])).toContain("initialDelaySeconds");
  const whole = await ok(["explain", "deployment", "--recursive"]);
  expect(whole).toContain("revisionHistoryLimit");
});

test("create, get in all forms, delete", async () => {
  await ok(["-n", ns, "create", "configmap", "settings", "--from-literal=a=1", "--from-literal=b=2"]);
  expect(await ok(["-n", ns, "get", "configmap", "settings", "-o", "yaml"])).toContain('  a: "1"');
  expect(JSON.parse(await ok(["-n", ns, "get", "configmap", "settings", "-o", "json"])).data).toEqual({
    a: "1",
    b: "2",
  });
  expect(await ok(["-n", ns, "get", "configmap", "settings", "-o", "name"])).toBe("configmap/settings\n");
  expect(await ok(["-n", ns, "get", "cm", "settings", "--no-headers"])).toMatch(/^settings\s+2\s+\d+s\n$/);
  expect(await ok(["-n", ns, "get", "cm", "settings", "-o", "custom-columns=N:.metadata.name"])).toBe("N\nsettings\n");
  expect(await ok(["-n", ns, "get", "cm", "settings", "-o", "go-template={{.data.a}}"])).toBe("1");
  expect(await ok(["-n", ns, "delete", "configmap", "settings"])).toBe(
    `configmap "settings" deleted${await suffix()}\n`,
  );
  const gone = await kubectl(["-n", ns, "get", "configmap", "settings"]);
  expect(gone.stderr).toBe('Error from server (NotFound): configmaps "settings" not found\n');
});

/** kubectl 1.34 and newer name the namespace. */
async function suffix(): Promise<string> {
  const minor = Number(/GitVersion:"v1\.(\d+)/.exec(await ok(["version", "--client", "-o", "json"]))?.[1] ?? "0");
  return minor >= 34 ? ` from ${ns} namespace` : "";
}

test("apply creates, changes, and removes what is no longer there", async () => {
  await apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "applied", namespace: ns },
    data: { a: "1", b: "2" },
  });
  const again = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "applied", namespace: ns }, data: { a: "3" } };
  expect(await apply(again)).toBe("configmap/applied configured\n");
  expect(await apply(again)).toBe("configmap/applied unchanged\n");
  expect(JSON.parse(await jsonPath(["-n", ns, "cm/applied"], "{.data}"))).toEqual({ a: "3" });
  expect(await ok(["diff", "-f", "-"], { input: JSON.stringify(again) })).toBe("");
});

test("label, annotate, patch in three ways, edit", async () => {
  expect(await ok(["-n", ns, "label", "cm/applied", "tier=x"])).toBe("configmap/applied labeled\n");
  expect(await ok(["-n", ns, "annotate", "cm/applied", "note=y"])).toBe("configmap/applied annotated\n");
  await ok(["-n", ns, "patch", "cm/applied", "--type=merge", "-p", '{"data":{"m":"1"}}']);
  await ok(["-n", ns, "patch", "cm/applied", "--type=json", "-p", '[{"op":"add","path":"/data/j","value":"2"}]']);
  await ok(["-n", ns, "patch", "cm/applied", "-p", '{"data":{"s":"3"}}']);
  const editor = join(scratch, "editor.sh");
  writeFileSync(editor, '#!/bin/sh\nsed -i "s/  a: \\"3\\"/  a: edited/" "$1"\n', { mode: 0o755 });
  await ok(["-n", ns, "edit", "cm/applied"], { env: { KUBE_EDITOR: editor } });
  expect(JSON.parse(await jsonPath(["-n", ns, "cm/applied"], "{.data}"))).toEqual({
    a: "edited",
    m: "1",
    j: "2",
    s: "3",
  });
  expect(await ok(["-n", ns, "get", "cm", "-l", "tier=x", "-o", "name"])).toBe("configmap/applied\n");
});

test("get -w shows changes as they come", async () => {
  const child = spawn(process.env["KUBECTL"] ?? "kubectl", [
    "--kubeconfig",
    cluster.kubeconfig,
    "-n",
    ns,
    "get",
    "cm",
    "-w",
    "-o",
    "name",
  ]);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  try {
    await eventually("the list", () => Promise.resolve(said.includes("configmap/applied") || undefined));
    await ok(["-n", ns, "create", "configmap", "watched"]);
    await eventually("the event", () => Promise.resolve(said.includes("configmap/watched") || undefined));
  } finally {
    child.kill("SIGTERM");
  }
});

test("describe, rollout status, history and restart, wait, events", async () => {
  await apply(deployment(ns, "app", { replicas: 2, container: webServer("x") }), service(ns, "app"));
  expect(await ok(["-n", ns, "rollout", "status", "deployment/app", "--timeout=60s"])).toContain(
    'deployment "app" successfully rolled out',
  );
  const described = await ok(["-n", ns, "describe", "deployment", "app"]);
  expect(described).toMatch(/Replicas:\s+2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/);
  expect(described).toContain("ScalingReplicaSet");
  expect(await ok(["-n", ns, "describe", "pods", "-l", "app=app"])).toMatch(
    /Normal\s+Started\s+\S+\s+kubelet\s+.*Started container main|Container started/,
  );
  expect(await ok(["-n", ns, "describe", "service", "app"])).toMatch(
    /Endpoints:\s+10\.\d+\.\d+\.\d+:8080,10\.\d+\.\d+\.\d+:8080/,
  );
  expect(await ok(["describe", "node"])).toContain("Allocated resources:");
  await ok(["-n", ns, "rollout", "restart", "deployment/app"]);
  await ok(["-n", ns, "rollout", "status", "deployment/app", "--timeout=90s"]);
  expect(await ok(["-n", ns, "rollout", "history", "deployment/app"])).toMatch(/REVISION[\s\S]*\n2\s/);
  await ok(["-n", ns, "wait", "--for=condition=Available", "deployment/app", "--timeout=30s"]);
  expect(await ok(["-n", ns, "events"])).toContain("SuccessfulCreate");
});

test("set image rolls out, and all outputs of pods show what users know", async () => {
  expect(await ok(["-n", ns, "get", "deployment", "app", "--no-headers"])).toMatch(/^app\s+2\/2\s+2\s+2\s+\S+\n$/);
  expect(await ok(["-n", ns, "get", "pods", "--no-headers", "-l", "app=app"])).toMatch(
    /^app-\w+-\w+\s+1\/1\s+Running\s+0\s+\S+$/m,
  );
  expect(await ok(["-n", ns, "get", "pods", "-o", "wide", "--no-headers", "-l", "app=app"])).toMatch(
    /10\.\d+\.\d+\.\d+/,
  );
  expect(await ok(["-n", ns, "get", "all"])).toContain("replicaset.apps/app-");
});

test("run, expose and delete by selector", async () => {
  await ok([
    "-n",
    ns,
    "run",
    "single",
    `--image=${cluster.image}`,
    "--labels=app=single",
    "--port=8080",
    "--",
    "sleep",
    "1000",
  ]);
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/single", "--timeout=60s"]);
  await ok(["-n", ns, "expose", "pod", "single"]);
  expect(await jsonPath(["-n", ns, "service/single"], "{.spec.ports[0].port}")).toBe("8080");
  await ok(["-n", ns, "delete", "pods", "-l", "app=single", "--grace-period=1"]);
  expect((await kubectl(["-n", ns, "get", "pod", "single"])).code).toBe(1);
});

test("volumes, environment and the service account's token are there", async () => {
  await ok(["-n", ns, "create", "secret", "generic", "hidden", "--from-literal=key=value"]);
  const script = [
    "cat /secret/key",
    "cat /config/a",
    "echo $NAME $SECRET $(cat /down/labels)",
    "ls /var/run/secrets/kubernetes.io/serviceaccount | sort | tr '\\n' ' '",
    "echo kept > /scratch/f && cat /scratch/f",
    "sleep 1000",
  ].join("; echo; ");
  const mounts = [
    { name: "secret", mountPath: "/secret" },
    { name: "config", mountPath: "/config" },
    { name: "down", mountPath: "/down" },
    { name: "scratch", mountPath: "/scratch", subPath: "below" },
  ];
  const volumes = [
    { name: "secret", secret: { secretName: "hidden" } },
    { name: "config", configMap: { name: "applied" } },
    { name: "down", downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
    { name: "scratch", emptyDir: {} },
  ];
  const env = [
    { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "SECRET", valueFrom: { secretKeyRef: { name: "hidden", key: "key" } } },
  ];
  await apply(pod(ns, "full", { command: ["sh", "-c", script], env, volumeMounts: mounts }, { volumes }));
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/full", "--timeout=60s"]);
  const log = await eventually("the log", async () => {
    const text = await ok(["-n", ns, "logs", "full"]);
    return text.includes("kept") ? text : undefined;
  });
  expect(log).toContain("value");
  expect(log).toContain("edited");
  expect(log).toContain('full value app="full"');
  expect(log).toContain("ca.crt namespace token");
});

test("init containers run first, and probes decide on readiness and restarts", async () => {
  const spec = {
    initContainers: [
      {
        name: "first",
        image: cluster.image,
        command: ["sh", "-c", "echo made > /w/file"],
        volumeMounts: [{ name: "w", mountPath: "/w" }],
      },
    ],
    volumes: [{ name: "w", emptyDir: {} }],
  };
  const probes = {
    command: ["sh", "-c", "cat /w/file; sleep 1000"],
    volumeMounts: [{ name: "w", mountPath: "/w" }],
    readinessProbe: { exec: { command: ["test", "-f", "/w/ready"] }, periodSeconds: 1 },
    livenessProbe: { exec: { command: ["test", "!", "-f", "/w/dead"] }, periodSeconds: 1, failureThreshold: 1 },
  };
  await apply(pod(ns, "probed", probes, spec));
  await eventually("it to run", async () =>
    (await jsonPath(["-n", ns, "pod/probed"], "{.status.phase}")) === "Running" ? true : undefined,
  );
  expect(await jsonPath(["-n", ns, "pod/probed"], "{.status.conditions[?(@.type=='Ready')].status}")).toBe("False");
  await ok(["-n", ns, "exec", "probed", "--", "touch", "/w/ready"]);
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/probed", "--timeout=30s"]);
  expect(await ok(["-n", ns, "logs", "probed"])).toBe("made\n");
  await ok(["-n", ns, "exec", "probed", "--", "sh", "-c", "touch /w/dead; sleep 3; rm /w/dead"]).catch(() => undefined);
  await eventually("a restart", async () =>
    (await jsonPath(["-n", ns, "pod/probed"], "{.status.containerStatuses[0].restartCount}")) !== "0"
      ? true
      : undefined,
  );
  expect(await ok(["-n", ns, "get", "events", "--field-selector", "involvedObject.name=probed"])).toContain(
    "Liveness probe failed",
  );
});

test("an unknown field, a bad name and a wrong type are named", async () => {
  const bad = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "Bad_Name", namespace: ns }, data: {} };
  expect((await kubectl(["create", "-f", "-"], { input: JSON.stringify(bad) })).stderr).toContain(
    'The ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of',
  );
  const unknown = { ...pod(ns, "x"), spec: { containers: [{ name: "c", image: "i", imagePullPolicyy: "x" }] } };
  expect((await kubectl(["create", "-f", "-"], { input: JSON.stringify(unknown) })).stderr).toContain(
    'unknown field "spec.containers[0].imagePullPolicyy"',
  );
  const wrong = { ...bad, metadata: { name: "ok", namespace: ns }, data: { a: 1 } };
  expect((await kubectl(["create", "--validate=false", "-f", "-"], { input: JSON.stringify(wrong) })).stderr).toContain(
    "cannot unmarshal number into Go struct field ConfigMap.data of type string",
  );
});
