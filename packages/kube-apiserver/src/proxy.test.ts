// Requests through the API server to ports of pods and services.
import type { ApiRequest } from "@skates/apimachinery";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
const DEFAULT = "/api/v1/namespaces/default";
let at: TestServer;
let seen: { readonly origin: string; readonly request: ApiRequest }[] = [];

beforeAll(async () => {
  at = await startTestServer({
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
});

it.each([
  ["pods/web/proxy", "http://10.244.0.7:8080", "/"],
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
