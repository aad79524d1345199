// What other implementations had to learn, over TLS on the real server process: each hole in a sentence, and that it is closed.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

const DEFAULT = "/api/v1/namespaces/default";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const SECRET = "c2VjcmV0LXRoYXQtbm9ib2R5LW1heS1zZWU";

let cluster: SimulatedCluster;
/** Of service account `default/limited`, which may do everything in its namespace. */
let token = "";

beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).code).toBe(0);
  await made(`${DEFAULT}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "limited" } });
  const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "all" } };
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
  await made(`${RBAC}/namespaces/default/roles`, { ...role, rules });
  await made(`${RBAC}/namespaces/default/rolebindings`, {
    ...role,
    kind: "RoleBinding",
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "all" },
    subjects: [{ kind: "ServiceAccount", name: "limited", namespace: "default" }],
  });
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { json } = await post(`${DEFAULT}/serviceaccounts/limited/token`, review);
  token = (json as { status: { token: string } }).status.token;
});
afterAll(() => cluster.remove());

function post(path: string, body: object): Promise<Answer> {
  return cluster.call({ method: "POST", path, body: JSON.stringify(body) });
}

async function made(path: string, body: object): Promise<void> {
  const { code, text } = await post(path, body);
  expect([code, code === 201 ? "" : text]).toEqual([201, ""]);
}

function pem(name: string): string {
  return readFileSync(join(cluster.dataDir, "pki", name), "utf8");
}

/** The code of an answer to a bearer of the token. */
function asLimited(method: string, path: string, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const where = { host: "127.0.0.1", port: cluster.port, ca: pem("ca.crt"), agent: false as const };
    const sent = request({ ...where, method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** All that comes back on a connection of the administrator until the server closes it, or nothing comes for a second. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const who = { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") };
    const socket = connect({ host: "127.0.0.1", port: cluster.port, ...who }, () => socket.write(text));
    let out = "";
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => (out += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(out));
  });
}

describe("a connection that asked for an upgrade", () => {
  const head = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

  // CVE-2018-1002105: after a refused upgrade the connection stayed joined to the kubelet's, and what followed was done as the server.
  test.for([
    "/api/v1/namespaces/default/pods/none/exec?command=id&stdout=1",
    "/api/v1/nodes/simulated-0/proxy/exec/default/none/none?command=id&output=1",
    "/api/v1/nodes/simulated-0/proxy/pods",
  ])("and was refused carries nothing further: %s", async (path) => {
    const answer = await raw(`${head(path)}GET /pods HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).not.toMatch(/^HTTP\/1\.1 101/);
  });
});

describe("paths", () => {
  // CVE-2019-11247: rights in one namespace were enough for objects of the cluster, by a path below the namespace.
  test.for([
    "/api/v1/namespaces/default/namespaces/kube-system",
    "/api/v1/namespaces/default/namespaces",
    "/api/v1/namespaces/default/nodes/simulated-0",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/default/clusterroles/cluster-admin",
    "/api/v1/namespaces/default/../kube-system/secrets",
    "/api/v1/namespaces/default%2F..%2Fkube-system/secrets",
    "/api/v1/namespaces/default/../../nodes",
  ])("give the owner of a namespace nothing else: %s", async (path) => {
    for (const method of ["GET", "DELETE"]) expect([403, 404]).toContain(await asLimited(method, path));
    expect((await cluster.call({ path: "/api/v1/namespaces/kube-system" })).code).toBe(200);
  });

  // A name that is a path would lead to another object's key.
  test.for([
    ["..%2F..%2Fkube-system%2Fx", 400],
    ["%2e%2e", 400],
    ["%2E%2E%2fkube-root-ca.crt", 400],
    ["a%252f..%252fb", 400],
    ["kube-root-ca.crt%00", 404],
  ] as const)("in names are no paths: %s", async ([name, code]) => {
    expect((await cluster.call({ path: `${DEFAULT}/configmaps/${name}` })).code).toBe(code);
  });
});

describe("bodies that grow", () => {
  const maps = `${DEFAULT}/configmaps`;
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(", ")}]`);
  const aliases = `l0: &l0 x\n${levels.join("\n")}\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: bomb}\n`;
  const copies = Array.from({ length: 64 }, (_, i) => ({ op: "copy", from: "/data", path: `/data/c${i}` }));
  const many = Array.from({ length: 10_001 }, () => ({ op: "test", path: "/data", value: {} }));

  test.for([
    // CVE-2019-11253: a kilobyte of YAML aliases became gigabytes.
    ["aliases", { method: "POST", path: maps, type: "application/yaml", body: aliases }, 400],
    // CVE-2019-11254: YAML nested without end took seconds to read.
    ["nesting", { method: "POST", path: maps, type: "application/yaml", body: "[".repeat(200_000) }, 400],
    ["nesting in JSON", { method: "POST", path: maps, body: `{"data":${"[".repeat(1_000_000)}` }, 400],
    // CVE-2019-1002100: a JSON patch of copies, or of very many operations, occupied the server.
    [
      "copies",
      { method: "PATCH", path: `${maps}/bomb`, type: "application/json-patch+json", body: JSON.stringify(copies) },
      422,
    ],
    [
      "operations",
      { method: "PATCH", path: `${maps}/bomb`, type: "application/json-patch+json", body: JSON.stringify(many) },
      413,
    ],
    // A compressed body would pass the limit on sizes: there is no decompression of requests, as upstream.
    ["compression", { method: "POST", path: maps, body: gzipSync(Buffer.alloc(50_000_000)) }, 400],
  ] as const)("by %s are refused soon", async ([, call, code]) => {
    await cluster.put("bomb", { a: "x".repeat(100_000) });
    const fromMs = performance.now();
    expect((await cluster.call(call)).code).toBe(code);
    expect(performance.now() - fromMs).toBeLessThan(3_000);
  });
});

describe("policies hold for each kind of container", () => {
  const pods = "/api/v1/namespaces/strict/pods";
  const good = {
    name: "c",
    image: "i",
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
  const bad = { ...good, name: "bad", securityContext: { privileged: true } };
  const pod = (name: string, spec: object) => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec });

  // CVE-2023-2727, CVE-2023-2728: ephemeral containers were not looked at by policies that bound all others.
  test("PodSecurity: containers, init containers and ephemeral ones", async () => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await made("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "strict", labels } });
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
    expect([201, 409]).toContain((await post("/api/v1/namespaces/strict/serviceaccounts", account)).code);
    await made(pods, pod("good", { containers: [good] }));
    expect((await post(pods, pod("a", { containers: [bad] }))).code).toBe(403);
    expect((await post(pods, pod("b", { containers: [good], initContainers: [bad] }))).code).toBe(403);
    const body = JSON.stringify({ spec: { ephemeralContainers: [bad] } });
    const type = "application/strategic-merge-patch+json";
    const path = `${pods}/good/ephemeralcontainers`;
    const refused = await cluster.call({ method: "PATCH", path, type, body });
    expect([refused.code, refused.text]).toEqual([403, expect.stringContaining("violates PodSecurity")]);
  });

  // CVE-2024-3177: secrets that an account may not mount were read by `envFrom`.
  test("secrets that an account may mount: env, envFrom, init containers, ephemeral ones", async () => {
    const metadata = { name: "mounts", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } };
    await made(`${DEFAULT}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata,
      secrets: [{ name: "own" }],
    });
    const base = { serviceAccountName: "mounts", automountServiceAccountToken: false };
    const plain = { name: "c", image: "i" };
    const from = (container: object) => ({ ...plain, ...container });
    const theft = [
      from({ envFrom: [{ secretRef: { name: "other" } }] }),
      from({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "other", key: "k" } } }] }),
    ];
    await made(`${DEFAULT}/pods`, pod("mounts", { ...base, containers: [plain] }));
    for (const container of theft) {
      expect((await post(`${DEFAULT}/pods`, pod("m", { ...base, containers: [container] }))).code).toBe(403);
      const init = { ...container, name: "init" };
      const spec = { ...base, containers: [plain], initContainers: [init] };
      expect((await post(`${DEFAULT}/pods`, pod("m", spec))).code).toBe(403);
      const body = JSON.stringify({ spec: { ephemeralContainers: [{ ...container, name: "late" }] } });
      const type = "application/strategic-merge-patch+json";
      const path = `${DEFAULT}/pods/mounts/ephemeralcontainers`;
      expect((await cluster.call({ method: "PATCH", path, type, body })).code).toBe(403);
    }
  });

  test("limit ranges and quotas: init containers count", async () => {
    const space = "/api/v1/namespaces/bounded";
    await made("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "bounded" } });
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
    expect([201, 409]).toContain((await post(`${space}/serviceaccounts`, account)).code);
    const limits = [{ type: "Container", max: { cpu: "1" } }];
    await made(`${space}/limitranges`, {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "l" },
      spec: { limits },
    });
    const sized = (name: string, cpu: string) => ({ name, image: "i", resources: { limits: { cpu } } });
    const large = { containers: [sized("c", "1")], initContainers: [sized("i", "2")] };
    expect((await post(`${space}/pods`, pod("large", large))).code).toBe(403);
  });
});

// CVE-2022-3294, CVE-2020-8561: the server's own machine and the cloud's metadata were reached through proxies.
test.for(["127.0.0.1", "169.254.169.254", "::1"])("a pod that says it is at %s is not reached by proxy", async (ip) => {
  const name = "elsewhere";
  const spec = { schedulerName: "none", containers: [{ name: "c", image: "i" }] };
  await made(`${DEFAULT}/pods`, { apiVersion: "v1", kind: "Pod", metadata: { name }, spec });
  const status = JSON.stringify({ status: { podIP: ip, podIPs: [{ ip }] } });
  const type = "application/merge-patch+json";
  await cluster.call({ method: "PATCH", path: `${DEFAULT}/pods/${name}/status`, type, body: status });
  const answer = await cluster.call({ path: `${DEFAULT}/pods/https:${name}:${cluster.port}/proxy/` });
  expect([answer.code, answer.json]).toMatchObject([400, { message: "address not allowed" }]);
  await cluster.call({ method: "DELETE", path: `${DEFAULT}/pods/${name}?gracePeriodSeconds=0` });
});

// Profiles, queues and configuration tell an attacker much; CVE-2019-11248 left them open.
test.for([
  "/metrics",
  "/debug/pprof/",
  "/debug/flags/v",
  "/debug/api_priority_and_fairness/dump_queues",
  "/configz",
  "/logs/",
  "/openapi/v2",
  "/snapshot",
])("nobody gets %s without credentials", async (path) => {
  expect((await cluster.call({ path, identity: "nobody" })).code).toBe(401);
});

// CVE-2019-11250, CVE-2020-8563 and more: bearer tokens, keys and the contents of secrets stood in logs.
test("logs hold no tokens, no secrets and no keys", async () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "quiet" }, stringData: { password: SECRET } };
  await made(`${DEFAULT}/secrets`, secret);
  expect(await asLimited("GET", `${DEFAULT}/secrets/quiet`)).toBe(200);
  expect(await asLimited("GET", `/api/v1/nodes?access_token=${token}`)).toBe(403);
  expect(await asLimited("POST", `${DEFAULT}/secrets`, `{"kind":"Secret","stringData":{"p":"${SECRET}"`)).toBe(400);
  await asLimited("PUT", `${DEFAULT}/secrets/quiet`, JSON.stringify({ ...secret, stringData: { password: [SECRET] } }));
  const keys = readdirSync(join(cluster.dataDir, "pki"))
    .filter((name) => name.endsWith(".key"))
    .map((name) => pem(name).split("\n")[1] ?? "");
  const forbidden = [token, token.split(".")[2] ?? "", SECRET, Buffer.from(SECRET).toString("base64"), ...keys];
  const logs = filesUnder(cluster.dataDir).filter((path) => /log/.test(path) && !path.endsWith(".mdb"));
  expect(logs.length).toBeGreaterThan(0);
  const found = logs.flatMap((path) => {
    const text = readFileSync(path, "latin1");
    return forbidden.filter((each) => each !== "" && text.includes(each)).map((each) => `${path}: ${each}`);
  });
  expect([keys.length > 3, found]).toEqual([true, []]);
});

// Files that others on the machine may read give everything away.
test("what the data directory holds is its owner's alone", () => {
  const open = filesUnder(cluster.dataDir).filter(
    (path) => /\.key$|kubeconfig|encryption|\.mdb$/.test(path) && (statSync(path).mode & 0o077) !== 0,
  );
  expect([statSync(cluster.dataDir).mode & 0o777, open]).toEqual([0o700, []]);
});

function filesUnder(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
