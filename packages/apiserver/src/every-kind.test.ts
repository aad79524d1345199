// Shows for every built-in kind that the server does what discovery says, and nothing else.
import { formatGroupVersion, type Resource } from "@skates/apimachinery";
import { builtinResources } from "@skates/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(() => api.stop());

const served = builtinResources.filter(({ group }) => group !== "metrics.k8s.io");
const stored = served.filter(({ storagePrefix }) => storagePrefix !== undefined);
const MERGE = { "content-type": "application/merge-patch+json" };

function collection(resource: Resource): string {
  const root = `/${resource.group === "" ? "api" : "apis"}/${formatGroupVersion(resource)}`;
  return resource.namespaced ? `${root}/namespaces/default/${resource.plural}` : `${root}/${resource.plural}`;
}

const name = (resource: Resource): string => `${formatGroupVersion(resource)} ${resource.plural}`;

describe.each(served.map((resource) => [name(resource), resource] as const))("%s", (_, resource) => {
  const path = collection(resource);
  const status = async (method: string, at: string, body?: unknown, headers = {}): Promise<number> =>
    (await api.call(method, at, body, headers)).status;
  const allowed = (verb: string): boolean => resource.verbs.some((known) => known === verb);

  test("answers the verbs that it has, and 405 to the others", async () => {
    const found = {
      get: await status("GET", `${path}/none`),
      list: await status("GET", path),
      delete: await status("DELETE", `${path}/none`),
      patch: await status("PATCH", `${path}/none`, {}, MERGE),
      deletecollection: await status("DELETE", `${path}?dryRun=All`),
    };
    const expected = { get: 404, list: 200, delete: 404, patch: 404, deletecollection: 200 };
    for (const [verb, code] of Object.entries(expected)) {
      const wanted = allowed(verb) ? (resource.storagePrefix === undefined ? 501 : code) : 405;
      expect([verb, found[verb as keyof typeof found]]).toEqual([verb, wanted]);
    }
  });

  test("says in discovery what it is", async () => {
    const root = `/${resource.group === "" ? "api" : "apis"}/${formatGroupVersion(resource)}`;
    const { json } = await api.call("GET", root);
    const entry = json.resources.find((known: { name: string }) => known.name === resource.plural);
    expect(entry).toMatchObject({
      kind: resource.kind,
      namespaced: resource.namespaced,
      singularName: resource.singular,
    });
    for (const sub of resource.subresources) {
      const listed = json.resources.find((known: { name: string }) => known.name === `${resource.plural}/${sub.name}`);
      expect([sub.name, listed.verbs]).toEqual([sub.name, sub.verbs.toSorted()]);
    }
  });
});

describe.each(stored.map((resource) => [name(resource), resource] as const))("%s", (_, resource) => {
  const path = collection(resource);

  test("lists, as a table too, and watches", async () => {
    if (!resource.verbs.includes("list")) return;
    const { json } = await api.call("GET", path);
    expect([json.kind, json.apiVersion, json.items]).toEqual([resource.listKind, formatGroupVersion(resource), []]);
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const table = await api.call("GET", path, undefined, { accept });
    expect(table.json.columnDefinitions.map((column: { name: string }) => column.name)).toContain("Name");
    if (!resource.verbs.includes("watch")) return;
    const gone = new AbortController();
    const frames = await api.watch(`${path}?watch=true`, gone.signal);
    gone.abort();
    expect((await frames.next()).done).toBe(true);
  });

  test("refuses an object without a name, as Invalid and not with a failure", async () => {
    if (!resource.verbs.includes("create")) return;
    const { status, json } = await api.call("POST", path, { metadata: {} });
    expect([status, json.reason]).toEqual([422, "Invalid"]);
    expect(json.details.causes.map(({ field }: { field: string }) => field)).toContain("metadata.name");
  });
});
