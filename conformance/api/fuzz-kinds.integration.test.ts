// Shows for every built-in kind that whatever is sent, as an object or as a patch, the whole server with its admission answers a refusal or
// does what was asked; and that what it has stored it serves in every form, takes back unchanged, and finds again after a restart. In
// process for all kinds with many objects, and over TLS with few.
import { builtinResources } from "@skates/api";
import { formatGroupVersion, isRecord, type Resource } from "@skates/apimachinery";
import { systemClock } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";
import { mutated, mutations } from "./fuzzed.ts";
import { SAMPLES, type SampleObject } from "./objects.ts";

const SEED = Number(process.env["FUZZ_SEED"] ?? 20261126);
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);
const WIRE_RUNS = 4;
/** What upstream, too, says with code 500. */
const UPSTREAM_500 = ["resourceVersion should not be set", "failed to create typed patch object"];

const PATCHES = ["merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"] as const;
const READ_AS = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/json;as=Table;v=v1;g=meta.k8s.io",
  "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
];

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly accept?: string;
  readonly body?: unknown;
}
interface Told {
  readonly code: number;
  readonly text: string;
}
type Send = (sent: Sent) => Promise<Told>;

const kinds = builtinResources.filter(({ verbs }) => verbs.includes("create") && verbs.includes("list"));

function sampleOf(resource: Resource): SampleObject {
  const sample = SAMPLES[`${formatGroupVersion(resource)} ${resource.plural}`];
  if (sample === undefined) throw new Error(`no sample of ${resource.plural}`);
  const metadata = { ...sample.object.metadata, ...(resource.namespaced ? { namespace: "samples" } : {}) };
  return { apiVersion: formatGroupVersion(resource), kind: resource.kind, ...sample.object, metadata };
}

function collectionOf(resource: Resource): string {
  const root = `/${resource.group === "" ? "api" : "apis"}/${formatGroupVersion(resource)}`;
  return resource.namespaced ? `${root}/namespaces/samples/${resource.plural}` : `${root}/${resource.plural}`;
}

async function asked(send: Send, sent: Sent): Promise<Told> {
  const told = await send(sent);
  const known = UPSTREAM_500.some((text) => told.text.includes(text));
  const shown = `${sent.method} ${sent.path} ${sent.type ?? ""} ${sent.accept ?? ""} ${JSON.stringify(sent.body)?.slice(0, 1500)}`;
  expect(told.code < 500 || known, `${told.code}: ${told.text.slice(0, 600)}\nfor ${shown}`).toBe(true);
  if (told.code >= 400) expect(JSON.parse(told.text)).toMatchObject({ kind: "Status", code: told.code });
  return told;
}

/** Sends an object, and patches of it to one that is there; looks at all that was taken. */
async function attack(send: Send, resource: Resource, object: unknown): Promise<void> {
  const collection = collectionOf(resource);
  const created = await asked(send, { method: "POST", path: collection, body: object });
  const made: unknown = created.code === 201 ? JSON.parse(created.text) : undefined;
  if (isRecord(made) && isRecord(made["metadata"]) && typeof made["metadata"]["name"] === "string") {
    const path = `${collection}/${encodeURIComponent(made["metadata"]["name"])}`;
    await servesAgain(send, path, object);
    await asked(send, { method: "DELETE", path, body: { gracePeriodSeconds: 0, propagationPolicy: "Background" } });
  }
  const target = `${collection}/${sampleOf(resource).metadata.name}`;
  for (const type of PATCHES) {
    const query = type.startsWith("apply") ? "?fieldManager=fuzz&force=true&dryRun=All" : "?dryRun=All";
    await asked(send, { method: "PATCH", path: target + query, type: `application/${type}`, body: object });
  }
}

async function servesAgain(send: Send, path: string, sent: unknown): Promise<void> {
  const shown = JSON.stringify(sent)?.slice(0, 1500);
  for (const accept of READ_AS) {
    const { code, text } = await asked(send, { method: "GET", path, accept });
    expect([code, accept], `${text.slice(0, 300)} for ${shown}`).toEqual([200, accept]);
  }
  const { text } = await asked(send, { method: "GET", path });
  const again = await asked(send, { method: "PUT", path, body: JSON.parse(text) as unknown });
  // Somebody may have written meanwhile.
  const taken = again.code === 200 || again.text.includes("the object has been modified");
  expect(taken, `taken back: ${again.text.slice(0, 400)} for ${shown}`).toBe(true);
}

function attackAll(send: Send, resource: Resource, runs: number): Promise<void> {
  const sample = sampleOf(resource);
  const other = { ...sample, metadata: { ...sample.metadata, name: nameFor(resource) } };
  const property = fc.asyncProperty(mutations(resource.schema, other), async (changes) => {
    await attack(send, resource, mutated(other, changes));
  });
  return fc.assert(property, { numRuns: runs, seed: SEED, endOnFailure: process.env["FUZZ_SHRINK"] === undefined });
}

/** Beside the sample, which is the target of patches. Names of some kinds say what they are. */
function nameFor(resource: Resource): string {
  const { name } = sampleOf(resource).metadata;
  return name === "sample" ? "fuzzed" : name;
}

describe("in process", () => {
  const store = memoryStore({ clock: systemClock() });
  let server: TestServer;
  const send: Send = (sent) => sendTo(server, sent);
  beforeAll(async () => {
    server = await startTestServer({ store });
    await send({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: "samples" } } });
    // No controller makes it here, and pods are not taken without.
    const account = { metadata: { name: "default" } };
    await send({ method: "POST", path: "/api/v1/namespaces/samples/serviceaccounts", body: account });
    for (const resource of kinds) {
      const { code, text } = await send({ method: "POST", path: collectionOf(resource), body: sampleOf(resource) });
      expect([200, 201, 409], text).toContain(code);
    }
  });
  afterAll(() => server.stop());

  test.each(kinds.map((resource) => [`${formatGroupVersion(resource)} ${resource.plural}`, resource] as const))(
    "%s",
    async (_, resource) => {
      await attackAll(send, resource, RUNS);
      for (const accept of READ_AS) {
        const listAs = accept.replace("PartialObjectMetadata", "PartialObjectMetadataList");
        const told = await asked(send, { method: "GET", path: collectionOf(resource), accept: listAs });
        expect(told.code, accept).toBe(200);
      }
    },
  );

  test("another server on the same store reads all of it", async () => {
    await server.stop();
    server = await startTestServer({ store });
    for (const resource of kinds) {
      expect((await asked(send, { method: "GET", path: collectionOf(resource) })).code).toBe(200);
    }
  });
});

describe("over TLS", () => {
  let cluster: SimulatedCluster;
  const send: Send = async ({ method, path, type, body }) => {
    const { code, text } = await cluster.call({
      method,
      path,
      type,
      body: body === undefined ? undefined : textOf(body),
    });
    return { code, text };
  };
  beforeAll(async () => {
    cluster = await simulatedCluster();
    expect((await cluster.up()).stdout).toContain("ready after");
    await send({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: "samples" } } });
  });
  afterAll(() => cluster.remove());

  test("every kind", async () => {
    for (const resource of kinds) await attackAll(send, resource, WIRE_RUNS);
    expect((await cluster.call({ path: "/readyz" })).code).toBe(200);
  });
});

function textOf(body: unknown): string {
  return JSON.stringify(body) ?? "null";
}

async function sendTo({ server }: TestServer, { method, path, type, accept, body }: Sent): Promise<Told> {
  const url = new URL(path, "http://api");
  const mediaType = type ?? "application/json";
  const bytes = body === undefined ? undefined : new TextEncoder().encode(textOf(body));
  const response = await server.handler({
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { accept: accept ?? "application/json", "content-type": mediaType, "user-agent": "fuzz/1" },
    body: bytes === undefined ? { kind: "none" } : { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) },
    peer: {
      tls: {
        remoteAddress: "127.0.0.1",
        certificate: {
          commonName: ADMIN.name,
          organizations: ADMIN.groups,
          serialNumber: "1",
          fingerprint: "",
          notAfterMs: Number.MAX_SAFE_INTEGER,
        },
      },
    },
    signal: new AbortController().signal,
  });
  const parts: Uint8Array[] = [];
  if (response.body.kind === "bytes") for await (const chunk of response.body.chunks) parts.push(chunk);
  return { code: response.status, text: new TextDecoder().decode(Buffer.concat(parts)) };
}
