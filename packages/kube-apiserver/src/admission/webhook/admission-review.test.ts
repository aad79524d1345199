// What webhooks are asked, and about which requests, on a whole server in process with a real HTTPS server.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { admin, CONFIG_MAPS, map, MUTATING, patching, refusal, review, VALIDATING, WebhookWorld } from "./testing.ts";

let world: WebhookWorld;
beforeAll(async () => {
  world = await WebhookWorld.start();
});
afterAll(() => world.stop());
afterEach(() => world.reset());

describe("questions", () => {
  test("say what is asked, by whom, with old and new object", async () => {
    await world.configure(VALIDATING, world.webhook());
    const from = world.hook.seen.length;
    await world.create("asked");
    await world.at.call(admin, "PATCH", `${CONFIG_MAPS}/asked?dryRun=All`, { data: { key: "new" } });
    await world.at.call(admin, "DELETE", `${CONFIG_MAPS}/asked`, {
      kind: "DeleteOptions",
      apiVersion: "v1",
      gracePeriodSeconds: 0,
    });
    const [made, changed, deleted] = world.questionsSince(from);
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
    expect(world.hook.seen.at(-1)?.url).toBe("/ask?timeout=10s");
  });

  test("come only for what rules and selectors select", async () => {
    await world.at.call(admin, "POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "picked", labels: { hooks: "on" } },
    });
    await world.configure(
      VALIDATING,
      world.webhook({
        namespaceSelector: { matchLabels: { hooks: "on" } },
        objectSelector: { matchLabels: { pick: "me" } },
      }),
    );
    const from = world.hook.seen.length;
    const labels = { metadata: { name: "x", labels: { pick: "me" } } };
    await world.create("other", labels);
    await world.at.call(admin, "POST", "/api/v1/namespaces/picked/configmaps", map("y"));
    await world.at.call(admin, "POST", "/api/v1/namespaces/picked/secrets", {
      metadata: { name: "s", labels: { pick: "me" } },
    });
    expect(world.questionsSince(from)).toEqual([]);
    await world.at.call(admin, "POST", "/api/v1/namespaces/picked/configmaps", map("x", labels));
    // An update that takes the label away is still asked about.
    await world.at.call(admin, "PATCH", "/api/v1/namespaces/picked/configmaps/x", { metadata: { labels: null } });
    expect(world.questionsSince(from).map(({ operation }) => operation)).toEqual(["CREATE", "UPDATE"]);
  });

  test("come only where match conditions hold; those that fail refuse, or keep the webhook out", async () => {
    const condition = (expression: string) => ({ matchConditions: [{ name: "c", expression }] });
    await world.configure(
      VALIDATING,
      world.webhook(condition("object.data.key == 'ask' && authorizer.requestResource.check('get').allowed()")),
    );
    const from = world.hook.seen.length;
    await world.create("unasked");
    await world.create("asked-about", { data: { key: "ask" } });
    expect(world.questionsSince(from).map(({ name }) => name)).toEqual(["asked-about"]);
    expect(refusal(await world.create("unknown", { data: { other: "x" } }))).toEqual([
      403,
      "Forbidden",
      `configmaps "unknown" is forbidden: expression 'object.data.key == 'ask' && authorizer.requestResource.check('get').allowed()' resulted in error: no such key: key`,
    ]);
    await world.at.call(admin, "PATCH", `${VALIDATING}/hooks`, {
      webhooks: [world.webhook({ ...condition("object.data.key == 'ask'"), failurePolicy: "Ignore" })],
    });
    expect((await world.create("unknown", { data: { other: "x" } })).status).toBe(201);
    const wrong = await world.at.call(admin, "PATCH", `${VALIDATING}/hooks`, {
      webhooks: [world.webhook(condition("1 + 1"))],
    });
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
    await world.configure(
      VALIDATING,
      world.webhook({ name: "equivalent.example.com", rules, matchPolicy: "Equivalent" }),
      world.webhook({
        name: "exact.example.com",
        rules,
        matchPolicy: "Exact",
        clientConfig: { url: `${world.hook.url}/exact`, caBundle: world.hook.caBundle },
      }),
    );
    const from = world.hook.seen.length;
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
    const { status } = await world.at.call(
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
    const [question, ...rest] = world.questionsSince(from);
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
    await world.configure(VALIDATING, world.webhook({ rules }));
    world.hook.answer((request) =>
      review(request, { allowed: false, status: { message: "no", code: 403, reason: "Forbidden" } }),
    );
    const from = world.hook.seen.length;
    const exec = await world.at.call(
      admin,
      "GET",
      "/api/v1/namespaces/default/pods/p/exec?command=sh&command=-c&stdin=true",
    );
    const eviction = await world.at.call(admin, "POST", "/api/v1/namespaces/default/pods/p/eviction", {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "p" },
    });
    expect([exec.status, eviction.status]).toEqual([403, 403]);
    const [first, second] = world.questionsSince(from);
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
    await world.at.call(admin, "POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
    const spec = { containers: [{ name: "main", image: "i" }] };
    await world.at.call(admin, "POST", pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "debugged" }, spec });
    const resources = ["pods/ephemeralcontainers", "pods/status"];
    await world.configure(
      VALIDATING,
      world.webhook({ rules: [{ operations: ["UPDATE"], apiGroups: [""], apiVersions: ["v1"], resources }] }),
    );
    const from = world.hook.seen.length;
    const ephemeralContainers = [{ name: "debug", image: "busybox" }];
    const added = await world.at.call(admin, "PATCH", `${pods}/debugged/ephemeralcontainers`, {
      spec: { ephemeralContainers },
    });
    const told = await world.at.call(admin, "PATCH", `${pods}/debugged/status`, { status: { phase: "Running" } });
    expect([added.status, told.status]).toEqual([200, 200]);
    const [first, second] = world.questionsSince(from);
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
    await world.at.call(admin, "POST", "/apis/apps/v1/namespaces/default/deployments", {
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
    await world.configure(MUTATING, world.webhook({ rules }));
    world.hook.answer(patching({ op: "replace", path: "/spec/replicas", value: 7 }));
    const from = world.hook.seen.length;
    const path = "/apis/apps/v1/namespaces/default/deployments/scaled";
    const { body } = await world.at.call(admin, "PATCH", `${path}/scale`, { spec: { replicas: 3 } });
    const [question] = world.questionsSince(from);
    expect([question.kind.kind, question.object.spec, question.oldObject.spec, body.spec]).toEqual([
      "Scale",
      { replicas: 3 },
      { replicas: 1 },
      { replicas: 7 },
    ]);
    expect((await world.at.call(admin, "GET", path)).body.spec.replicas).toBe(7);
  });
});
