// Aggregated servers, with a real one over TLS: registration, availability in upstream's words, proxying, discovery and OpenAPI.
import type { ApiRequest, ByteStream } from "@skates/apimachinery";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ExtensionServer, extensionObjects, startExtensionServer } from "../node/testing-extension.ts";
import { ADMIN, type Caller, readBody, startTestServer, type TestServer } from "../node/testing.ts";

const admin: Caller = { user: ADMIN };
const ROOT = "/apis/metrics.k8s.io/v1beta1";
const SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices";
const NAME = "v1beta1.metrics.k8s.io";
let extension: ExtensionServer;
let at: TestServer;
const get = (path: string) => at.call(admin, "GET", path);

beforeAll(async () => {
  extension = await startExtensionServer();
  at = await startTestServer({ webhooks: extension.dial, proxyClient: () => extension.frontProxy });
});
afterAll(async () => {
  await at.stop();
  await extension.close();
});
beforeEach(() => extension.behave("well"));

async function condition(name = NAME): Promise<string> {
  const { body } = await get(`${SERVICES}/${name}`);
  const { status, reason, message } = body.status?.conditions?.[0] ?? {};
  return `${status} ${reason}: ${message}`;
}

/** Asks again and again, for ten seconds at most. */
async function until(read: () => Promise<string>, expected: string | RegExp): Promise<void> {
  const endMs = performance.now() + 10_000;
  let seen = await read();
  while (seen.search(expected) < 0 && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen = await read();
  }
  expect(seen).toMatch(expected);
}

/** An APIService from nothing to available. */
async function register(): Promise<void> {
  const { service, slice, apiService } = extensionObjects(extension);
  await at.call(admin, "POST", SERVICES, apiService);
  await at.call(admin, "POST", "/api/v1/namespaces/kube-system/services", service);
  await at.call(admin, "POST", SLICES, slice);
  await until(condition, /^True Passed: all checks passed$/);
}

describe("own APIs", () => {
  it("are registered with upstream's names, labels and priorities", async () => {
    await until(async () => String((await get(`${SERVICES}/v1.`)).status), "200");
    await until(async () => String((await get(`${SERVICES}/v2.autoscaling`)).status), "200");
    const { body } = await get(`${SERVICES}/v1.apps`);
    expect({ labels: body.metadata.labels, spec: body.spec }).toEqual({
      labels: { "kube-aggregator.kubernetes.io/automanaged": "onstart" },
      spec: { group: "apps", version: "v1", groupPriorityMinimum: 17_800, versionPriority: 15 },
    });
    expect(await condition("v1.apps")).toBe("True Local: Local APIServices are always available");
  });

  it("of definitions come and go with them", async () => {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const version = (name: string) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object" } },
    });
    await at.call(admin, "POST", path, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        names: { plural: "widgets", kind: "Widget" },
        scope: "Namespaced",
        versions: [version("v1"), version("v1beta1")],
      },
    });
    const status = async () => String((await get(`${SERVICES}/v1beta1.example.com`)).status);
    await until(status, "200");
    const { body } = await get(`${SERVICES}/v1.example.com`);
    expect({ labels: body.metadata.labels, spec: body.spec }).toEqual({
      labels: { "kube-aggregator.kubernetes.io/automanaged": "true" },
      spec: { group: "example.com", version: "v1", groupPriorityMinimum: 1000, versionPriority: 100 },
    });
    await at.call(admin, "DELETE", `${SERVICES}/v1beta1.example.com`);
    await until(status, "200");
    await at.call(admin, "DELETE", `${path}/widgets.example.com`);
    await until(status, "404");
  });
});

it("tells step by step what is missing", async () => {
  const { service, slice, apiService } = extensionObjects(extension);
  await at.call(admin, "POST", SERVICES, apiService);
  await until(condition, /^False ServiceNotFound: service\/metrics-server in "kube-system" is not present$/);
  const unready = await get(`${ROOT}/nodes`);
  expect([unready.status, unready.body]).toEqual([503, "service unavailable\n"]);
  const wrong = { ...service, spec: { ports: [{ name: "https", port: 444 }] } };
  await at.call(admin, "POST", "/api/v1/namespaces/kube-system/services", wrong);
  await until(
    condition,
    /^False ServicePortError: service\/metrics-server in "kube-system" is not listening on port 443$/,
  );
  await at.call(admin, "DELETE", "/api/v1/namespaces/kube-system/services/metrics-server");
  await at.call(admin, "POST", "/api/v1/namespaces/kube-system/services", service);
  await until(
    condition,
    /^False EndpointsNotFound: cannot find endpointslices for service\/metrics-server in "kube-system"$/,
  );
  await at.call(admin, "POST", SLICES, { ...slice, endpoints: [] });
  await until(
    condition,
    /^False MissingEndpoints: endpointslices for service\/metrics-server in "kube-system" have no addresses with port name "https"$/,
  );
  extension.behave("broken");
  await at.call(admin, "DELETE", `${SLICES}/metrics-server-1`);
  await at.call(admin, "POST", SLICES, slice);
  await until(
    condition,
    /^False FailedDiscoveryCheck: failing or missing response from https:\/\/10.1.2.3:8443\/apis\/metrics.k8s.io\/v1beta1: bad status from https:\/\/10.1.2.3:8443\/apis\/metrics.k8s.io\/v1beta1: 500$/,
  );
  extension.behave("well");
  await until(condition, /^True Passed: all checks passed$/);
});

describe("requests", () => {
  beforeAll(register);

  it("reach the other server with the word of the front proxy on who calls", async () => {
    const user = {
      name: "jane",
      uid: "u1",
      groups: ["system:masters", "a,b"],
      extra: { "example.com/Scopes": ["x", "y"] },
    };
    const answer = await at.server.loopback(user)(request("GET", `${ROOT}/nodes/n1`, { "x-remote-user": "evil" }));
    expect([answer.status, await readBody(answer)]).toMatchObject([
      200,
      { kind: "NodeMetrics", usage: { cpu: "250m" } },
    ]);
    const seen = extension.seen.at(-1);
    const { "x-remote-user": name, "x-remote-uid": uid, authorization } = seen?.headers ?? {};
    expect({ client: seen?.client, name, uid, authorization, groups: seen?.groups }).toEqual({
      client: "front-proxy-client",
      name: "jane",
      uid: "u1",
      authorization: undefined,
      groups: ["system:masters", "a,b", "system:authenticated"],
    });
    expect(seen?.headers["x-remote-extra-example.com%2fscopes"]).toBe("x, y");
  });

  it("carry bodies there and answers back", async () => {
    const { status, body } = await at.call(admin, "POST", `${ROOT}/nodes`, { any: "thing" });
    expect([status, body]).toEqual([201, { any: "thing" }]);
  });

  it("are authorized first", async () => {
    const { status } = await at.call({ user: { name: "nobody", groups: [] } }, "GET", `${ROOT}/nodes`);
    expect(status).toBe(403);
  });

  it("get no redirects", async () => {
    const { status, body } = await get(`${ROOT}/redirect`);
    expect([status, body]).toEqual([502, "the backend attempted to redirect this request, which is not permitted"]);
  });

  it("stream", async () => {
    const stop = new AbortController();
    const watch = { ...request("GET", `${ROOT}/nodes`), query: new URLSearchParams("watch=true"), signal: stop.signal };
    const { body } = await at.server.loopback(ADMIN)(watch);
    if (body.kind !== "bytes") throw new Error("the watch is no stream");
    let text = "";
    for await (const chunk of body.chunks) {
      text += new TextDecoder().decode(chunk);
      if (text.includes("second")) break;
    }
    expect(text.match(/"name":"(first|second)"/g)).toEqual(['"name":"first"', '"name":"second"']);
    stop.abort();
  });

  it("take connections over, and get refusals as they are", async () => {
    const upgrade = { protocol: "websocket" };
    const headers = { connection: "Upgrade", upgrade: "websocket" };
    const taken = await at.server.loopback(ADMIN)({ ...request("GET", `${ROOT}/echo`, headers), upgrade });
    expect(taken.status).toBe(101);
    if (taken.body.kind !== "upgrade") throw new Error("the connection was not taken over");
    expect(await echoed(taken.body.accept, "hello")).toBe("hello");
    const refused = await at.server.loopback(ADMIN)({ ...request("GET", `${ROOT}/other`, headers), upgrade });
    expect([refused.status, await readBody(refused)]).toEqual([403, "not here"]);
  });

  it("are answered in upstream's words when the certificate is another's", async () => {
    const spec = { caBundle: btoa(extension.frontProxyCa) };
    await at.call(admin, "PATCH", `${SERVICES}/${NAME}`, { spec });
    await until(
      async () => String((await get(`${ROOT}/nodes`)).body),
      /^tls: failed to verify certificate: x509: certificate signed by unknown authority\n$/,
    );
    await at.call(admin, "PATCH", `${SERVICES}/${NAME}`, { spec: { caBundle: null, insecureSkipTLSVerify: true } });
    await until(async () => String((await get(`${ROOT}/nodes`)).status), "200");
    const { caBundle } = extension;
    await at.call(admin, "PATCH", `${SERVICES}/${NAME}`, { spec: { caBundle, insecureSkipTLSVerify: null } });
    await until(async () => String((await get(`${ROOT}/nodes`)).status), "200");
  });
});

describe("discovery", () => {
  beforeAll(register);
  const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const aggregated = async () => {
    const answer = await at.server.loopback(ADMIN)(request("GET", "/apis", { accept: AGGREGATED }));
    return (await readBody(answer)) as { items: { metadata: { name: string }; versions: unknown[] }[] };
  };

  it("tells of other servers, last by their priority", async () => {
    const { body } = await get("/apis");
    expect(body.groups.at(-1)).toEqual({
      name: "metrics.k8s.io",
      versions: [{ groupVersion: "metrics.k8s.io/v1beta1", version: "v1beta1" }],
      preferredVersion: { groupVersion: "metrics.k8s.io/v1beta1", version: "v1beta1" },
    });
    expect((await get("/apis/metrics.k8s.io")).body.name).toBe("metrics.k8s.io");
    const nodeMetrics = { group: "metrics.k8s.io", version: "v1beta1", kind: "NodeMetrics" };
    expect((await aggregated()).items.at(-1)?.versions[0]).toMatchObject({
      version: "v1beta1",
      freshness: "Current",
      resources: [{ resource: "nodes", scope: "Cluster", responseKind: nodeMetrics, verbs: ["get", "list"] }, {}],
    });
    await at.call(admin, "PATCH", `${SERVICES}/${NAME}`, { spec: { groupPriorityMinimum: 19_000 } });
    await until(async () => (await get("/apis")).body.groups[0].name, "metrics.k8s.io");
  });

  it("has their OpenAPI documents, in both versions", async () => {
    await until(
      async () => JSON.stringify((await get("/openapi/v3")).body.paths["apis/metrics.k8s.io/v1beta1"] ?? {}),
      "ABC",
    );
    const v3 = await get("/openapi/v3/apis/metrics.k8s.io/v1beta1?hash=ABC");
    expect(v3.body.info.title).toBe("metrics");
    const v2 = await at.server.loopback(ADMIN)(request("GET", "/openapi/v2", { accept: "application/json" }));
    const { paths, definitions } = (await readBody(v2)) as { paths: object; definitions: object };
    expect(Object.keys(paths)).toContain(`${ROOT}/nodes`);
    expect(Object.keys(definitions)).toContain("io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics");
    expect(Object.keys(definitions)).toContain("io.k8s.api.core.v1.Pod");
  });

  it("of the rest is not held up by a server that hangs", async () => {
    extension.behave("hang");
    const startMs = performance.now();
    expect((await aggregated()).items.length).toBeGreaterThan(15);
    expect((await get("/apis")).status).toBe(200);
    expect((await get("/api/v1/namespaces")).status).toBe(200);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  it("calls a version stale whose server is gone; once it is unregistered, the server's own answers again", async () => {
    await at.call(admin, "DELETE", "/api/v1/namespaces/kube-system/services/metrics-server");
    await until(condition, /ServiceNotFound/);
    await until(
      async () => JSON.stringify((await aggregated()).items[0]?.versions),
      /"resources":\[\],"freshness":"Stale"/,
    );
    expect((await get(`${ROOT}/nodes`)).status).toBe(503);
    await at.call(admin, "DELETE", `${SERVICES}/${NAME}`);
    await until(async () => String((await get(`${ROOT}/nodes`)).status), /200/);
    expect((await get(`${ROOT}/nodes`)).body).toMatchObject({ kind: "NodeMetricsList", items: [] });
  });
});

function request(method: string, path: string, headers: ApiRequest["headers"] = {}): ApiRequest {
  return {
    method,
    path,
    query: new URLSearchParams(),
    headers: { accept: "application/json", ...headers },
    body: { kind: "none" },
    peer: { loopback: ADMIN },
    signal: new AbortController().signal,
  };
}

/** Sends a text over a connection that was taken over, and reads as much. */
async function echoed(accept: (stream: ByteStream) => Promise<void>, text: string): Promise<string> {
  let heard = "";
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  async function* sent(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text);
    await done;
  }
  const stream: ByteStream = {
    readable: sent(),
    write: async (chunk) => {
      heard += new TextDecoder().decode(chunk);
      if (heard.length >= text.length) finish();
    },
    end: async () => undefined,
    destroy: () => finish(),
  };
  await Promise.race([accept(stream), done]);
  return heard;
}
