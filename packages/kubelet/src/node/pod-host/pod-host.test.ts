// Files of volumes, sub paths and limits on real directories in a temporary folder; nothing needs root.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigMap, Pod, PodSpec, Secret } from "@skates/api/core/v1";
import { virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PodHost } from "../../pod-host.ts";
import { noReferences, type References } from "../../references.ts";
import type { NodeFacts } from "../../worker/pod-deps.ts";
import type { CgroupLimits, Cgroups } from "../host/cgroups.ts";
import { localDirectories } from "./local-directories.ts";
import { nodePodHost } from "./node-pod-host.ts";
import { writeAtomically } from "./atomic-directory.ts";
import { containerFiles } from "./container-files.ts";
import { prepareHostPath } from "./host-path.ts";
import { podLimits } from "./pod-limits.ts";
import { podPaths } from "./pod-paths.ts";
import { resolveSubPath } from "./sub-path.ts";
import { downwardFiles, keyedFiles, projectedFiles } from "./volume-files.ts";
import { sysctlAllowlist } from "../../spec/sysctls.ts";

const signal = new AbortController().signal;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "skates-pod-host-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (text: string, mode = 0o644) => ({ content: Buffer.from(text), mode });

/** As the API completes limits without requests. */
const ROOM = { cpu: "500m", memory: "64Mi" };
function pod(spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns", uid: "u-1", labels: { app: "x" } },
    spec: { containers: [{ name: "main", resources: { limits: ROOM, requests: ROOM } }], ...spec },
    status: { podIPs: [{ ip: "10.244.0.5" }] },
  };
}

const MAP: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "m" },
  data: { a: "one", b: "two" },
  binaryData: { c: Buffer.from([0, 255]).toString("base64") },
};
const SECRET: Secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { key: "c2VjcmV0" } };
const references: References = {
  ...noReferences,
  configMap: (_, name) => Promise.resolve(name === "m" ? MAP : undefined),
  secret: (_, name) => Promise.resolve(name === "s" ? SECRET : undefined),
  services: () => Promise.resolve([]),
  token: () => Promise.resolve({ token: "tkn", expiresAtMs: 3_600_000 }),
  register: () => undefined,
  unregister: () => undefined,
};
const node: NodeFacts = {
  hostIps: () => ["192.0.2.1"],
  pressure: () => ({ memory: false, disk: false, pid: false }),
  allocatable: () => ({ cpu: "2", memory: "1Gi" }),
  memoryCapacityBytes: 1 << 30,
  operatingSystem: "linux",
  appArmor: false,
  sysctls: sysctlAllowlist(),
  features: [],
  seccomp: { byDefault: false, root: "/seccomp" },
  dns: () => ({ servers: [], searches: [], options: [], domain: "cluster.local" }) as never,
  runtimeName: "containerd",
  version: "v1.36",
};
const from = { references, node };
const texts = (files: ReadonlyMap<string, { content: Uint8Array; mode: number }>) =>
  Object.fromEntries(
    [...files].map(([path, f]) => [path, [Buffer.from(f.content).toString("latin1"), f.mode.toString(8)]]),
  );

test("files change all at once, keep their names, and nothing is written when nothing changed", async () => {
  await writeAtomically(
    dir,
    new Map([
      ["a", file("1")],
      ["sub/b", file("2", 0o400)],
    ]),
    undefined,
  );
  expect([readFileSync(join(dir, "a"), "utf8"), readFileSync(join(dir, "sub/b"), "utf8")]).toEqual(["1", "2"]);
  expect(readlinkSync(join(dir, "a"))).toBe("..data/a");
  const first = readlinkSync(join(dir, "..data"));
  await writeAtomically(
    dir,
    new Map([
      ["a", file("1")],
      ["sub/b", file("2", 0o400)],
    ]),
    undefined,
  );
  expect(readlinkSync(join(dir, "..data"))).toBe(first);
  await writeAtomically(dir, new Map([["a", file("3")]]), undefined);
  expect(readdirSync(dir).filter((name) => !name.startsWith(".."))).toEqual(["a"]);
  expect(readFileSync(join(dir, "a"), "utf8")).toBe("3");
  expect(readdirSync(dir)).toHaveLength(3);
});

test("a config map gives all its keys, or the chosen ones with their modes", async () => {
  const all = { what: "configmap", name: "m", items: undefined, optional: undefined, defaultMode: 0o600 } as const;
  expect(texts(await keyedFiles(pod(), all, from, signal))).toEqual({
    a: ["one", "600"],
    b: ["two", "600"],
    c: ["\u0000\u00ff", "600"],
  });
  const some = { ...all, items: [{ key: "b", path: "x/y", mode: 0o400 }] };
  expect(texts(await keyedFiles(pod(), some, from, signal))).toEqual({ "x/y": ["two", "400"] });
});

test("what is missing fails with upstream's words, unless it is optional", async () => {
  const gone = { what: "secret", name: "none", items: undefined, optional: undefined, defaultMode: undefined } as const;
  await expect(keyedFiles(pod(), gone, from, signal)).rejects.toThrow('secret "none" not found');
  expect((await keyedFiles(pod(), { ...gone, optional: true }, from, signal)).size).toBe(0);
  const key = {
    what: "configmap",
    name: "m",
    items: [{ key: "z", path: "z" }],
    optional: undefined,
    defaultMode: undefined,
  } as const;
  await expect(keyedFiles(pod(), key, from, signal)).rejects.toThrow("references non-existent config key: z");
});

test("a projected volume joins its sources, and says when its token ages", async () => {
  const sources = [
    { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
    { configMap: { name: "m", items: [{ key: "a", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
  ];
  const { files, renewAtMs } = await projectedFiles(pod(), { sources, defaultMode: 0o644 }, from, signal);
  expect(texts(files)).toEqual({ token: ["tkn", "644"], "ca.crt": ["one", "644"], namespace: ["ns", "644"] });
  expect(renewAtMs).toBe(3_600_000 * 0.8);
  const own = pod({ securityContext: { runAsUser: 1000 } });
  expect((await projectedFiles(own, { sources }, from, signal)).files.get("token")).toMatchObject({
    mode: 0o600,
    uid: 1000,
  });
});

test("downward API files show fields and resources", () => {
  const items = [
    { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
    { path: "cpu", resourceFieldRef: { containerName: "main", resource: "limits.cpu", divisor: "1m" } },
  ];
  expect(texts(downwardFiles(pod(), items, 0o400, from))).toEqual({ labels: ['app="x"', "400"], cpu: ["500", "400"] });
});

test("a sub path stays inside its volume", async () => {
  const volume = join(dir, "volume");
  mkdirSync(volume);
  expect(await resolveSubPath(volume, "a/b")).toBe(join(volume, "a/b"));
  expect(statSync(join(volume, "a/b")).isDirectory()).toBe(true);
  symlinkSync("a", join(volume, "inside"));
  expect(await resolveSubPath(volume, "inside/b")).toBe(join(volume, "a/b"));
  symlinkSync("/etc", join(volume, "outside"));
  await expect(resolveSubPath(volume, "outside")).rejects.toThrow("leads outside of its volume");
  await expect(resolveSubPath(volume, "../x")).rejects.toThrow("must be a relative path without '..'");
  await expect(resolveSubPath(volume, "/etc")).rejects.toThrow("must be a relative path without '..'");
});

test("host paths are checked by their type, and made where it says so", async () => {
  const path = join(dir, "made");
  await expect(prepareHostPath({ path, type: "Directory" })).rejects.toThrow("is not a directory");
  await prepareHostPath({ path, type: "DirectoryOrCreate" });
  await prepareHostPath({ path, type: "Directory" });
  await expect(prepareHostPath({ path, type: "File" })).rejects.toThrow("is not a file");
  await prepareHostPath({ path: join(path, "f"), type: "FileOrCreate" });
  expect(statSync(join(path, "f")).size).toBe(0);
  await expect(prepareHostPath({ path: join(dir, "no/f"), type: "FileOrCreate" })).rejects.toThrow("does not exist");
});

test("a container gets its volumes, its hosts file and a file for its last words", async () => {
  const volume = join(dir, "v");
  mkdirSync(volume);
  writeFileSync(join(volume, "f"), "");
  const container = {
    name: "main",
    volumeMounts: [
      { name: "v", mountPath: "/data", readOnly: true },
      { name: "v", mountPath: "/one", subPathExpr: "$(WHO)" },
    ],
  };
  const request = {
    pod: pod(),
    container,
    volumes: new Map([["v", { hostPath: volume, readOnly: false }]]),
    podIps: ["10.244.0.5"],
    recursiveReadOnly: true,
    restartCount: 2,
    env: [["WHO", "me"]] as const,
  };
  const { mounts } = await containerFiles(request, podPaths(dir), ({ path }) => Promise.resolve(path));
  const log = join(dir, "pods/u-1/containers/main/termination-2");
  expect(mounts).toEqual([
    { containerPath: "/data", hostPath: volume, readOnly: true, propagation: "private" },
    { containerPath: "/one", hostPath: join(volume, "me"), readOnly: false, propagation: "private" },
    { containerPath: "/etc/hosts", hostPath: join(dir, "pods/u-1/etc-hosts"), readOnly: false, propagation: "private" },
    { containerPath: "/dev/termination-log", hostPath: log, readOnly: false, propagation: "private" },
  ]);
  expect(statSync(log).mode & 0o777).toBe(0o666);
});

test("a container gets the devices that it names, and neither a device as files nor files as a device", async () => {
  const files = (container: Partial<PodSpec["containers"][number]>) =>
    containerFiles(
      {
        pod: pod(),
        container: { name: "main", ...container },
        volumes: new Map([
          ["disk", { hostPath: "/links/disk", readOnly: false, device: true }],
          ["shown", { hostPath: "/links/shown", readOnly: true, device: true }],
          ["files", { hostPath: dir, readOnly: false }],
        ]),
        podIps: [],
        recursiveReadOnly: true,
        restartCount: 0,
        env: [],
      },
      podPaths(dir),
      ({ path }) => Promise.resolve(path),
    );
  const device = (name: string) => ({ volumeDevices: [{ name, devicePath: "/dev/xvda" }] });
  expect([(await files(device("disk"))).devices, (await files(device("shown"))).devices]).toEqual([
    [{ containerPath: "/dev/xvda", hostPath: "/links/disk", permissions: "mrw" }],
    [{ containerPath: "/dev/xvda", hostPath: "/links/shown", permissions: "r" }],
  ]);
  await expect(files(device("files"))).rejects.toThrow('cannot find volume "files" to pass into container "main"');
  await expect(files({ volumeMounts: [{ name: "disk", mountPath: "/d" }] })).rejects.toThrow(
    'cannot find volume "disk" to mount into container "main"',
  );
});

test("a pod is limited only if all its containers are", () => {
  expect(podLimits(pod())).toEqual({ cpuShares: 512, cpuQuotaUs: 50_000, memoryBytes: 67_108_864 });
  const { containers } = pod().spec;
  expect(podLimits(pod({ containers: [...containers, { name: "free" }] }))).toEqual({ cpuShares: 512 });
});

function hostWith(cgroups: Partial<Cgroups>, podMaxPids?: number): PodHost {
  return nodePodHost({
    paths: {
      kubeletDir: join(dir, "kubelet"),
      podLogsDir: join(dir, "logs"),
      containerLogsDir: join(dir, "links"),
      cgroupRoot: "kubepods",
    },
    cgroups: {
      version: 2,
      ensure: () => Promise.resolve(),
      usage: () => Promise.resolve(undefined),
      processes: () => Promise.resolve([]),
      children: () => Promise.resolve([]),
      remove: () => Promise.resolve(),
      ...cgroups,
    },
    clusterDomain: "cluster.local",
    podMaxPids,
    localDirectories: localDirectories(join(dir, "volumes")),
    nodeName: "n",
    clock: virtualClock(),
  })({
    references,
    node,
    status: { changed: () => undefined, written: () => Promise.resolve() },
    recorder: { event: () => undefined },
    grown: () => Promise.resolve(),
  });
}

test("a pod's cgroup has its limits, and as many processes as the node allows each", async () => {
  const made: (readonly [string, CgroupLimits])[] = [];
  const host = hostWith({ ensure: async (path, limits) => void made.push([path, limits]) }, 100);
  await host.setUpPod(pod(), signal);
  const whole = pod({ containers: [{ name: "main" }], resources: { requests: { cpu: "1" } } });
  expect(host.cgroupParent(whole)).toBe("/kubepods/burstable/podu-1");
  expect(made).toEqual([["kubepods/podu-1", { ...podLimits(pod()), processes: 100 }]]);
});

test("what a runtime has left in a pod's cgroup is ended with the pod", async () => {
  const lost = spawn("sleep", ["60"]);
  const ended = once(lost, "exit");
  const host = hostWith({ processes: (path) => Promise.resolve(path === "kubepods/podu-1" ? [lost.pid ?? 0] : []) });
  await host.tearDownPod("u-1", signal);
  expect(await ended).toEqual([null, "SIGKILL"]);
});
