// Shows over TLS that whatever is sent, the real server answers a refusal or does what was asked, quickly, and goes on.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Call, type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

const SEED = 20261120;
const RUNS = 120;
const BASE = "/api/v1/namespaces/default";
const BODY_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"] as const;
const PATCH_TYPES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
] as const;

let cluster: SimulatedCluster;
beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).stdout).toContain("ready after");
  expect(await cluster.put("target", { a: "1" })).toBe(201);
});
afterAll(() => cluster.remove());

/** Sends, and checks that the answer is no failure of the server's. */
async function refuses(call: Call, shown: string, unless = ""): Promise<Answer> {
  const answer = await cluster.call(call);
  const known = unless !== "" && answer.text.includes(unless);
  expect(answer.code < 500 || known, `${answer.code} for ${shown.slice(0, 300)}: ${answer.text.slice(0, 300)}`).toBe(
    true,
  );
  return answer;
}

async function alive(): Promise<void> {
  const { code, json } = await cluster.call({ path: `${BASE}/configmaps/target` });
  expect([code, (json as { data: object }).data]).toEqual([200, { a: "1" }]);
}

const post = (body: string | Uint8Array, type = "application/json"): Call => ({
  method: "POST",
  path: `${BASE}/configmaps?dryRun=All`,
  type,
  body,
});
const patch = (body: string, type: string): Call => ({
  method: "PATCH",
  path: `${BASE}/configmaps/target?dryRun=All${type.includes("apply") ? "&fieldManager=fuzz" : ""}`,
  type,
  body,
});

test("any bytes as a body of any form", async () => {
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(...BODY_TYPES),
    async (bytes, type) => {
      const shown = `${type} ${Buffer.from(bytes).toString("hex")}`;
      expect((await refuses(post(bytes, type), shown)).code, shown).toBeGreaterThanOrEqual(400);
    },
  );
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  await alive();
});

test("any value as a body or a patch", async () => {
  const KEYS = [
    "metadata",
    "data",
    "name",
    "labels",
    "__proto__",
    "constructor",
    "toString",
    "kind",
    "apiVersion",
    "$patch",
  ];
  const leaf = fc.oneof(fc.string(), fc.double(), fc.constantFrom(null, true, "\ud800", -0, 1e308, 2 ** 63, "default"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("value"), { maxLength: 4 }), tie("object")),
    object: fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 5 }),
  }));
  const property = fc.asyncProperty(
    value,
    fc.constantFrom(...BODY_TYPES.slice(0, 2), ...PATCH_TYPES),
    async (sent, type) => {
      const text = JSON.stringify(sent) ?? "null";
      const call = type.includes("patch") ? patch(text, type) : post(text, type);
      // Upstream answers both with code 500.
      const unless = type.includes("apply")
        ? "failed to create typed patch object"
        : "resourceVersion should not be set";
      await refuses(call, `${type} ${text}`, unless);
    },
  );
  await fc.assert(property, { numRuns: 3 * RUNS, seed: SEED });
  await alive();
});

test("nesting without end", async () => {
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
  ] as const) {
    for (const depth of [900, 10_000, 500_000]) {
      const text = `{"metadata":{"name":"n"},"data":${open.repeat(depth)}1${close.repeat(depth)}}`;
      for (const type of BODY_TYPES.slice(0, 2)) {
        expect((await refuses(post(text, type), `${type} ${open} ${depth}`)).code).toBeGreaterThanOrEqual(400);
      }
      for (const type of PATCH_TYPES) {
        expect((await refuses(patch(text, type), `${type} ${open} ${depth}`)).code).toBeGreaterThanOrEqual(400);
      }
    }
  }
  await alive();
});

test("YAML that grows by its aliases", async () => {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(",")}]`);
  const bomb = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: target}\n${lines.join("\n")}\n`;
  expect((await refuses(post(bomb, "application/yaml"), "bomb")).code).toBe(400);
  expect((await refuses(patch(bomb, PATCH_TYPES[3]), "bomb")).code).toBe(400);
  const cycle = "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: target, labels: *m}\n";
  expect((await refuses(post(cycle, "application/yaml"), cycle)).code).toBe(400);
  await alive();
});

test("JSON patches that double what they copy, or have too many operations", async () => {
  const doubling = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: "/data", path: `/data/x${i}` }));
  const grown = await refuses(patch(JSON.stringify(doubling), PATCH_TYPES[0]), "doubling");
  expect([400, 413, 422]).toContain(grown.code);
  const many = Array.from({ length: 10_001 }, () => ({ op: "test", path: "/data/a", value: "1" }));
  expect((await refuses(patch(JSON.stringify(many), PATCH_TYPES[0]), "many")).code).toBe(413);
  await alive();
});

test("any query", async () => {
  const NAMES = [
    "limit",
    "continue",
    "resourceVersion",
    "resourceVersionMatch",
    "labelSelector",
    "fieldSelector",
    "pretty",
  ];
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom("-1", "0", "99999999999999999999", "NaN", "Exact", "NotOlderThan", "a in (", "%00", "1e9"),
    fc
      .string()
      .map((text) =>
        Buffer.from(`{"v":"meta.k8s.io/v1","rv":-1,"start":${JSON.stringify(text)}}`).toString("base64url"),
      ),
  );
  const pairs = fc.array(fc.tuple(fc.constantFrom(...NAMES), values), { maxLength: 4 });
  const property = fc.asyncProperty(pairs, async (sent) => {
    const query = new URLSearchParams(sent).toString();
    // A revision that lies ahead is waited for, and then refused as upstream does.
    await refuses({ path: `${BASE}/configmaps?timeoutSeconds=1&${query}` }, query, "Too large resource version");
  });
  await fc.assert(property, { numRuns: RUNS / 2, seed: SEED });
  expect((await refuses({ path: `${BASE}/configmaps?limit=-1` }, "limit")).code).toBeLessThan(500);
  expect((await refuses({ path: `${BASE}/configmaps?continue=broken` }, "continue")).code).toBe(400);
  await alive();
});
