// Shows every built-in kind to unmodified kubectls, over TLS, on the real server process and on each store: each verb that discovery
// names. The stores share the versions of kubectl between them; with KUBECTLS=all each store meets each version.
import { builtinResources } from "@skates/api";
import { formatGroupVersion, type Resource } from "@skates/apimachinery";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ran, run } from "../e2e/skates.ts";
import { oldAndNew } from "./kubectls.ts";
import { SAMPLES, type SampleObject } from "./objects.ts";
import { clusterOn, type StoredCluster, STORES } from "./stores.ts";

const { old, newest, missing } = oldAndNew();
const NAMESPACE = "samples";

/** Which kubectl, and where it is pointed at: the stores come one after another. */
let kubeconfig = "";
let command = "kubectl";

function kubectl(args: readonly string[], input?: object): Promise<Ran> {
  const options = input === undefined ? {} : { input: JSON.stringify(input) };
  return run(command, ["--kubeconfig", kubeconfig, ...args], options);
}

async function ok(args: readonly string[], input?: object): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

interface Live {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager: string; readonly operation: string }[];
  };
}

/** One kind and how kubectl is told of it. */
class Kind {
  readonly resource: Resource;
  readonly identity: { readonly apiVersion: string; readonly kind: string };
  readonly object: SampleObject;
  readonly scope: readonly string[];
  readonly type: string;
  readonly collection: string;
  /** Two versions of a kind show the same objects: each has its own. */
  readonly labels: Readonly<Record<string, string>>;

  constructor(resource: Resource, object: SampleObject) {
    const { group, version, plural, kind, namespaced } = resource;
    this.resource = resource;
    const apiVersion = formatGroupVersion(resource);
    this.labels = { suite: [plural, version, group.split(".")[0]].filter(Boolean).join("-") };
    const metadata = { ...object.metadata, ...(namespaced ? { namespace: NAMESPACE } : {}), labels: this.labels };
    this.identity = { apiVersion, kind };
    this.object = { ...this.identity, ...object, metadata };
    this.scope = namespaced ? ["-n", NAMESPACE] : [];
    this.type = group === "" ? plural : `${plural}.${version}.${group}`;
    const root = `${group === "" ? "/api" : "/apis"}/${apiVersion}`;
    this.collection = namespaced ? `${root}/namespaces/${NAMESPACE}/${plural}` : `${root}/${plural}`;
  }

  get name(): string {
    return this.object.metadata.name;
  }

  async get(): Promise<Live> {
    return live(await ok([...this.scope, "get", this.type, this.name, "-o", "json", "--show-managed-fields"]));
  }

  async patch(type: string, patch: unknown): Promise<Live> {
    const args = ["patch", this.type, this.name, `--type=${type}`, "-p", JSON.stringify(patch), "-o", "json"];
    return live(await ok([...this.scope, ...args]));
  }
}

function live(text: string): Live {
  return JSON.parse(text) as Live;
}

/** Controllers write, too: what is not theirs is tried again with what is there now. */
async function replaceWithLabel(kind: Kind, label: string): Promise<Live> {
  for (let attempt = 1; ; attempt++) {
    const { managedFields: _, ...metadata } = (await kind.get()).metadata;
    const labels = { ...metadata.labels, [label]: "yes" };
    const next = { ...(await kind.get()), metadata: { ...metadata, labels } };
    const { code, stdout, stderr } = await kubectl(["replace", "-f", "-", "-o", "json"], next);
    if (code === 0) return live(stdout);
    if (attempt === 5 || !stderr.includes("object has been modified")) throw new Error(stdout + stderr);
  }
}

function watched({ collection, name }: Kind, from: string): string {
  return `${collection}?watch=true&resourceVersion=${from}&timeoutSeconds=1&fieldSelector=metadata.name%3D${name}`;
}

const kinds = builtinResources.filter(({ verbs }) => verbs.includes("create") && verbs.includes("list"));

test("there is a sample of each kind, and none of others", () => {
  const names = kinds.map((resource) => `${formatGroupVersion(resource)} ${resource.plural}`);
  expect(Object.keys(SAMPLES).sort()).toEqual(names.sort());
});

if (missing !== undefined) test.skip(`two versions of kubectl: ${missing}`, () => undefined);

const RUNS = STORES.flatMap((on) => {
  const one = on.store === "disk" ? old : newest;
  const versions = process.env["KUBECTLS"] === "all" ? new Set([old, newest]) : [one];
  return [...versions].map((kubectlOf) => ({ ...on, ...kubectlOf }));
});

describe.each(RUNS)("on $store by kubectl $version", ({ store, hindrance, command: chosen }) => {
  if (hindrance !== undefined) return test.skip(`every kind: ${hindrance}`, () => undefined);
  let stored: StoredCluster | undefined;
  beforeAll(async () => {
    stored = await clusterOn(store);
    command = chosen;
    kubeconfig = `${stored.cluster.dataDir}/kubeconfig`;
    await ok(["create", "namespace", NAMESPACE]);
  });
  afterAll(() => stored?.close());

  test.concurrent.each(Object.entries(SAMPLES))("%s", async (title, { object, change }) => {
    const resource = kinds.find((known) => `${formatGroupVersion(known)} ${known.plural}` === title);
    if (resource === undefined) throw new Error("no such kind");
    const kind = new Kind(resource, object);
    await everyVerb(kind, change);
    await collections(kind);
  });
});

/** Create, get, list, update, patch, apply, delete; and all of that as a watch tells it afterwards. */
async function everyVerb(kind: Kind, change: object | undefined): Promise<void> {
  const created = live(await ok(["create", "-f", "-", "-o", "json"], kind.object));
  expect([created.kind, created.metadata.labels]).toMatchObject([kind.resource.kind, kind.labels]);
  expect(await ok([...kind.scope, "get", kind.type, "-o", "name"])).toContain(`/${kind.name}\n`);
  expect(await ok([...kind.scope, "get", kind.type])).toMatch(/^(?:NAME|LAST SEEN) .*\n./);

  expect((await replaceWithLabel(kind, "replaced")).metadata.labels).toMatchObject({ replaced: "yes" });
  const json = [{ op: "add", path: "/metadata/labels/json", value: "yes" }];
  expect((await kind.patch("json", json)).metadata.labels).toMatchObject({ json: "yes" });
  const merged = await kind.patch("merge", { metadata: { labels: { json: null } }, ...change });
  expect(merged.metadata.labels).not.toHaveProperty("json");
  const strategic = await kind.patch("strategic", { metadata: { labels: { strategic: "yes" } } });
  expect(strategic.metadata.labels).toMatchObject({ ...kind.labels, strategic: "yes" });
  if (change !== undefined) expect(strategic).toMatchObject({ ...kind.identity, ...Object(withoutNulls(change)) });
  await applyLabel(kind);

  await ok([...kind.scope, "delete", kind.type, kind.name, "--timeout=20s"]);
  expect((await kubectl([...kind.scope, "get", kind.type, kind.name])).stderr).toContain("(NotFound)");
  const frames = (await ok(["get", "--raw", watched(kind, created.metadata.resourceVersion)])).trim().split("\n");
  const types = frames.map((frame) => (JSON.parse(frame) as { type: string }).type);
  expect(types.length).toBeGreaterThanOrEqual(5);
  expect(types).toEqual([...types.slice(1).map(() => "MODIFIED"), "DELETED"]);
}

/** A change without what it takes away. */
function withoutNulls(change: unknown): unknown {
  if (typeof change !== "object" || change === null || Array.isArray(change)) return change;
  const members = Object.entries(change).filter(([, value]) => value !== null);
  return Object.fromEntries(members.map(([name, value]) => [name, withoutNulls(value)]));
}

async function applyLabel(kind: Kind): Promise<void> {
  const { metadata } = kind.object;
  const owned = { ...kind.identity, metadata: { ...metadata, labels: { applied: "yes" } } };
  await ok(["apply", "--server-side", "--field-manager=every-kind", "--validate=ignore", "-f", "-"], owned);
  const applied = await kind.get();
  expect(applied.metadata.labels).toMatchObject({ ...kind.labels, applied: "yes" });
  expect(applied.metadata.managedFields).toContainEqual(
    expect.objectContaining({ manager: "every-kind", operation: "Apply" }),
  );
}

/** Server-side apply creates; deletecollection deletes what is selected and nothing else. */
async function collections(kind: Kind): Promise<void> {
  const args = ["apply", "--server-side", "--field-manager=every-kind", "-f", "-", "-o", "json"];
  const first = live(await ok(args, kind.object));
  const again = live(await ok(args, kind.object));
  expect(again.metadata["uid"]).toBe(first.metadata["uid"]);
  if (!kind.resource.verbs.includes("deletecollection")) {
    const refused = await kubectl(["delete", "--raw", `${kind.collection}?labelSelector=suite`]);
    expect(refused.stderr).toContain("(MethodNotAllowed)");
    await ok([...kind.scope, "delete", kind.type, kind.name, "--timeout=20s"]);
    return;
  }
  await ok(["delete", "--raw", `${kind.collection}?labelSelector=suite%3Dother`]);
  await kind.get();
  await ok(["delete", "--raw", `${kind.collection}?labelSelector=suite%3D${kind.labels["suite"] ?? ""}`]);
  await ok([...kind.scope, "wait", "--for=delete", `${kind.type}/${kind.name}`, "--timeout=20s"]);
}
