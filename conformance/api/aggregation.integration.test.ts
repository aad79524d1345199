// An aggregated API server in the manner of metrics-server, over TLS, used by stock kubectl through this server.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, silentLogger } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { type KeyPair, renderKubeconfig } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { serveHandler, type ServingHandle } from "@skates/transport/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ExtensionServer,
  extensionObjects,
  startExtensionServer,
} from "../../packages/kube-apiserver/src/node/testing-extension.ts";
import { ADMIN, startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { type Ran, run } from "../e2e/skates.ts";

const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
const DAY_MS = 86_400_000;
const ROOT = "/apis/metrics.k8s.io/v1beta1";
let folder: string;
let extension: ExtensionServer;
let at: TestServer;
let listener: ServingHandle;
let admin: KeyPair;
let ca: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sk-aggregation-"));
  extension = await startExtensionServer();
  at = await startTestServer({ webhooks: extension.dial, proxyClient: () => extension.frontProxy });
  const clock = systemClock();
  const pki = nodePki({ clock, random: seededRandom("aggregation") });
  const authority = await pki.createCa("kubernetes", DAY_MS);
  ca = authority.cert;
  const issue = pki.authority(authority);
  const server = await issue.issue({
    commonName: "kube-apiserver",
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
    usages: ["server"],
    validMs: DAY_MS,
  });
  admin = await issue.issue({
    commonName: "kubernetes-admin",
    organizations: ["system:masters"],
    usages: ["client"],
    validMs: DAY_MS,
  });
  listener = await serveHandler({
    handler: at.server.handler,
    tls: { ...server, clientCas: [ca] },
    address: "127.0.0.1",
    port: 0,
    log: silentLogger,
    clock,
  });
  const kubeconfig = renderKubeconfig({
    server: `https://127.0.0.1:${listener.port}`,
    ca,
    cluster: "test",
    user: "admin",
    context: "test",
    credentials: admin,
  });
  writeFileSync(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 });
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } };
  await at.call({ user: ADMIN }, "POST", "/api/v1/nodes", node);
  const capacity = { cpu: "1", memory: "1Gi" };
  const status = { status: { capacity, allocatable: capacity } };
  await at.call({ user: ADMIN }, "PATCH", "/api/v1/nodes/n1/status", status);
});
afterAll(async () => {
  await listener.close();
  await at.stop();
  await extension.close();
  rmSync(folder, { recursive: true });
});

/** With a cache of its own each time: what is told now counts. */
async function kubectl(...args: readonly string[]): Promise<Ran> {
  const cache = mkdtempSync(join(folder, "cache-"));
  return await run(KUBECTL, ["--kubeconfig", join(folder, "kubeconfig"), "--cache-dir", cache, ...args]);
}

async function apply(...objects: readonly object[]): Promise<Ran> {
  const file = join(folder, "objects.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  return await kubectl("apply", "-f", file);
}

it("says what is missing, and breaks nothing else", async () => {
  const { apiService } = extensionObjects(extension);
  expect((await apply(apiService)).stdout).toContain(
    "apiservice.apiregistration.k8s.io/v1beta1.metrics.k8s.io created",
  );
  const waiting = await kubectl("get", "apiservice", "v1beta1.metrics.k8s.io");
  expect(waiting.stdout).toMatch(/kube-system\/metrics-server\s+(False \(ServiceNotFound\)|Unknown)/);
  const top = await kubectl("top", "nodes");
  expect([top.code, top.stderr]).toEqual([1, expect.stringContaining("Metrics API not available")]);
  expect((await kubectl("get", "nodes", "-o", "name")).stdout).toBe("node/n1\n");
  const resources = await kubectl("api-resources", "--no-headers");
  expect(resources.stdout).toMatch(/^deployments\s+deploy\s+apps\/v1/m);
  expect((await kubectl("get", "apiservice", "v1.apps")).stdout).toMatch(/v1\.apps\s+Local\s+True/);
});

describe("once it is there", () => {
  beforeAll(async () => {
    const { service, slice } = extensionObjects(extension);
    const { stderr } = await apply(service, slice);
    expect(stderr).toBe("");
    await kubectl("wait", "--for=condition=Available", "--timeout=20s", "apiservice/v1beta1.metrics.k8s.io");
  });

  it("kubectl top shows nodes and pods", async () => {
    expect((await kubectl("top", "nodes")).stdout).toMatch(/^n1\s+250m\s+25%\s+512Mi\s+50%/m);
    expect((await kubectl("top", "pods", "-n", "default")).stdout).toMatch(/^web\s+7m\s+9Mi/m);
  });

  it("is discovered with the rest, and explained", async () => {
    const resources = await kubectl("api-resources", "--api-group=metrics.k8s.io", "--no-headers");
    expect(resources.stdout.split("\n").map((line) => line.split(/\s+/).join(" "))).toEqual([
      "nodes metrics.k8s.io/v1beta1 false NodeMetrics",
      "pods metrics.k8s.io/v1beta1 true PodMetrics",
      "",
    ]);
    expect((await kubectl("api-versions")).stdout).toContain("metrics.k8s.io/v1beta1");
    const raw = JSON.parse((await kubectl("get", "--raw", `${ROOT}/nodes/n1`)).stdout);
    expect(raw.usage).toEqual({ cpu: "250m", memory: "512Mi" });
  });

  it("sees who calls by the front proxy's word", () => {
    const seen = extension.seen.findLast(({ url }) => url.startsWith(`${ROOT}/nodes`));
    expect({ client: seen?.client, user: seen?.headers["x-remote-user"], groups: seen?.groups }).toEqual({
      client: "front-proxy-client",
      user: "kubernetes-admin",
      groups: ["system:masters", "system:authenticated"],
    });
  });

  it("streams connections that are taken over", async () => {
    const socket = connect({ host: "127.0.0.1", port: listener.port, ca, ...admin, ALPNProtocols: ["http/1.1"] });
    const heard = new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (chunk) => {
        text += String(chunk);
        if (text.endsWith("hello")) resolve(text);
        else if (text.endsWith("\r\n\r\n")) socket.write("hello");
      });
    });
    const head = [`GET ${ROOT}/echo HTTP/1.1`, "host: localhost", "connection: Upgrade", "upgrade: websocket", "", ""];
    socket.write(head.join("\r\n"));
    expect(await heard).toMatch(/^HTTP\/1\.1 101 [\s\S]*hello$/);
    socket.destroy();
  });

  it("that breaks down is told of, and costs the others nothing", async () => {
    extension.behave("hang");
    const started = performance.now();
    expect((await kubectl("get", "nodes", "-o", "name")).stdout).toBe("node/n1\n");
    expect(performance.now() - started).toBeLessThan(5000);
    extension.behave("broken");
    await kubectl("delete", "service", "-n", "kube-system", "metrics-server");
    await kubectl("wait", "--for=condition=Available=False", "--timeout=20s", "apiservice/v1beta1.metrics.k8s.io");
    const resources = await kubectl("api-resources", "--no-headers");
    expect([resources.code, resources.stdout]).toEqual([0, expect.stringMatching(/^pods\s+po\s+v1/m)]);
    const top = await kubectl("top", "nodes");
    expect(top.code).toBe(1);
  });
});
