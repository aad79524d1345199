// Shows on the real server process that what discovery says is done, for every verb of every resource and subresource, and nothing else.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ran, run } from "../e2e/skates.ts";
import { type Answer, type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";
import { SAMPLES } from "./objects.ts";

const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
const NAMESPACE = "samples";
const MERGE = "application/merge-patch+json";

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

let cluster: SimulatedCluster;
let groupVersions: readonly string[] = [];
beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).stdout).toContain("ready after");
  const body = JSON.stringify({ metadata: { name: NAMESPACE } });
  expect((await cluster.call({ method: "POST", path: "/api/v1/namespaces", body })).code).toBe(201);
  const { groups } = (await cluster.call({ path: "/apis" })).json as {
    groups: readonly { versions: readonly { groupVersion: string }[] }[];
  };
  groupVersions = ["v1", ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))];
});
afterAll(() => cluster.remove());

const rootOf = (groupVersion: string): string => `/${groupVersion === "v1" ? "api" : "apis"}/${groupVersion}`;

async function entriesOf(groupVersion: string): Promise<readonly Entry[]> {
  const { json } = await cluster.call({ path: rootOf(groupVersion) });
  return (json as { resources: readonly Entry[] }).resources;
}

/** The path of a resource's collection, or below one of its objects. */
function pathOf(groupVersion: string, entry: Entry, name: string | undefined): string {
  const [plural = "", subresource] = entry.name.split("/");
  const scope = entry.namespaced ? `/namespaces/${NAMESPACE}` : "";
  const item = name === undefined ? "" : `/${name}`;
  return `${rootOf(groupVersion)}${scope}/${plural}${item}${subresource === undefined ? "" : `/${subresource}`}`;
}

type Try = (path: { readonly collection: string; readonly item: string }) => Promise<Answer>;

/** A request of each verb that changes nothing: what matters is whether somebody answers it. */
const TRIES: Readonly<Record<string, Try>> = {
  get: ({ item }) => cluster.call({ path: item }),
  list: ({ collection }) => cluster.call({ path: `${collection}?limit=1` }),
  watch: ({ collection }) => cluster.call({ path: `${collection}?watch=true&timeoutSeconds=1&labelSelector=none` }),
  create: ({ collection }) => cluster.call({ method: "POST", path: `${collection}?dryRun=All`, body: "{}" }),
  update: ({ item }) => cluster.call({ method: "PUT", path: `${item}?dryRun=All`, body: "{}" }),
  patch: ({ item }) => cluster.call({ method: "PATCH", path: `${item}?dryRun=All`, body: "{}", type: MERGE }),
  delete: ({ item }) => cluster.call({ method: "DELETE", path: `${item}?dryRun=All` }),
  deletecollection: ({ collection }) =>
    cluster.call({ method: "DELETE", path: `${collection}?dryRun=All&labelSelector=none` }),
};

/** Where a subresource is written: below the object, whatever the verb. */
function placesOf(groupVersion: string, entry: Entry, name: string) {
  const item = pathOf(groupVersion, entry, name);
  return { item, collection: entry.name.includes("/") ? item : pathOf(groupVersion, entry, undefined) };
}

test("each group and version that is listed can be read", () => {
  expect(groupVersions.length).toBeGreaterThan(20);
});

test("verbs of resources", async () => {
  // Watches take a second each, so all is tried at once.
  const tried = groupVersions.map(async (groupVersion) => {
    const entries = (await entriesOf(groupVersion)).filter(({ name }) => !name.includes("/"));
    return await Promise.all(entries.map((entry) => wrongVerbs(groupVersion, entry)));
  });
  expect((await Promise.all(tried)).flat(2)).toEqual([]);
});

async function wrongVerbs(groupVersion: string, entry: Entry): Promise<readonly string[]> {
  const places = placesOf(groupVersion, entry, "none");
  const tried = Object.entries(TRIES).map(async ([verb, attempt]) => {
    const { code } = await attempt(places);
    const listed = entry.verbs.includes(verb);
    return code >= 500 || (code === 405) === listed ? [`${groupVersion} ${entry.name} ${verb}: ${code}`] : [];
  });
  return (await Promise.all(tried)).flat();
}

test("verbs of subresources, on objects that are there", async () => {
  const wrong: string[] = [];
  for (const groupVersion of groupVersions) {
    for (const entry of (await entriesOf(groupVersion)).filter(({ name }) => name.includes("/"))) {
      const name = await sampleOf(groupVersion, entry);
      const places = placesOf(groupVersion, entry, name);
      for (const verb of ["get", "create", "update", "patch", "delete"]) {
        const answer = await TRIES[verb]?.(places);
        const [code, text] = [answer?.code ?? 0, answer?.text ?? ""];
        const listed = entry.verbs.includes(verb);
        const nobody = code === 405 || code === 501 || (code === 404 && !text.includes('\\" not found'));
        if (nobody === listed) wrong.push(`${groupVersion} ${entry.name} ${verb}: ${code} ${text.slice(0, 160)}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

/** Creates the sample of an entry's resource if it is not there yet; its name. */
async function sampleOf(groupVersion: string, entry: Entry): Promise<string> {
  const [plural = ""] = entry.name.split("/");
  const sample = SAMPLES[`${groupVersion} ${plural}`];
  if (sample === undefined) throw new Error(`no sample of ${groupVersion} ${plural}`);
  const path = pathOf(groupVersion, { ...entry, name: plural }, undefined);
  const { code, text } = await cluster.call({ method: "POST", path, body: JSON.stringify(sample.object) });
  if (code !== 201 && code !== 409) throw new Error(`${path}: ${text}`);
  return sample.object.metadata.name;
}

/** kubectl goes by OpenAPI v2, as protobuf, for what it does not find in v3: `kind: List`. */
test("lists of objects are validated by kubectl, and applied", async () => {
  const apply = (item: object): Promise<Ran> => {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: [item] });
    return run(KUBECTL, ["--kubeconfig", `${cluster.dataDir}/kubeconfig`, "apply", "-f", "-"], { input });
  };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "listed", namespace: "default" } };
  const wrong = await apply({ ...map, dota: { a: "b" } });
  expect([wrong.code, wrong.stderr]).toEqual([
    1,
    expect.stringContaining('unknown field "dota" in io.k8s.api.core.v1.ConfigMap'),
  ]);
  expect((await apply({ ...map, data: { a: "b" } })).stdout).toBe("configmap/listed created\n");
});

test("health, metrics and keys are where clients look for them", async () => {
  const text = async (path: string): Promise<string> => (await cluster.call({ path })).text;
  expect(await text("/readyz?verbose&exclude=informer-sync")).toMatch(
    /\[\+\]informer-sync excluded: ok\n[^]*readyz check passed/,
  );
  expect([await text("/livez"), await text("/healthz"), await text("/readyz/ping")]).toEqual(["ok", "ok", "ok"]);
  const metrics = await text("/metrics");
  for (const name of [
    "apiserver_request_total",
    "apiserver_request_duration_seconds",
    "apiserver_current_inflight_requests",
  ]) {
    expect(metrics).toContain(`# TYPE ${name} `);
  }
  const configuration = (await cluster.call({ path: "/.well-known/openid-configuration" })).json;
  expect(configuration).toMatchObject({
    jwks_uri: expect.stringMatching(/\/openid\/v1\/jwks$/),
    subject_types_supported: ["public"],
  });
  const keys = await cluster.call({ path: "/openid/v1/jwks" });
  expect([keys.code, keys.headers["content-type"]]).toEqual([200, "application/jwk-set+json"]);
  expect(keys.json).toMatchObject({ keys: [{ use: "sig", kid: expect.any(String) }] });
});
