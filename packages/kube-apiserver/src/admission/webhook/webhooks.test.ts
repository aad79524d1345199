// Admission webhooks on a whole server in process, with real HTTPS servers that answer, change, refuse, hang and lie.
import type { Stage } from "@skates/apiserver";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, type Answer, startTestServer, type TestServer } from "../../node/testing.ts";
import { type SeenRequest, startWebhookServer, type WebhookTestServer } from "../../node/testing-webhooks.ts";
import { webhookDialer } from "../../node/webhook-dialer.ts";

const admin = { user: ADMIN };
const GROUP = "/apis/admissionregistration.k8s.io/v1";
const MUTATING = `${GROUP}/mutatingwebhookconfigurations`;
const VALIDATING = `${GROUP}/validatingwebhookconfigurations`;
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let at: TestServer;
let hook: WebhookTestServer;
let notes: Record<string, string> = {};

const noting: Stage = (next) => async (context) => {
  try {
    return await next(context);
  } finally {
    if (context.route.resource === "configmaps") {
      notes = Object.fromEntries([...context.annotations].filter(([key]) => !key.startsWith("authorization.k8s.io/")));
    }
  }
};

beforeAll(async () => {
  hook = await startWebhookServer(allowed);
  at = await startTestServer({
    webhooks: webhookDialer(),
    audit: () => ({ stage: noting, unauthenticated: () => undefined }),
  });
});
afterAll(async () => {
  await at.stop();
  await hook.close();
});
afterEach(async () => {
  for (const path of [MUTATING, VALIDATING]) await at.call(admin, "DELETE", path);
  hook.answer(allowed);
});

interface Response {
  readonly allowed: boolean;
  readonly [key: string]: unknown;
}

/** An answer to the question that was asked. */
function review(request: SeenRequest, response: Response) {
  const { apiVersion, kind } = request.body;
  return { apiVersion, kind, response: { uid: request.body.request.uid, ...response } };
}

function allowed(request: SeenRequest) {
  return review(request, { allowed: true });
}

function patching(...operations: readonly object[]) {
  const patch = btoa(JSON.stringify(operations));
  return (request: SeenRequest) => review(request, { allowed: true, patchType: "JSONPatch", patch });
}

/** A webhook about config maps, but for what is given. */
function webhook(more: object = {}) {
  return {
    name: "maps.example.com",
    clientConfig: { url: `${hook.url}/ask`, caBundle: hook.caBundle },
    rules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    ...more,
  };
}

async function configure(path: string, ...webhooks: readonly object[]): Promise<void> {
  await configureAs("hooks", path, webhooks);
}

async function configureAs(name: string, path: string, webhooks: readonly object[]): Promise<void> {
  const kind = path === MUTATING ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
  const body = { apiVersion: "admissionregistration.k8s.io/v1", kind, metadata: { name }, webhooks };
  const { status, body: answer } = await at.call(admin, "POST", path, body);
  expect([status, status === 201 ? "" : answer.message]).toEqual([201, ""]);
}

function map(name: string, more: object = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { key: "value" }, ...more };
}

function create(name: string, more: object = {}, query = ""): Promise<Answer> {
  return at.call(admin, "POST", CONFIG_MAPS + query, map(name, more));
}

function refusal({ status, body }: Answer) {
  return [status, body.reason, body.message];
}

function questionsSince(count: number) {
  return hook.seen.slice(count).map(({ body }) => body.request);
}

describe("questions", () => {
  test("say what is asked, by whom, with old and new object", async () => {
    await configure(VALIDATING, webhook());
    const from = hook.seen.length;
    await create("asked");
    await at.call(admin, "PATCH", `${CONFIG_MAPS}/asked?dryRun=All`, { data: { key: "new" } });
    await at.call(admin, "DELETE", `${CONFIG_MAPS}/asked`, {
      kind: "DeleteOptions",
      apiVersion: "v1",
      gracePeriodSeconds: 0,
    });
    const [made, changed, deleted] = questionsSince(from);
    const gvk = { group: "", version: "v1", kind: "ConfigMap" };
    const gvr = { group: "", version: "v1", resource: "configmaps" };
    expect({ ...made, uid: "", object: undefined }).toEqual({
      uid: "",
      kind: gvk,
      resource: gvr,
      requestKind: gvk,
      requestResource: gvr,
      name: "asked",
      namespace: "default",
      operation: "CREATE",
      userInfo: {
        username: "admin",
        groups: ["system:masters", "system:authenticated"],
        extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=f1"] },
      },
      object: undefined,
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
    });
    expect(made.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(made.object).toMatchObject({ kind: "ConfigMap", apiVersion: "v1", metadata: { name: "asked" } });
    expect([changed.operation, changed.dryRun, changed.oldObject.data, changed.object.data, changed.options]).toEqual([
      "UPDATE",
      true,
      { key: "value" },
      { key: "new" },
      { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1", dryRun: ["All"] },
    ]);
    expect([deleted.operation, deleted.object, deleted.oldObject.metadata.name, deleted.options]).toEqual([
      "DELETE",
      null,
      "asked",
      { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", gracePeriodSeconds: 0 },
    ]);
    expect(hook.seen.at(-1)?.url).toBe("/ask?timeout=10s");
  });

  test("come only for what rules and selectors select", async () => {
    await at.call(admin, "POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "picked", labels: { hooks: "on" } },
    });
    await configure(
      VALIDATING,
      webhook({ namespaceSelector: { matchLabels: { hooks: "on" } }, objectSelector: { matchLabels: { pick: "me" } } }),
    );
    const from = hook.seen.length;
    const labels = { metadata: { name: "x", labels: { pick: "me" } } };
    await create("other", labels);
    await at.call(admin, "POST", "/api/v1/namespaces/picked/configmaps", map("y"));
    await at.call(admin, "POST", "/api/v1/namespaces/picked/secrets", {
      metadata: { name: "s", labels: { pick: "me" } },
    });
    expect(questionsSince(from)).toEqual([]);
    await at.call(admin, "POST", "/api/v1/namespaces/picked/configmaps", map("x", labels));
    // An update that takes the label away is still asked about.
    await at.call(admin, "PATCH", "/api/v1/namespaces/picked/configmaps/x", { metadata: { labels: null } });
    expect(questionsSince(from).map(({ operation }) => operation)).toEqual(["CREATE", "UPDATE"]);
  });

  test("come only where match conditions hold; those that fail refuse, or keep the webhook out", async () => {
    const condition = (expression: string) => ({ matchConditions: [{ name: "c", expression }] });
    await configure(
      VALIDATING,
      webhook(condition("object.data.key == 'ask' && authorizer.requestResource.check('get').allowed()")),
    );
    const from = hook.seen.length;
    await create("unasked");
    await create("asked-about", { data: { key: "ask" } });
    expect(questionsSince(from).map(({ name }) => name)).toEqual(["asked-about"]);
    expect(refusal(await create("unknown", { data: { other: "x" } }))).toEqual([
      403,
      "Forbidden",
      `configmaps "unknown" is forbidden: expression 'object.data.key == 'ask' && authorizer.requestResource.check('get').allowed()' resulted in error: no such key: key`,
    ]);
    await at.call(admin, "PATCH", `${VALIDATING}/hooks`, {
      webhooks: [webhook({ ...condition("object.data.key == 'ask'"), failurePolicy: "Ignore" })],
    });
    expect((await create("unknown", { data: { other: "x" } })).status).toBe(201);
    const wrong = await at.call(admin, "PATCH", `${VALIDATING}/hooks`, { webhooks: [webhook(condition("1 + 1"))] });
    expect([wrong.status, wrong.body.details.causes[0].field]).toEqual([
      422,
      "webhooks[0].matchConditions[0].expression",
    ]);
  });

  test("show other versions where the policy is Equivalent, and none where it is Exact", async () => {
    const rules = [
      {
        operations: ["CREATE"],
        apiGroups: ["autoscaling"],
        apiVersions: ["v1"],
        resources: ["horizontalpodautoscalers"],
      },
    ];
    await configure(
      VALIDATING,
      webhook({ name: "equivalent.example.com", rules, matchPolicy: "Equivalent" }),
      webhook({
        name: "exact.example.com",
        rules,
        matchPolicy: "Exact",
        clientConfig: { url: `${hook.url}/exact`, caBundle: hook.caBundle },
      }),
    );
    const from = hook.seen.length;
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
    const { status } = await at.call(
      admin,
      "POST",
      "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
      {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "h" },
        spec: { scaleTargetRef, maxReplicas: 3 },
      },
    );
    expect(status).toBe(201);
    const [question, ...rest] = questionsSince(from);
    expect(rest).toEqual([]);
    expect([question.kind, question.requestKind, question.object.apiVersion]).toEqual([
      { group: "autoscaling", version: "v1", kind: "HorizontalPodAutoscaler" },
      { group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler" },
      "autoscaling/v1",
    ]);
  });

  test("are about streams and evictions too", async () => {
    const rules = [
      {
        operations: ["CONNECT", "CREATE"],
        apiGroups: [""],
        apiVersions: ["v1"],
        resources: ["pods/exec", "pods/eviction"],
      },
    ];
    await configure(VALIDATING, webhook({ rules }));
    hook.answer((request) =>
      review(request, { allowed: false, status: { message: "no", code: 403, reason: "Forbidden" } }),
    );
    const from = hook.seen.length;
    const exec = await at.call(admin, "GET", "/api/v1/namespaces/default/pods/p/exec?command=sh&command=-c&stdin=true");
    const eviction = await at.call(admin, "POST", "/api/v1/namespaces/default/pods/p/eviction", {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "p" },
    });
    expect([exec.status, eviction.status]).toEqual([403, 403]);
    const [first, second] = questionsSince(from);
    expect([first.operation, first.subResource, first.kind, first.object, first.options]).toEqual([
      "CONNECT",
      "exec",
      { group: "", version: "v1", kind: "PodExecOptions" },
      { kind: "PodExecOptions", apiVersion: "v1", stdin: true, command: ["sh", "-c"] },
      null,
    ]);
    expect([second.operation, second.subResource, second.kind.kind, second.object.metadata.name]).toEqual([
      "CREATE",
      "eviction",
      "Eviction",
      "p",
    ]);
  });

  test("about ephemeral containers and statuses show the whole pod, old and new", async () => {
    const pods = "/api/v1/namespaces/default/pods";
    await at.call(admin, "POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
    const spec = { containers: [{ name: "main", image: "i" }] };
    await at.call(admin, "POST", pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "debugged" }, spec });
    const resources = ["pods/ephemeralcontainers", "pods/status"];
    await configure(
      VALIDATING,
      webhook({ rules: [{ operations: ["UPDATE"], apiGroups: [""], apiVersions: ["v1"], resources }] }),
    );
    const from = hook.seen.length;
    const ephemeralContainers = [{ name: "debug", image: "busybox" }];
    const added = await at.call(admin, "PATCH", `${pods}/debugged/ephemeralcontainers`, {
      spec: { ephemeralContainers },
    });
    const told = await at.call(admin, "PATCH", `${pods}/debugged/status`, { status: { phase: "Running" } });
    expect([added.status, told.status]).toEqual([200, 200]);
    const [first, second] = questionsSince(from);
    const names = (object: { spec: { ephemeralContainers?: { name: string }[] } }) =>
      object.spec.ephemeralContainers?.map(({ name }) => name);
    expect([first.subResource, first.kind.kind, names(first.object), names(first.oldObject)]).toEqual([
      "ephemeralcontainers",
      "Pod",
      ["debug"],
      undefined,
    ]);
    expect([
      second.subResource,
      second.object.status.phase,
      second.oldObject.status.phase,
      names(second.object),
    ]).toEqual(["status", "Running", "Pending", ["debug"]]);
  });

  test("about scales show scales", async () => {
    await at.call(admin, "POST", "/apis/apps/v1/namespaces/default/deployments", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "scaled" },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } },
      },
    });
    const rules = [{ operations: ["UPDATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["*/scale"] }];
    await configure(MUTATING, webhook({ rules }));
    hook.answer(patching({ op: "replace", path: "/spec/replicas", value: 7 }));
    const from = hook.seen.length;
    const path = "/apis/apps/v1/namespaces/default/deployments/scaled";
    const { body } = await at.call(admin, "PATCH", `${path}/scale`, { spec: { replicas: 3 } });
    const [question] = questionsSince(from);
    expect([question.kind.kind, question.object.spec, question.oldObject.spec, body.spec]).toEqual([
      "Scale",
      { replicas: 3 },
      { replicas: 1 },
      { replicas: 7 },
    ]);
    expect((await at.call(admin, "GET", path)).body.spec.replicas).toBe(7);
  });
});

describe("refusals", () => {
  test("carry the webhook's status, with a word on who refuses", async () => {
    await configure(VALIDATING, webhook());
    const answers: unknown[] = [];
    for (const status of [
      undefined,
      { message: "not today", code: 418, reason: "Teapot" },
      { reason: "Expired" },
      { message: "odd", code: 200, status: "Success" },
    ]) {
      hook.answer((request) => review(request, { allowed: false, status }));
      answers.push(refusal(await create("refused")));
    }
    const who = 'admission webhook "maps.example.com" denied the request';
    expect(answers).toEqual([
      [400, undefined, `${who} without explanation`],
      [418, "Teapot", `${who}: not today`],
      [400, "Expired", `${who}: Expired`],
      [400, undefined, `${who}: odd`],
    ]);
  });

  test("of one webhook are enough, and warnings and notes of all arrive", async () => {
    await configure(
      VALIDATING,
      webhook({ name: "one.example.com" }),
      webhook({ name: "two.example.com", clientConfig: { url: `${hook.url}/two`, caBundle: hook.caBundle } }),
    );
    hook.answer((request) => {
      const two = request.url.startsWith("/two");
      return review(request, {
        allowed: !two,
        warnings: [two ? "second" : "first"],
        auditAnnotations: { seen: two ? "2" : "1" },
      });
    });
    const { status, warnings = [] } = await create("refused");
    expect([status, warnings.toSorted(), notes]).toMatchObject([
      400,
      ["first", "second"],
      { "one.example.com/seen": "1", "two.example.com/seen": "2" },
    ]);
  });
});

describe("changes", () => {
  test("are made one after another, by name of the configuration", async () => {
    const to = (path: string) => ({ clientConfig: { url: hook.url + path, caBundle: hook.caBundle } });
    await configureAs("b", MUTATING, [webhook(to("/b"))]);
    await configureAs("a", MUTATING, [webhook(to("/a1")), webhook({ ...to("/a2"), name: "more.example.com" })]);
    const from = hook.seen.length;
    hook.answer((request) =>
      patching({ op: "add", path: `/data/${request.url.slice(1).split("?")[0]}`, value: "x" })(request),
    );
    const { body } = await create("changed");
    expect(body.data).toEqual({ key: "value", a1: "x", a2: "x", b: "x" });
    expect(hook.seen.slice(from).map(({ url, body: { request } }) => [url, Object.keys(request.object.data)])).toEqual([
      ["/a1?timeout=10s", ["key"]],
      ["/a2?timeout=10s", ["a1", "key"]],
      ["/b?timeout=10s", ["a1", "a2", "key"]],
    ]);
    expect(notes["mutation.webhook.admission.k8s.io/round_0_index_0"]).toBe(
      '{"configuration":"a","webhook":"maps.example.com","mutated":true}',
    );
    expect(notes["patch.webhook.admission.k8s.io/round_0_index_2"]).toBe(
      '{"configuration":"b","webhook":"maps.example.com","patch":[{"op":"add","path":"/data/b","value":"x"}],"patchType":"JSONPatch"}',
    );
  });

  test("after it make a webhook be asked again, once, if it wants to be", async () => {
    const to = (path: string) => ({ clientConfig: { url: hook.url + path, caBundle: hook.caBundle } });
    await configure(
      MUTATING,
      webhook({ ...to("/first"), name: "first.example.com", reinvocationPolicy: "IfNeeded" }),
      webhook({ ...to("/second"), name: "second.example.com", reinvocationPolicy: "IfNeeded" }),
      webhook({ ...to("/never"), name: "never.example.com" }),
    );
    const from = hook.seen.length;
    hook.answer((request) =>
      request.url.startsWith("/second")
        ? patching({ op: "add", path: "/data/second", value: "x" })(request)
        : allowed(request),
    );
    const { body } = await create("reinvoked");
    expect(body.data).toEqual({ key: "value", second: "x" });
    expect(hook.seen.slice(from).map(({ url }) => url.split("?")[0])).toEqual([
      "/first",
      "/second",
      "/never",
      "/first",
    ]);
  });

  test("to custom, pods and others go through defaults and validation", async () => {
    const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }];
    await configure(MUTATING, webhook({ rules }));
    await at.call(admin, "POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "sidecar" },
      spec: { containers: [{ name: "main", image: "i" }] },
    };
    hook.answer(patching({ op: "add", path: "/spec/containers/-", value: { name: "proxy", image: "p" } }));
    const { body } = await at.call(admin, "POST", "/api/v1/namespaces/default/pods", pod);
    expect([body.spec.containers[1].name, body.spec.containers[1].imagePullPolicy]).toEqual(["proxy", "Always"]);
    // ServiceAccount ran once more and gave the new container its volume.
    expect(body.spec.containers[1].volumeMounts).toEqual(body.spec.containers[0].volumeMounts);
    hook.answer(patching({ op: "replace", path: "/spec/containers/0/name", value: "Not A Name" }));
    const invalid = await at.call(admin, "POST", "/api/v1/namespaces/default/pods", {
      ...pod,
      metadata: { name: "broken" },
    });
    expect([invalid.status, invalid.body.reason]).toEqual([422, "Invalid"]);
  });
});

describe("webhooks that hang", () => {
  test("refuse after their time, or are passed over, as their policy says", async () => {
    await configure(VALIDATING, webhook({ timeoutSeconds: 1 }));
    hook.answer(() => new Promise(() => undefined));
    const startMs = performance.now();
    expect(refusal(await create("hanging"))).toEqual([
      500,
      "InternalError",
      `Internal error occurred: failed calling webhook "maps.example.com": failed to call webhook: Post "${hook.url}/ask?timeout=1s": context deadline exceeded`,
    ]);
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await at.call(admin, "PATCH", `${VALIDATING}/hooks`, {
      webhooks: [webhook({ timeoutSeconds: 1, failurePolicy: "Ignore" })],
    });
    expect((await create("passed")).status).toBe(201);
    expect(notes).toMatchObject({
      "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "maps.example.com",
    });
  });
});

test("a webhook has no longer than its request", async () => {
  const short = await startTestServer({ webhooks: webhookDialer(), limits: { requestMs: 300 } });
  const configuration = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: "slow" },
    webhooks: [webhook({ timeoutSeconds: 30 })],
  };
  await short.call(admin, "POST", MUTATING, configuration);
  hook.answer(() => new Promise(() => undefined));
  const startMs = performance.now();
  const { status } = await short.call(admin, "POST", CONFIG_MAPS, map("late"));
  // Whoever notices first ends the request: the call, or the server's own limit.
  expect([[500, 504].includes(status), hook.seen.at(-1)?.url]).toEqual([true, "/ask?timeout=1s"]);
  expect(performance.now() - startMs).toBeLessThan(3_000);
  await short.stop();
});

describe("webhooks that lie", () => {
  const said = async (answering: (request: SeenRequest) => unknown, path = VALIDATING): Promise<string> => {
    hook.answer(answering);
    const { status, body } = await create(`lied-to-${path === MUTATING ? "m" : "v"}`);
    return `${status} ${body.message ?? ""}`;
  };
  const failed = '500 Internal error occurred: failed calling webhook "maps.example.com": ';
  const invalid = `${failed}received invalid webhook response: `;

  test("about who was asked, or what they are", async () => {
    await configure(VALIDATING, webhook());
    expect(await said((request) => review(request, { allowed: true, uid: "other" }))).toMatch(
      /received invalid webhook response: expected response.uid="[0-9a-f-]{36}", got "other"$/,
    );
    expect(await said((request) => ({ response: { uid: request.body.request.uid, allowed: true } }))).toBe(
      `${invalid}expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=`,
    );
    expect(await said((request) => ({ ...request.body, response: undefined }))).toBe(
      `${invalid}webhook response was absent`,
    );
    expect(await said((request) => review(request, { allowed: true, patch: btoa("[]") }))).toBe(
      `${invalid}validating webhook may not return response.patch`,
    );
    expect(await said((request) => review(request, { allowed: true, patchType: "JSONPatch" }))).toBe(
      `${invalid}validating webhook may not return response.patchType`,
    );
    expect(await said((request) => ({ ...review(request, { allowed: true }), response: "yes" }))).toContain(invalid);
  });

  test("about patches", async () => {
    await configure(MUTATING, webhook());
    const m = (answering: (request: SeenRequest) => unknown): Promise<string> => said(answering, MUTATING);
    const patch = btoa('[{"op":"add","path":"/data/x","value":"y"}]');
    expect(await m((request) => review(request, { allowed: true, patch }))).toBe(
      `${invalid}webhook returned response.patch but not response.patchType`,
    );
    expect(await m((request) => review(request, { allowed: true, patchType: "JSONPatch" }))).toBe(
      `${invalid}webhook returned response.patchType but not response.patch`,
    );
    expect(await m((request) => review(request, { allowed: true, patch, patchType: "MergePatch" }))).toBe(
      `${failed}unsupported patch type "MergePatch"`,
    );
    expect(
      await m((request) => review(request, { allowed: true, patch: btoa("{"), patchType: "JSONPatch" })),
    ).toContain(`${failed}received undecodable patch in webhook response: `);
    expect(await m(patching({ op: "replace", path: "/data/none/x", value: 1 }))).toBe(
      "500 Internal error occurred: replace operation does not apply: doc is missing key: /data/none/x: missing value",
    );
    expect(await m(patching({ op: "replace", path: "/data", value: "text" }))).toContain(
      "500 Internal error occurred: ",
    );
    expect(await m(patching({ op: "replace", path: "/kind", value: "Secret" }))).toBe(
      "500 Internal error occurred: the patch does not leave a ConfigMap of v1",
    );
    expect(await m(patching({ op: "replace", path: "/metadata/namespace", value: "kube-system" }))).toBe(
      "400 the namespace of the provided object does not match the namespace sent on the request",
    );
    expect((await at.call(admin, "GET", `${CONFIG_MAPS}/lied-to-m`)).status).toBe(404);
  });

  test("with a patch of what is deleted", async () => {
    await create("doomed");
    await configure(MUTATING, webhook());
    hook.answer(patching({ op: "add", path: "/data/x", value: "y" }));
    expect(refusal(await at.call(admin, "DELETE", `${CONFIG_MAPS}/doomed`))).toEqual([
      500,
      "InternalError",
      'Internal error occurred: admission webhook "maps.example.com" attempted to modify the object, which is not supported for this operation',
    ]);
    expect((await at.call(admin, "GET", `${CONFIG_MAPS}/doomed`)).status).toBe(200);
  });

  test("by sending elsewhere", async () => {
    await configure(VALIDATING, webhook());
    hook.answer((request, response) => {
      if (request.url.startsWith("/elsewhere")) return allowed(request);
      response.writeHead(307, { location: `${hook.url}/elsewhere` }).end();
      return undefined;
    });
    expect(refusal(await create("redirected"))).toEqual([
      500,
      "InternalError",
      `${failed.slice(4)}failed to call webhook: the server responded with the status code 307 but did not return more information`,
    ]);
  });
});

describe("a webhook that intercepts everything and is not there", () => {
  test("leaves the cluster repairable: configurations are out of its reach", async () => {
    const gone = await startWebhookServer(allowed);
    await gone.close();
    const everything = webhook({
      name: "all.example.com",
      clientConfig: { url: gone.url },
      rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }],
    });
    await configure(VALIDATING, everything);
    await configure(MUTATING, everything);
    expect(refusal(await create("locked"))).toEqual([
      500,
      "InternalError",
      `Internal error occurred: failed calling webhook "all.example.com": failed to call webhook: Post "${gone.url}/?timeout=10s": dial tcp 127.0.0.1:${gone.port}: connect: connection refused`,
    ]);
    // Changed and deleted like nothing stood in the way; so are policies.
    const policy = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "free" },
      spec: { policyName: "p", validationActions: ["Deny"] },
    };
    const bindings = `${GROUP}/validatingadmissionpolicybindings`;
    expect((await at.call(admin, "POST", bindings, policy)).status).toBe(201);
    expect((await at.call(admin, "PATCH", `${MUTATING}/hooks`, { metadata: { labels: { a: "b" } } })).status).toBe(200);
    expect((await at.call(admin, "DELETE", `${MUTATING}/hooks`)).status).toBe(200);
    expect((await at.call(admin, "DELETE", `${VALIDATING}/hooks`)).status).toBe(200);
    expect((await create("unlocked")).status).toBe(201);
  });
});

test("metrics count calls, refusals and what was let through", async () => {
  await configure(VALIDATING, webhook({ name: "counted.example.com" }));
  await create("counted");
  hook.answer((request) => review(request, { allowed: false, status: { code: 403 } }));
  await create("counted-too");
  const { body } = await at.call(admin, "GET", "/metrics");
  const labels = 'name="counted.example.com",type="validating",operation="CREATE"';
  expect(String(body)).toContain(`apiserver_admission_webhook_request_total{${labels},code="200",rejected="false"} 1`);
  expect(String(body)).toContain(`apiserver_admission_webhook_request_total{${labels},code="403",rejected="true"} 1`);
  expect(String(body)).toContain(
    `apiserver_admission_webhook_rejection_count{${labels},error_type="no_error",rejection_code="403"} 1`,
  );
});
