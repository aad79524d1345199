// Shows discovery in both its forms, OpenAPI, version and health, over the wire.
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtin, startTestServer, type TestServer } from "../test-server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(() => api.stop());

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

test("what discovery lists for pods is what the resource says", async () => {
  const { json } = await api.call("GET", "/api/v1");
  expect([json.kind, json.groupVersion]).toEqual(["APIResourceList", "v1"]);
  const pods = json.resources.find(({ name }: { name: string }) => name === "pods");
  expect(pods).toMatchObject({
    singularName: "pod",
    namespaced: true,
    kind: "Pod",
    verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    shortNames: ["po"],
    categories: ["all"],
  });
  const names = json.resources.map(({ name }: { name: string }) => name);
  expect(names).toContain("pods/eviction");
  expect(names).toContain("pods/status");
});

test("groups come in upstream's order, with preferred versions first", async () => {
  const { json } = await api.call("GET", "/apis");
  const names = json.groups.map(({ name }: { name: string }) => name);
  expect(names.slice(0, 4)).toEqual(["apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io"]);
  const autoscaling = await api.call("GET", "/apis/autoscaling");
  expect(autoscaling.json.versions.map(({ version }: { version: string }) => version)).toEqual(["v2", "v1"]);
  expect(autoscaling.json.preferredVersion.groupVersion).toBe("autoscaling/v2");
  expect((await api.call("GET", "/api")).json.versions).toEqual(["v1"]);
  expect((await api.call("GET", "/apis/none")).status).toBe(404);
});

test("the aggregated form has all in one, under an entity tag", async () => {
  const { status, mediaType, headers, json } = await api.call("GET", "/apis", undefined, { accept: AGGREGATED });
  expect([status, mediaType, json.kind]).toEqual([200, AGGREGATED, "APIGroupDiscoveryList"]);
  const apps = json.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "apps");
  const deployments = apps.versions[0].resources.find(
    ({ resource }: { resource: string }) => resource === "deployments",
  );
  expect(deployments).toMatchObject({
    responseKind: { group: "apps", version: "v1", kind: "Deployment" },
    scope: "Namespaced",
    singularResource: "deployment",
  });
  expect(deployments.subresources.map(({ subresource }: { subresource: string }) => subresource)).toEqual([
    "scale",
    "status",
  ]);
  const again = await api.call("GET", "/apis", undefined, {
    accept: AGGREGATED,
    "if-none-match": headers["etag"] ?? "",
  });
  expect(again.status).toBe(304);
  const core = await api.call("GET", "/api", undefined, { accept: AGGREGATED });
  expect(core.json.items.length).toBe(1);
});

test("resources that come and go show at once", async () => {
  const custom = {
    ...builtin("configmaps"),
    group: "example.com",
    kind: "Widget",
    plural: "widgets",
    storagePrefix: "example.com/widgets",
  };
  expect((await api.call("GET", "/apis/example.com/v1")).status).toBe(404);
  api.server.registry.add(custom);
  expect((await api.call("GET", "/apis/example.com/v1")).json.resources[0].name).toBe("widgets");
  const path = "/apis/example.com/v1/namespaces/default/widgets";
  const body = { kind: "Widget", apiVersion: "example.com/v1", metadata: { name: "w" }, data: { a: "1" } };
  expect((await api.call("POST", path, body)).status).toBe(201);
  const frames = await api.watch(`${path}?watch=true`);
  expect((await frames.next()).value.object.metadata.name).toBe("w");
  api.server.registry.remove(custom);
  expect((await frames.next()).done).toBe(true);
  expect((await api.call("GET", `${path}/w`)).status).toBe(404);
  api.server.registry.add(custom);
  expect((await api.call("GET", `${path}/w`)).json.data).toEqual({ a: "1" });
  api.server.registry.remove(custom);
});

test("OpenAPI v3 has an index with hashes and a document for each group version", async () => {
  const { json } = await api.call("GET", "/openapi/v3");
  const url: string = json.paths["apis/apps/v1"].serverRelativeURL;
  expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{32}$/);
  const document = await api.call("GET", url);
  expect(document.json.openapi).toBe("3.0.0");
  const item = document.json.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
  expect(item.patch["x-kubernetes-group-version-kind"]).toEqual({ group: "apps", kind: "Deployment", version: "v1" });
  expect(item.patch.parameters.map(({ name }: { name: string }) => name)).toContain("fieldValidation");
  expect(document.json.components.schemas["io.k8s.api.apps.v1.Deployment"]["x-kubernetes-group-version-kind"]).toEqual([
    { group: "apps", kind: "Deployment", version: "v1" },
  ]);
  const moved = await api.call("GET", "/openapi/v3/apis/apps/v1?hash=OLD");
  expect([moved.status, moved.headers["location"]]).toEqual([301, url]);
});

test("subresources of other kinds tell what they take and give", async () => {
  const { json } = await api.call("GET", "/openapi/v3/api/v1");
  const schemaOf = (body: { content: Record<string, { schema: unknown }> }): unknown =>
    Object.values(body.content)[0]?.schema;
  const pod = "/api/v1/namespaces/{namespace}/pods/{name}";
  const eviction = json.paths[`${pod}/eviction`].post;
  const ref = { $ref: "#/components/schemas/io.k8s.api.policy.v1.Eviction" };
  expect([schemaOf(eviction.requestBody), schemaOf(eviction.responses["201"])]).toEqual([ref, ref]);
  expect(eviction["x-kubernetes-group-version-kind"]).toEqual({ group: "policy", version: "v1", kind: "Eviction" });
  const scale = json.paths["/api/v1/namespaces/{namespace}/replicationcontrollers/{name}/scale"].put;
  expect(schemaOf(scale.requestBody)).toEqual({ $ref: "#/components/schemas/io.k8s.api.autoscaling.v1.Scale" });
  expect(json.paths[`${pod}/exec`].post).not.toHaveProperty("requestBody");
});

test("every reference in every OpenAPI document can be followed", async () => {
  const { json } = await api.call("GET", "/openapi/v3");
  for (const { serverRelativeURL } of Object.values<{ serverRelativeURL: string }>(json.paths)) {
    const { text, json: document } = await api.call("GET", serverRelativeURL);
    const known = new Set(Object.keys(document.components.schemas));
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? ""));
    expect(
      [...used].filter((name) => !known.has(name)),
      serverRelativeURL,
    ).toEqual([]);
  }
});

test("version, health and metrics", async () => {
  expect((await api.call("GET", "/version")).json).toMatchObject({
    major: "1",
    minor: "36",
    gitVersion: "v1.36.0+skates.test",
  });
  expect((await api.call("GET", "/healthz")).text).toBe("ok");
  expect((await api.call("GET", "/readyz?verbose")).text).toContain("[+]informer-sync ok\nreadyz check passed\n");
  expect((await api.call("GET", "/livez/ping")).text).toBe("ok");
  expect((await api.call("GET", "/metrics")).text).toContain("# TYPE apiserver_request_total counter");
  expect((await api.call("GET", "/metrics")).mediaType).toBe("text/plain; version=0.0.4; charset=utf-8");
});

test("checks are asked for one by one, and may be left out", async () => {
  const without = await api.call("GET", "/readyz?verbose&exclude=informer-sync");
  expect(without.text).toBe("[+]ping ok\n[+]informer-sync excluded: ok\nreadyz check passed\n");
  expect((await api.call("GET", "/readyz/informer-sync")).text).toBe("ok");
  expect((await api.call("GET", "/livez?verbose")).text).toBe("[+]ping ok\nlivez check passed\n");
  expect((await api.call("GET", "/livez/none")).status).toBe(404);
});

test("paths that nobody serves are answered with a text, those below a version with a Status", async () => {
  for (const path of ["/nothing", "/apis/none.example.com", "/apis/none.example.com/v1/things", "/api/v2/pods"]) {
    const { status, mediaType, text } = await api.call("GET", path);
    expect([status, mediaType, text], path).toEqual([404, "text/plain; charset=utf-8", "404 page not found\n"]);
  }
  const { status, json } = await api.call("GET", "/api/v1/nothings");
  expect([status, json]).toEqual([
    404,
    {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "the server could not find the requested resource",
      reason: "NotFound",
      details: {},
      code: 404,
    },
  ]);
  const wrong = await api.call("PUT", "/api/v1/namespaces/default/pods", {});
  expect([wrong.status, wrong.json.reason, wrong.json.message]).toEqual([
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
  ]);
});
