// Shows writes to views of an object (status, resize, ephemeral containers, approval, finalize): what they change, whom they record;
// and the metadata of objects alone, in all verbs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(() => api.stop());

const PODS = "/api/v1/namespaces/default/pods";
const MERGE = { "content-type": "application/merge-patch+json" };
const STRATEGIC = { "content-type": "application/strategic-merge-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };
const PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

const newPod = (name: string) =>
  api.call("POST", `${PODS}?fieldManager=creator`, {
    metadata: { name, labels: { app: "a" } },
    spec: { containers: [{ name: "main", image: "one", resources: { requests: { cpu: "100m" } } }] },
  });

interface Owner {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: unknown;
}
const ownerIn = (json: { metadata: { managedFields: readonly Owner[] } }, manager: string): Owner | undefined =>
  json.metadata.managedFields.find((entry) => entry.manager === manager);

test("each verb records its writer, under the subresource that was written", async () => {
  const { json: made } = await newPod("owned");
  expect(ownerIn(made, "creator")).toMatchObject({ operation: "Update" });
  const path = `${PODS}/owned`;

  const patched = await api.call("PATCH", `${path}?fieldManager=patcher`, { metadata: { labels: { p: "1" } } }, MERGE);
  expect(ownerIn(patched.json, "patcher")?.fieldsV1).toEqual({ "f:metadata": { "f:labels": { "f:p": {} } } });

  const status = { status: { phase: "Running", podIP: "192.0.2.1" } };
  const viewed = await api.call("PATCH", `${path}/status?fieldManager=node`, status, STRATEGIC);
  expect(ownerIn(viewed.json, "node")).toMatchObject({
    subresource: "status",
    fieldsV1: { "f:status": { "f:phase": {}, "f:podIP": {} } },
  });

  const next = { ...viewed.json, metadata: { ...viewed.json.metadata, annotations: { u: "1" } } };
  const updated = await api.call("PUT", `${path}?fieldManager=updater`, next);
  expect(ownerIn(updated.json, "updater")?.fieldsV1).toEqual({
    "f:metadata": { "f:annotations": { ".": {}, "f:u": {} } },
  });
  expect(ownerIn(updated.json, "node")).toBeDefined();

  const applied = await api.call(
    "PATCH",
    `${path}/status?fieldManager=applier`,
    { apiVersion: "v1", kind: "Pod", metadata: { name: "owned" }, status: { message: "well" } },
    APPLY,
  );
  expect([applied.status, applied.json.status]).toMatchObject([200, { message: "well", phase: "Running" }]);
  expect(ownerIn(applied.json, "applier")).toMatchObject({
    operation: "Apply",
    subresource: "status",
    fieldsV1: { "f:status": { "f:message": {} } },
  });
});

test("a status write changes the status and nothing else, a write of the object all but the status", async () => {
  const { json } = await newPod("apart");
  const path = `${PODS}/apart`;
  const both = { ...json, spec: { ...json.spec, activeDeadlineSeconds: 10 }, status: { phase: "Failed" } };
  const viewed = await api.call("PUT", `${path}/status`, both);
  expect([viewed.json.status.phase, viewed.json.spec.activeDeadlineSeconds]).toEqual(["Failed", undefined]);
  const { resourceVersion } = viewed.json.metadata;
  const written = await api.call("PUT", path, {
    ...both,
    metadata: { ...json.metadata, resourceVersion },
    status: { phase: "Running" },
  });
  expect([written.json.status.phase, written.json.spec.activeDeadlineSeconds]).toEqual(["Failed", 10]);
});

test("ephemeral containers are added under their subresource only, and stay", async () => {
  const { json } = await newPod("debugged");
  const path = `${PODS}/debugged`;
  const debug = { name: "debug", image: "two" };
  const direct = await api.call("PATCH", path, { spec: { ephemeralContainers: [debug] } }, STRATEGIC);
  expect(direct.status).toBe(422);
  const body = { spec: { ephemeralContainers: [debug], activeDeadlineSeconds: 5 } };
  const added = await api.call("PATCH", `${path}/ephemeralcontainers?fieldManager=d`, body, STRATEGIC);
  expect(added.status).toBe(200);
  expect(added.json.spec.ephemeralContainers).toMatchObject([debug]);
  expect(added.json.spec.activeDeadlineSeconds).toBeUndefined();
  expect(ownerIn(added.json, "d")).toMatchObject({ subresource: "ephemeralcontainers" });
  const read = await api.call("GET", `${path}/ephemeralcontainers`);
  expect([read.json.kind, read.json.metadata.uid]).toEqual(["Pod", json.metadata.uid]);
  const taken = { ...read.json, spec: { ...read.json.spec, ephemeralContainers: [] } };
  expect((await api.call("PUT", `${path}/ephemeralcontainers`, taken)).status).toBe(422);
});

test("resources of containers are changed under resize only", async () => {
  await newPod("resized");
  const path = `${PODS}/resized`;
  const body = { spec: { containers: [{ name: "main", resources: { requests: { cpu: "200m" } } }] } };
  expect((await api.call("PATCH", path, body, STRATEGIC)).status).toBe(422);
  const resized = await api.call("PATCH", `${path}/resize?fieldManager=r`, body, STRATEGIC);
  expect([resized.status, resized.json.spec.containers[0].resources]).toEqual([200, { requests: { cpu: "200m" } }]);
  expect(ownerIn(resized.json, "r")).toMatchObject({ subresource: "resize" });
  const image = { spec: { containers: [{ name: "main", image: "other" }] } };
  const kept = await api.call("PATCH", `${path}/resize`, image, STRATEGIC);
  expect(kept.status === 422 || kept.json.spec.containers[0].image === "one").toBe(true);
});

/** Text that looks like a certificate: its content is not what is shown here. */
const certificate = (content: string): string =>
  Buffer.from(
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(content).toString("base64")}\n-----END CERTIFICATE-----\n`,
  ).toString("base64");

test("a certificate request is approved under approval, and not otherwise", async () => {
  const csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
  const pem = `-----BEGIN CERTIFICATE REQUEST-----
MIHMMHMCAQAwETEPMA0GA1UEAwwGc2FtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEMf3FTqXAe6y9oz6G1N9QfvPfWtMLT8h6tH3lI/vqQk+VPvnzxwgXJhpr
QT+54dsx0MtBz7fHY+U7MXjeTZr7pqAAMAoGCCqGSM49BAMCA0kAMEYCIQCupBFb
2zCsQqa3NoX2ULv2jMv4UM1YFEXHr4uR8LZYJAIhAJSw41si6CJVc8V58E/Ky6D5
3GbqvpB/XWR10bnFkfOU
-----END CERTIFICATE REQUEST-----
`;
  const spec = { signerName: "example.com/s", usages: ["client auth"], request: Buffer.from(pem).toString("base64") };
  const { status, json } = await api.call("POST", csrs, { metadata: { name: "c" }, spec });
  expect([status, json.spec.username]).toEqual([201, "tester"]);
  const approved = { type: "Approved", status: "True", reason: "Test", message: "yes" };
  const next = { ...json, status: { conditions: [approved] } };
  const direct = await api.call("PUT", `${csrs}/c/status`, next);
  expect([direct.status, direct.json.message]).toEqual([
    422,
    expect.stringContaining('status.conditions: Forbidden: updates may not add a condition of type "Approved"'),
  ]);
  const current = (await api.call("GET", `${csrs}/c`)).json;
  const answer = await api.call("PUT", `${csrs}/c/approval?fieldManager=boss`, { ...current, status: next.status });
  expect([answer.status, answer.json.status.conditions]).toMatchObject([200, [approved]]);
  expect(ownerIn(answer.json, "boss")).toMatchObject({ subresource: "approval" });
  const changed = { status: { conditions: [{ ...approved, message: "no" }] } };
  expect((await api.call("PATCH", `${csrs}/c/status`, changed, MERGE)).json.message).toContain("may not modify");
  const issued = { status: { certificate: certificate("one") } };
  expect((await api.call("PATCH", `${csrs}/c/status`, issued, MERGE)).status).toBe(200);
  const reissued = { status: { certificate: certificate("two") } };
  expect((await api.call("PATCH", `${csrs}/c/status`, reissued, MERGE)).json.message).toContain(
    "updates may not modify existing certificate content",
  );
});

test("a namespace loses its finalizer under finalize", async () => {
  const namespaces = "/api/v1/namespaces";
  const { json } = await api.call("POST", namespaces, { metadata: { name: "n" } });
  expect(json.spec.finalizers).toEqual(["kubernetes"]);
  const deleting = await api.call("DELETE", `${namespaces}/n`);
  expect(deleting.json.status.phase).toBe("Terminating");
  const direct = await api.call("PATCH", `${namespaces}/n`, { spec: { finalizers: [] } }, MERGE);
  expect(direct.json.spec.finalizers).toEqual(["kubernetes"]);
  const current = (await api.call("GET", `${namespaces}/n`)).json;
  const done = await api.call("PUT", `${namespaces}/n/finalize`, { ...current, spec: { finalizers: [] } });
  expect(done.status).toBe(200);
  expect((await api.call("GET", `${namespaces}/n`)).status).toBe(404);
});

test("the metadata alone answers get, patch, list and watch, in both versions", async () => {
  await newPod("meta");
  const path = `${PODS}/meta`;
  for (const version of ["v1", "v1beta1"]) {
    const accept = PARTIAL.replace("v=v1", `v=${version}`);
    const patch = { metadata: { annotations: { by: version } } };
    const got = await api.call("PATCH", path, patch, { ...MERGE, accept });
    expect(got.json).toMatchObject({ kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, ...patch });
    expect(Object.keys(got.json).sort()).toEqual(["apiVersion", "kind", "metadata"]);
    expect((await api.call("GET", path, undefined, { accept })).json).toEqual(got.json);
  }
  const response = await api.server.handler({
    method: "GET",
    path: PODS,
    query: new URLSearchParams("watch=true&fieldSelector=metadata.name%3Dmeta&timeoutSeconds=1"),
    headers: { accept: PARTIAL },
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "127.0.0.1" } },
    signal: new AbortController().signal,
  });
  if (response.body.kind !== "bytes") throw new Error("no stream");
  const chunks = response.body.chunks[Symbol.asyncIterator as never] as () => AsyncIterator<Uint8Array>;
  const first = await chunks.call(response.body.chunks).next();
  const event = JSON.parse(new TextDecoder().decode(first.value)) as { type: string; object: object };
  expect(event).toMatchObject({ type: "ADDED", object: { kind: "PartialObjectMetadata", metadata: { name: "meta" } } });
  expect(event.object).not.toHaveProperty("spec");
});
