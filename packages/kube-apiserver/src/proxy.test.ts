// Requests through the API server to ports of pods and services.
import type { ApiRequest } from "@skates/apimachinery";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
const DEFAULT = "/api/v1/namespaces/default";
let at: TestServer;
let kubeletSeen: string[] = [];
let seen: { readonly origin: string; readonly request: ApiRequest }[] = [];

beforeAll(async () => {
  at = await startTestServer({
    kubelets:
      ({ host, port }) =>
      async ({ path }) => {
        kubeletSeen.push(`${host}:${port}${path}`);
        return { status: 302, headers: { location: "https://192.0.2.99/" }, body: { kind: "none" } };
      },
    workloads: (origin) => async (request) => {
      seen.push({ origin, request });
      return {
        status: 418,
        headers: { "x-kind": "teapot" },
        body: { kind: "bytes", mediaType: "text/plain", chunks: [new TextEncoder().encode("short")] },
      };
    },
  });
  const post = (path: string, body: unknown) => at.call(admin, "POST", path, body);
  await post(`${DEFAULT}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } });
  const spec = { containers: [{ name: "c", image: "i", ports: [{ containerPort: 8080 }] }] };
  for (const name of ["web", "young"])
    await post(`${DEFAULT}/pods`, { apiVersion: "v1", kind: "Pod", metadata: { name }, spec });
  await at.call(admin, "PATCH", `${DEFAULT}/pods/web/status`, {
    status: { podIP: "10.244.0.7", podIPs: [{ ip: "10.244.0.7" }] },
  });
  const ports = [
    { name: "http", port: 80 },
    { name: "admin", port: 81 },
  ];
  for (const name of ["web", "empty"])
    await post(`${DEFAULT}/services`, { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports } });
  await post("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    ports: [
      { name: "http", port: 8080 },
      { name: "admin", port: 9090 },
    ],
    endpoints: [
      { addresses: ["10.244.0.7"], conditions: { ready: true } },
      { addresses: ["10.244.0.8"], conditions: { ready: false } },
    ],
  });
});
afterAll(() => at.stop());
beforeEach(() => {
  seen = [];
  kubeletSeen = [];
});

it.each([
  ["pods/web/proxy/", "http://10.244.0.7:8080", "/"],
  ["pods/web:9000/proxy/a%2Fb/c?x=1", "http://10.244.0.7:9000", "/a%2Fb/c"],
  ["pods/https:web:9443/proxy/", "https://10.244.0.7:9443", "/"],
  ["services/web:http/proxy/index.html", "http://10.244.0.7:8080", "/index.html"],
  ["services/web:81/proxy/", "http://10.244.0.7:9090", "/"],
  ["services/http:web:admin/proxy/", "http://10.244.0.7:9090", "/"],
])("%s goes to %s%s", async (path, origin, sent) => {
  expect(await at.call(admin, "GET", `${DEFAULT}/${path}`)).toEqual({ status: 418, body: "short" });
  const [{ origin: reached, request } = { origin: "", request: undefined }] = seen;
  expect([reached, request?.path]).toEqual([origin, sent]);
});

it.each(["GET", "HEAD"])("a page asked for by %s without a slash at the end is where the slash is", async (method) => {
  for (const path of [`${DEFAULT}/pods/web/proxy`, `${DEFAULT}/services/web:http/proxy`, "/api/v1/nodes/none/proxy"]) {
    const { status } = await at.call(admin, method, `${path}?a=/b`);
    expect([path, status, seen]).toEqual([path, 301, []]);
  }
});

it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("a request by %s is passed on", async (method) => {
  expect((await at.call(admin, method, `${DEFAULT}/pods/web/proxy?a=b`)).status).toBe(418);
  expect(seen.map(({ request }) => [request.method, request.path, request.headers["x-forwarded-uri"]])).toEqual([
    [method, "/", `${DEFAULT}/pods/web/proxy`],
  ]);
});

it("whoever may do all but OPTIONS is not let through with it", async () => {
  const nobody: Caller = { user: { name: "nobody", groups: [] } };
  expect((await at.call(nobody, "OPTIONS", `${DEFAULT}/pods/web/proxy/`)).status).toBe(403);
});

it.each([
  ["pods/none/proxy/", 404, 'pods "none" not found'],
  ["pods/young/proxy/", 400, "address not allowed"],
  ["services/empty:http/proxy/", 503, 'no endpoints available for service "empty"'],
  ["services/web:other/proxy/", 503, 'no service port "other" found for service "web"'],
  ["services/ftp:web:http/proxy/", 400, 'invalid proxy target "ftp:web:http": it must be [http:|https:]name[:port]'],
])("%s is refused with %d", async (path, code, message) => {
  const { status, body } = await at.call(admin, "GET", `${DEFAULT}/${path}`);
  expect([status, body.message]).toEqual([code, message]);
});

// Whoever may write a pod's status would have the server call what listens on its own machine for it alone (CVE-2022-3294, CVE-2020-8561).
it.each([
  "127.0.0.1",
  "127.9.9.9",
  "169.254.169.254",
  "0.0.0.0",
  "224.0.0.1",
  "::1",
  "fe80::1",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:a9fe:a9fe",
])("a pod at %s is not reached", async (ip) => {
  const status = { podIP: ip, podIPs: [{ ip }] };
  const spec = { containers: [{ name: "c", image: "i" }] };
  await at.call(admin, "POST", `${DEFAULT}/pods`, { apiVersion: "v1", kind: "Pod", metadata: { name: "odd" }, spec });
  await at.call(admin, "PATCH", `${DEFAULT}/pods/odd/status`, { status });
  const { status: code, body } = await at.call(admin, "GET", `${DEFAULT}/pods/odd:10250/proxy/pods`);
  // An address that cannot even be stored is not reached either.
  expect([code, body.message, seen]).toEqual([400, "address not allowed", []]);
  await at.call(admin, "DELETE", `${DEFAULT}/pods/odd?gracePeriodSeconds=0`);
});

// A node that announces an address of the control plane would have its other ports called, with the kubelets' credentials (CVE-2022-3294).
it("another port of a node than its kubelet's is called without credentials, and never on this machine", async () => {
  await at.call(admin, "POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
  const announce = (address: string): Promise<unknown> =>
    at.call(admin, "PATCH", "/api/v1/nodes/n1/status", {
      status: {
        addresses: [{ type: "InternalIP", address }],
        daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      },
    });
  await announce("192.0.2.7");
  expect((await at.call(admin, "GET", "/api/v1/nodes/n1:9100/proxy/metrics")).status).toBe(418);
  expect([seen.map(({ origin, request }) => `${origin}${request.path}`), kubeletSeen]).toEqual([
    ["http://192.0.2.7:9100/metrics"],
    [],
  ]);
  await announce("127.0.0.1");
  const { status, body } = await at.call(admin, "GET", "/api/v1/nodes/n1:2379/proxy/");
  expect([status, body.message, seen.length]).toEqual([400, "address not allowed", 1]);
});

// A node that was taken over would send an administrator's client, with its credentials, wherever it likes (CVE-2020-8559).
it("a kubelet's redirect does not reach the caller", async () => {
  const { status, body } = await at.call(admin, "GET", "/api/v1/nodes/n1/proxy/logs");
  expect([status, body, kubeletSeen]).toEqual([
    502,
    "the backend attempted to redirect this request, which is not permitted",
    ["127.0.0.1:10250/logs"],
  ]);
});
