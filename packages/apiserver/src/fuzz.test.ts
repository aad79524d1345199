// Shows that whatever is sent, the server answers a Status with a code of the 4xx range or does what was asked, and goes on.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(() => api.stop());

const NAMESPACED = "/api/v1/namespaces/default";
const SEED = 20261120;
const RUNS = 150;

/** JSON whose keys are often those of real objects, and sometimes treacherous. */
const KEYS =
  "metadata spec data name labels kind apiVersion containers namespace finalizers __proto__ constructor toString managedFields " +
  "ownerReferences creationTimestamp a/b~c";
const keys = fc.constantFrom("", ...KEYS.split(" "));
const leaves = fc.oneof(
  fc.string(),
  fc.constantFrom("default", "v1", "Pod", "ConfigMap", "\ud800", "x".repeat(300)),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaves, fc.array(tie("value"), { maxLength: 4 }), tie("object")),
  object: fc.dictionary(keys, tie("value"), { maxKeys: 5 }),
}));

function check(answer: Answer, sent: string): void {
  const known = answer.json?.message === "resourceVersion should not be set on objects to be created";
  const refused = answer.status >= 400;
  expect(answer.status < 500 || known, `${answer.status} for ${sent}: ${answer.text.slice(0, 300)}`).toBe(true);
  if (refused) expect(answer.json).toMatchObject({ kind: "Status", status: "Failure", code: answer.status });
}

test("bodies of creates", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyJson.value,
      fc.constantFrom("pods", "configmaps", "services", "events"),
      async (body, plural) => {
        const text = JSON.stringify(body) ?? "";
        check(await api.call("POST", `${NAMESPACED}/${plural}?dryRun=All`, text), text);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

test("bodies that are no JSON", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom("json", "yaml", "vnd.kubernetes.protobuf"),
      async (bytes, type) => {
        const headers = { "content-type": `application/${type}` };
        check(
          await api.call("POST", `${NAMESPACED}/configmaps?dryRun=All`, bytes, headers),
          `${type} ${Buffer.from(bytes).toString("hex")}`,
        );
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

test("patches of every form", async () => {
  await api.call("POST", `${NAMESPACED}/pods`, {
    metadata: { name: "p", labels: { a: "b" } },
    spec: { containers: [{ name: "c", image: "i" }] },
  });
  const operation = fc.record(
    {
      op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "none"),
      path: fc.constantFrom(
        "",
        "/",
        "/spec",
        "/spec/containers/0",
        "/spec/containers/-",
        "/metadata/labels/a~1b",
        "/__proto__/x",
        "x",
      ),
      from: fc.constantFrom("", "/spec", "/metadata", "/spec/containers/9"),
      value: anyJson.value,
    },
    { requiredKeys: ["op"] },
  );
  const patch = fc.oneof(
    fc.tuple(fc.constant("json-patch+json"), fc.array(operation, { maxLength: 4 })),
    fc.tuple(fc.constantFrom("merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"), anyJson.value),
  );
  await fc.assert(
    fc.asyncProperty(patch, async ([type, body]) => {
      const text = JSON.stringify(body) ?? "";
      const query = type.startsWith("apply") ? "&fieldManager=fuzz" : "";
      const path = `${NAMESPACED}/pods/p?dryRun=All${query}`;
      check(await api.call("PATCH", path, text, { "content-type": `application/${type}` }), `${type} ${text}`);
    }),
    { numRuns: 3 * RUNS, seed: SEED },
  );
  expect((await api.call("GET", `${NAMESPACED}/pods/p`)).status).toBe(200);
});

test("queries", async () => {
  const known =
    "limit continue resourceVersion resourceVersionMatch labelSelector fieldSelector pretty timeoutSeconds dryRun fieldManager " +
    "fieldValidation includeObject";
  const names = fc.constantFrom(...known.split(" "));
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom("-1", "0", "1", "99999999999999999999", "Exact", "a=b", "a in (", "true"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(names, values), { maxLength: 4 }), async (pairs) => {
      const query = new URLSearchParams(pairs).toString();
      const answer = api.call("GET", `${NAMESPACED}/configmaps?${query}`);
      await api.clock.advance(4000);
      const { status, text } = await answer;
      expect(status < 500 || status === 504, `${status} for ${query}: ${text}`).toBe(true);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test("paths", async () => {
  const part = fc.constantFrom(
    "api",
    "apis",
    "v1",
    "apps",
    "namespaces",
    "pods",
    "default",
    "status",
    "%2e%2e",
    "..",
    "",
    "%zz",
    "watch",
    "x",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 8 }),
      fc.constantFrom("GET", "PUT", "POST", "DELETE", "PATCH", "BREW"),
      async (parts, method) => {
        const path = `/${parts.join("/")}`;
        if (path.includes("watch")) return;
        const answer = await api.call(method, path, method === "GET" ? undefined : {});
        expect([200, 201, 400, 404, 405, 415, 422]).toContain(answer.status);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});
