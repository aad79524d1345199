// Authorizers other than roles, on a server in process: order, files, webhooks, reviews with selectors.
import { describe, expect, it } from "vitest";
import { createEnv, seededRandom, virtualClock } from "@skates/component-base";
import { ADMIN, type Caller, startTestServer, type TestServer } from "../node/testing.ts";
import type { WebhookDialer } from "../webhooks/webhook-target.ts";
import { abacAuthorizer } from "./abac.ts";
import { reviewSpec } from "./review-spec.ts";
import type { AuthorizerSetting } from "./settings.ts";
import { webhookAuthorizer } from "./webhook-authorizer.ts";

const signal = new AbortController().signal;
const jane = { name: "jane", groups: ["dev", "system:authenticated"] };
const janes: Caller = { user: { name: "jane", groups: ["dev"] } };
const PODS = "/api/v1/namespaces/default/pods";
const about = (part: object) => ({
  user: jane,
  verb: "list",
  resourceRequest: true,
  path: "",
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "default",
  name: "",
  ...part,
});

async function using<T>(
  settings: readonly AuthorizerSetting[],
  use: (server: TestServer) => Promise<T>,
  webhooks?: WebhookDialer,
): Promise<T> {
  const server = await startTestServer({ authorization: () => settings, webhooks });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

describe("a chain", () => {
  const statusOf = (settings: readonly AuthorizerSetting[], who: Caller = janes) =>
    using(settings, async (server) => {
      const { status, body } = await server.call(who, "GET", PODS);
      return [status, body.message];
    });

  it("asks in order, tells all reasons, and always lets masters in", async () => {
    expect(await statusOf([{ type: "RBAC" }, { type: "AlwaysAllow" }])).toEqual([200, undefined]);
    expect(await statusOf([{ type: "AlwaysDeny" }, { type: "ABAC", policies: "" }])).toEqual([
      403,
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default": Everything is forbidden.\nNo policy matched.',
    ]);
    expect((await statusOf([{ type: "AlwaysDeny" }], { user: ADMIN }))[0]).toBe(200);
  });

  it("changes with its settings", async () => {
    let settings: readonly AuthorizerSetting[] = [{ type: "AlwaysDeny" }];
    const server = await startTestServer({ authorization: () => settings });
    const before = (await server.call(janes, "GET", PODS)).status;
    settings = [{ type: "AlwaysAllow" }];
    expect([before, (await server.call(janes, "GET", PODS)).status]).toEqual([403, 200]);
    await server.stop();
  });

  it("lists the rules of all, and says when that is not everything", async () => {
    const policies =
      '{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"jane","namespace":"default","resource":"pods","readonly":true,"nonResourcePath":"/x*"}}';
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace: "default" },
    };
    const webhook: AuthorizerSetting = { ...WEBHOOK, type: "Webhook" };
    const status = await using([{ type: "ABAC", policies }, webhook], async (server) => {
      const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
      return (await server.call({ user: { ...ADMIN, name: "jane" } }, "POST", path, review)).body.status;
    });
    expect(status).toEqual({
      resourceRules: [{ verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["pods"] }],
      nonResourceRules: [{ verbs: ["get", "list", "watch"], nonResourceURLs: ["/x*"] }],
      incomplete: true,
      evaluationError: "webhook authorizer does not support user rule resolution",
    });
  });
});

describe("policies in a file", () => {
  const v1 = (spec: object) =>
    JSON.stringify({ apiVersion: "abac.authorization.kubernetes.io/v1beta1", kind: "Policy", spec });
  const decide = async (policies: string, part: object = {}) =>
    (await abacAuthorizer(policies).authorize(about(part), signal)).decision;

  it.each([
    [v1({ user: "jane", namespace: "*", resource: "*", apiGroup: "*" }), {}, "allow"],
    [v1({ user: "jane", namespace: "other", resource: "*", apiGroup: "*" }), {}, "no opinion"],
    [v1({ user: "jane", group: "ops", namespace: "*", resource: "*", apiGroup: "*" }), {}, "no opinion"],
    [v1({ group: "dev", namespace: "default", resource: "pods" }), {}, "allow"],
    [v1({ group: "dev", namespace: "default", resource: "pods", readonly: true }), { verb: "create" }, "no opinion"],
    [v1({ namespace: "*", resource: "*", apiGroup: "*" }), {}, "no opinion"],
    [v1({ user: "*", nonResourcePath: "/healthz*" }), { resourceRequest: false, path: "/healthz/x" }, "allow"],
    [v1({ user: "*", nonResourcePath: "/healthz" }), { resourceRequest: false, path: "/healthz/x" }, "no opinion"],
    ["# a comment\n\n{}", {}, "allow"],
    ['{"user":"jane","resource":"pods"}', { group: "apps" }, "allow"],
    ['{"user":"joe"}', {}, "no opinion"],
  ])("%s decides %j: %s", async (policies, part, expected) => {
    expect(await decide(policies, part)).toBe(expected);
  });

  it.each([
    ["{", "line 1 is no JSON"],
    ['{}\n{"apiVersion":"v1"}', "line 2 is no Policy"],
    [v1({ user: 1 }), "line 1: user is no text"],
  ])("%j is refused", (policies, message) => {
    expect(() => abacAuthorizer(policies)).toThrow(message);
  });
});

const WEBHOOK = {
  name: "hook",
  target: { url: "https://hook/authz" },
  version: "v1",
  timeoutMs: 1000,
  authorizedMs: 60_000,
  unauthorizedMs: 0,
  onError: "no opinion",
} as const;

describe("a webhook", () => {
  const answering = (status: unknown, asked: unknown[] = []) =>
    webhookAuthorizer({
      ...WEBHOOK,
      ...env,
      call: async (review) => {
        asked.push(review);
        if (status === undefined) throw new Error("connection refused");
        return { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", status };
      },
    });
  const env = createEnv({ clock: virtualClock(), random: seededRandom(1) });

  it.each([
    [
      { allowed: true, reason: "r" },
      { decision: "allow", reason: "r" },
    ],
    [
      { allowed: false, reason: "r" },
      { decision: "no opinion", reason: "r" },
    ],
    [
      { denied: true, reason: "r" },
      { decision: "deny", reason: "r" },
    ],
    [undefined, { decision: "no opinion", reason: "", error: "connection refused" }],
    [
      { allowed: true, denied: true },
      {
        decision: "deny",
        reason: "",
        error: "webhook subject access review returned both allow and deny response",
      },
    ],
  ])("that answers %j decides %j", async (status, decision) => {
    expect(await answering(status).authorize(about({}), signal)).toEqual(decision);
  });

  it("is told everything, selectors too, and is asked once while its answer is kept", async () => {
    const asked: unknown[] = [];
    const webhook = answering({ allowed: true }, asked);
    const question = about({ fieldSelector: "spec.nodeName=n1,a!=b", labelSelector: "a,b in (c,d),!e" });
    await webhook.authorize(question, signal);
    await webhook.authorize(question, signal);
    expect(JSON.parse(JSON.stringify(asked))).toEqual([
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        metadata: {},
        spec: {
          user: "jane",
          groups: ["dev", "system:authenticated"],
          resourceAttributes: {
            namespace: "default",
            verb: "list",
            version: "v1",
            resource: "pods",
            fieldSelector: {
              requirements: [
                { key: "a", operator: "NotIn", values: ["b"] },
                { key: "spec.nodeName", operator: "In", values: ["n1"] },
              ],
            },
            labelSelector: {
              requirements: [
                { key: "a", operator: "Exists" },
                { key: "b", operator: "In", values: ["c", "d"] },
                { key: "e", operator: "DoesNotExist" },
              ],
            },
          },
        },
      },
    ]);
    expect(reviewSpec(about({ fieldSelector: "broken" })).resourceAttributes?.fieldSelector).toBe(undefined);
  });

  it("whose failure denies makes a request fail, also where roles would allow it", async () => {
    const dial: WebhookDialer = () => async () => ({
      status: 403,
      headers: {},
      body: { kind: "bytes", mediaType: "application/json", chunks: [new TextEncoder().encode("{}")] },
    });
    const settings: readonly AuthorizerSetting[] = [
      { ...WEBHOOK, type: "Webhook", onError: "deny" },
      { type: "AlwaysAllow" },
    ];
    const answer = await using(settings, (server) => server.call(janes, "GET", PODS), dial);
    expect([answer.status, answer.body.message]).toEqual([500, expect.stringMatching(/^Internal error occurred: /)]);
    const [, allow] = settings;
    const open = [{ ...WEBHOOK, type: "Webhook" as const }, ...(allow === undefined ? [] : [allow])];
    expect((await using(open, (server) => server.call(janes, "GET", PODS), dial)).status).toBe(200);
  });
});

describe("a review", () => {
  const asked: Record<string, unknown>[] = [];
  const review = (resourceAttributes: object) =>
    using([{ type: "AlwaysAllow" }], async (server) => {
      const { status, body } = await server.call(
        janes,
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes: { verb: "list", resource: "pods", ...resourceAttributes } },
        },
      );
      asked.push(body);
      return status === 201 ? body.status : body.message;
    });

  it.each([
    [{ fieldSelector: { rawSelector: "a=b" } }, { allowed: true }],
    [
      { fieldSelector: { rawSelector: "a=b", requirements: [{ key: "a", operator: "In", values: ["b"] }] } },
      /spec\.resourceAttributes\.fieldSelector\.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements/,
    ],
    [
      { labelSelector: {} },
      /labelSelector\.requirements: Required value: when spec\.resourceAttributes\.labelSelector is specified/,
    ],
    [
      {
        labelSelector: {
          requirements: [
            { key: "", operator: "In" },
            { key: "a", operator: "Exists", values: ["b"] },
          ],
        },
      },
      /requirements\[0\]\.key: Required value.*requirements\[0\]\.values: Required value.*requirements\[1\]\.values: Forbidden/,
    ],
    [
      { labelSelector: { requirements: [{ key: "a", operator: "Gt", values: ["1"] }] } },
      /not a valid selector operator/,
    ],
  ])("with selectors %j", async (attributes, expected) => {
    const status = await review(attributes);
    if (expected instanceof RegExp) expect(status).toMatch(expected);
    else expect(status).toEqual(expected);
  });
});
