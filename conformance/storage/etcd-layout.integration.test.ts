// Shows what lies in etcd, read back by etcdctl: every kind under upstream's key, as JSON of upstream's storage version; the record of node
// ports and the key of compaction; and that values which somebody else has put there, in JSON or in upstream's protobuf, in any version, are read.
import { execFile } from "node:child_process";
import { builtinResources } from "@skates/api";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { horizontalPodAutoscalers as autoscalersV1 } from "@skates/api/autoscaling/v1";
import { encodeProtobuf, formatGroupVersion, type Resource, wrapUnknown } from "@skates/apimachinery";
import { systemClock } from "@skates/component-base/node";
import type { RevisionStore } from "@skates/storage";
import { openEtcdStore } from "@skates/storage/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { type EtcdProcess, NO_ETCD, startEtcd } from "../../packages/storage/src/node/etcd/etcd-process.ts";
import { SAMPLES } from "../api/objects.ts";

const admin = { user: ADMIN };
const never = new AbortController().signal;
const ETCDCTL = process.env["ETCDCTL"] ?? "etcdctl";

/** Where upstream's keys are not simply the plural. */
const ODD_KEYS: Readonly<Record<string, string>> = {
  nodes: "minions",
  replicationcontrollers: "controllers",
  services: "services/specs",
  endpoints: "services/endpoints",
  ingresses: "ingress",
  customresourcedefinitions: "apiextensions.k8s.io/customresourcedefinitions",
  apiservices: "apiregistration.k8s.io/apiservices",
};
/**
 * Where the version in storage is not the one that the kind has here. Upstream writes definitions of resources and mutating policies in
 * their beta versions still; we write v1, which it reads as well.
 */
const ODD_VERSIONS: Readonly<Record<string, string>> = {
  "events.k8s.io/v1 events": "v1",
  "autoscaling/v1 horizontalpodautoscalers": "autoscaling/v2",
};

describe.skipIf(NO_ETCD !== undefined)(`etcd's keys and values${NO_ETCD === undefined ? "" : ` (${NO_ETCD})`}`, () => {
  let members: readonly EtcdProcess[] = [];
  let store: RevisionStore;
  let server: TestServer;
  const kinds = builtinResources.filter(({ verbs }) => verbs.includes("create") && verbs.includes("list"));
  const etcdctl = (args: readonly string[], input?: Uint8Array): Promise<string> =>
    new Promise((resolve, reject) => {
      const flags = ["--endpoints", members[0]?.endpoint ?? ""];
      const env = { ...process.env, ETCDCTL_API: "3" };
      const child = execFile(ETCDCTL, [...flags, ...args], { env, maxBuffer: 1 << 26 }, (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(error);
      });
      child.stdin?.end(input);
    });
  const valueAt = async (key: string): Promise<unknown> => {
    const found = JSON.parse(await etcdctl(["get", key, "-w", "json"])) as { kvs?: readonly { value: string }[] };
    const value = found.kvs?.[0]?.value;
    return value === undefined ? undefined : JSON.parse(Buffer.from(value, "base64").toString());
  };

  beforeAll(async () => {
    members = await startEtcd();
    store = await openEtcdStore({ clock: systemClock(), endpoints: members.map(({ endpoint }) => endpoint) });
    server = await startTestServer({ store });
    await server.call(admin, "POST", "/api/v1/namespaces", { metadata: { name: "samples" } });
    const account = { metadata: { name: "default" } };
    await server.call(admin, "POST", "/api/v1/namespaces/samples/serviceaccounts", account);
  });
  afterAll(async () => {
    await server.stop();
    await store.close();
    await Promise.all(members.map((member) => member.close()));
  });

  test("every kind lies under upstream's key in its storage version", async () => {
    for (const resource of kinds) {
      const { plural, namespaced, kind } = resource;
      const title = `${formatGroupVersion(resource)} ${plural}`;
      const sample = SAMPLES[title]?.object;
      const name = `layout-${resource.version}`;
      const object = {
        ...sample,
        metadata: { ...sample?.metadata, ...(plain(sample?.metadata.name) ? { name } : {}) },
      };
      const made = await server.call(admin, "POST", collectionOf(resource), object);
      // The server itself makes the APIService of a group that a definition adds.
      expect([200, 201, 409], `${title}: ${made.body.message}`).toContain(made.status);
      const place = namespaced ? "samples/" : "";
      const value = await valueAt(
        `/registry/${ODD_KEYS[plural] ?? plural}/${place}${made.body.metadata.name ?? object.metadata.name}`,
      );
      const apiVersion = ODD_VERSIONS[title] ?? formatGroupVersion(resource);
      const stored = kind === "Event" ? { kind: "Event" } : { kind };
      expect(value, title).toMatchObject({ ...stored, apiVersion });
      expect((value as { metadata: object }).metadata).not.toHaveProperty("resourceVersion");
    }
    const keys = (await etcdctl(["get", "/registry/", "--prefix", "--keys-only"])).split("\n").filter(Boolean);
    const known = new Set([...kinds.map(({ plural }) => ODD_KEYS[plural] ?? plural), "ranges"]);
    const others = keys.filter((key) => ![...known].some((prefix) => key.startsWith(`/registry/${prefix}/`)));
    expect(others).toEqual([]);
  });

  test("ranges and compaction have upstream's keys", async () => {
    await expect
      .poll(() => valueAt("/registry/ranges/servicenodeports"), { timeout: 5_000 })
      .toMatchObject({
        kind: "RangeAllocation",
        apiVersion: "v1",
        range: "30000-32767",
      });
    // Addresses are objects of their own since upstream's 1.34.
    expect(await valueAt("/registry/ranges/serviceips")).toBeUndefined();
    const head = await store.head(never);
    await store.compact(head - 1, never);
    expect((await etcdctl(["get", "compact_rev_key", "--print-value-only"])).trim()).toBe(String(head - 1));
  });

  test("what upstream stores in beta versions is read in either form", async () => {
    const schema = {
      type: "object",
      properties: {
        spec: {
          type: "object",
          additionalProperties: { type: "array", items: { type: "string", default: "x", enum: ["x", "y"] } },
        },
        any: { type: "object", additionalProperties: true },
      },
    };
    const column = { name: "A", type: "string", JSONPath: ".spec.a" };
    const definition = (plural: string) => ({
      metadata: { name: `${plural}.example.com`, uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: {
        group: "example.com",
        version: "v1",
        names: { plural, singular: plural, kind: `Kind${plural}`, listKind: `Kind${plural}List` },
        scope: "Namespaced",
        validation: { openAPIV3Schema: schema },
        subresources: { status: {} },
        versions: [
          { name: "v1", served: true, storage: true },
          { name: "v2", served: true, storage: false },
        ],
        additionalPrinterColumns: [column],
        conversion: { strategy: "None" },
        preserveUnknownFields: false,
      },
      status: { conditions: [], acceptedNames: { plural: "", kind: "" }, storedVersions: ["v1"] },
    });
    const crds = "/registry/apiextensions.k8s.io/customresourcedefinitions";
    const type = { apiVersion: "apiextensions.k8s.io/v1beta1", kind: "CustomResourceDefinition" };
    await etcdctl(["put", `${crds}/as.example.com`], Buffer.from(JSON.stringify({ ...type, ...definition("as") })));
    const former = customResourceDefinitions.formerVersions?.[0]?.schema ?? customResourceDefinitions.schema;
    const raw = encodeProtobuf(former, definition("bs"));
    await etcdctl(["put", `${crds}/bs.example.com`], wrapUnknown({ ...type, raw }));
    const policy = {
      apiVersion: "admissionregistration.k8s.io/v1beta1",
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name: "beta" },
      spec: { policyName: "p" },
    };
    await etcdctl(["put", "/registry/mutatingadmissionpolicybindings/beta"], Buffer.from(JSON.stringify(policy)));

    const read = async (path: string) => (await server.call(admin, "GET", path)).body;
    for (const plural of ["as", "bs"]) {
      const found = await read(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.example.com`);
      const { JSONPath: jsonPath, ...rest } = column;
      const version = {
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
        additionalPrinterColumns: [{ ...rest, jsonPath }],
      };
      expect([found.apiVersion, found.spec.versions], plural).toEqual([
        "apiextensions.k8s.io/v1",
        [
          { name: "v1", served: true, storage: true, ...version },
          { name: "v2", served: true, storage: false, ...version },
        ],
      ]);
      await expect
        .poll(async () => (await server.call(admin, "GET", `/apis/example.com/v2/${plural}`)).status, {
          timeout: 5_000,
        })
        .toBe(200);
    }
    const bindings = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings";
    expect((await read(`${bindings}/beta`)).spec).toEqual({ policyName: "p" });
  });

  test("what somebody else has stored is read, in JSON and protobuf and in the version it has", async () => {
    // Written out by hand: k8s\0, a runtime.Unknown of v1 ConfigMap, and in it metadata of default/pb and data of a: 1.
    const meta = "0a0d" + "0a027062" + "1a0764656661756c74";
    const raw = meta + "1206" + "0a0161" + "120131";
    const unknown = "0a0f" + "0a027631" + "1209436f6e6669674d6170" + "1217" + raw + "1a00" + "2200";
    await etcdctl(["put", "/registry/configmaps/default/pb"], Buffer.from(`6b387300${unknown}`, "hex"));
    const json =
      '{"apiVersion":"v1","data":{"b":"2"},"kind":"ConfigMap","metadata":{"namespace":"default","name":"js"}}';
    await etcdctl(["put", "/registry/configmaps/default/js"], Buffer.from(json));
    const scaler = {
      metadata: { name: "old", namespace: "default" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps/v1" }, maxReplicas: 3 },
    };
    const message = encodeProtobuf(autoscalersV1.schema, scaler);
    const envelope = { apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", raw: message };
    await etcdctl(["put", "/registry/horizontalpodautoscalers/default/old"], wrapUnknown(envelope));

    const read = async (path: string) => (await server.call(admin, "GET", path)).body;
    const maps = "/api/v1/namespaces/default/configmaps";
    expect([(await read(`${maps}/pb`)).data, (await read(`${maps}/js`)).data]).toEqual([{ a: "1" }, { b: "2" }]);
    const scalers = "namespaces/default/horizontalpodautoscalers/old";
    expect((await read(`/apis/autoscaling/v2/${scalers}`)).spec).toMatchObject({ maxReplicas: 3 });
    // The next write turns it into JSON of the storage version.
    await server.call(admin, "PATCH", `/apis/autoscaling/v1/${scalers}`, { metadata: { labels: { a: "b" } } });
    expect(await valueAt("/registry/horizontalpodautoscalers/default/old")).toMatchObject({
      apiVersion: "autoscaling/v2",
      spec: { maxReplicas: 3 },
    });
  });
});

/** Names of some kinds say what they are, and stay. */
function plain(name: string | undefined): boolean {
  return name === "sample";
}

function collectionOf(resource: Resource): string {
  const root = `/${resource.group === "" ? "api" : "apis"}/${formatGroupVersion(resource)}`;
  return resource.namespaced ? `${root}/namespaces/samples/${resource.plural}` : `${root}/${resource.plural}`;
}
