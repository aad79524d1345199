// PodSecurity on a server: enforcement, warnings, templates, ephemeral containers, labels that change, exemptions.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "../../node/testing.ts";

const admin: Caller = { user: ADMIN };
const joe: Caller = { user: { name: "joe", groups: ["system:masters"] } };
const CONFIGURATION = JSON.stringify({
  apiVersion: "pod-security.admission.config.k8s.io/v1",
  kind: "PodSecurityConfiguration",
  exemptions: { usernames: ["joe"], namespaces: ["exempt"], runtimeClasses: ["kata"] },
});
const host = { hostNetwork: true };
const REFUSED = 'pods "host" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)';
let at: TestServer;
/** What the audit log would have of the last request. */
let notes: ReadonlyMap<string, string> = new Map();
const template = (spec: object = {}) => ({ containers: [{ name: "main", image: "busybox" }], ...spec });
const pod = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: template(spec),
});
const namespace = (name: string, labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name,
    labels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [`pod-security.kubernetes.io/${k}`, v])),
  },
});
const post = (path: string, body: unknown, as = admin) => at.call(as, "POST", `/api/v1/${path}`, body);
async function make(name: string, labels: Record<string, string>): Promise<void> {
  await post("namespaces", namespace(name, labels));
  await post(`namespaces/${name}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default" },
  });
}

beforeAll(async () => {
  const configurations = new Map([["PodSecurity", CONFIGURATION]]);
  at = await startTestServer({
    admission: { enable: [], disable: [], configurations },
    audit: () => ({
      stage: (next) => async (context) => {
        if (context.route.resource === "pods") notes = context.annotations;
        return await next(context);
      },
      unauthenticated: () => undefined,
    }),
  });
  await make("audited", { audit: "baseline" });
  await make("baseline", { enforce: "baseline" });
  await make("warned", { warn: "baseline" });
  await make("open", {});
  await make("exempt", { enforce: "restricted" });
});
afterAll(() => at.stop());

describe("pods", () => {
  it("are refused by what is enforced, warned of by what is not", async () => {
    expect((await post("namespaces/baseline/pods", pod("good"))).status).toBe(201);
    const { status, body } = await post("namespaces/baseline/pods", pod("host", host));
    expect({ status, message: body.message, reason: body.reason }).toEqual({
      status: 403,
      message: REFUSED,
      reason: "Forbidden",
    });
    const warned = await post("namespaces/warned/pods", pod("host", host));
    expect([warned.status, warned.warnings]).toEqual([
      201,
      ['would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'],
    ]);
  });

  it("stay as they are, but get no forbidden containers later", async () => {
    const path = "/api/v1/namespaces/baseline/pods/good";
    expect((await at.call(admin, "PATCH", path, { metadata: { labels: { a: "b" } } })).status).toBe(200);
    const debug = (context: object) => ({
      spec: { ephemeralContainers: [{ name: "d", image: "x", securityContext: context }] },
    });
    const refused = await at.call(admin, "PATCH", `${path}/ephemeralcontainers`, debug({ privileged: true }));
    expect(refused.body.message).toBe(
      'pods "good" is forbidden: violates PodSecurity "baseline:latest": privileged (container "d" must not set securityContext.privileged=true)',
    );
    expect((await at.call(admin, "PATCH", `${path}/ephemeralcontainers`, debug({}))).status).toBe(200);
  });

  it("of exempt users and namespaces are any", async () => {
    expect((await post("namespaces/baseline/pods", pod("by-joe", host), joe)).status).toBe(201);
    expect((await post("namespaces/exempt/pods", pod("host", host))).status).toBe(201);
  });
});

const podSecurityNotes = () => Object.fromEntries([...notes].filter(([key]) => key.startsWith("pod-security")));

it("notes go into the audit log", async () => {
  expect((await post("namespaces/audited/pods", pod("host", host))).status).toBe(201);
  expect(podSecurityNotes()).toEqual({
    "pod-security.kubernetes.io/enforce-policy": "privileged:latest",
    "pod-security.kubernetes.io/audit-violations":
      'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  });
  await post("namespaces/exempt/pods", pod("other", host));
  expect(podSecurityNotes()).toEqual({ "pod-security.kubernetes.io/exempt": "namespace" });
});

it("templates bring warnings only", async () => {
  const answer = await at.call(admin, "POST", "/apis/apps/v1/namespaces/baseline/deployments", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d" },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: template(host) },
    },
  });
  expect([answer.status, answer.warnings]).toEqual([
    201,
    ['would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'],
  ]);
});

describe("labels of a namespace", () => {
  it("must be readable when they change", async () => {
    const { status, body } = await post("namespaces", namespace("bad", { enforce: "strict" }));
    expect([status, body.message]).toEqual([
      422,
      'Namespace "bad" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    ]);
  });

  it("warn of pods that are there when they are tightened", async () => {
    for (const name of ["p2", "p1"]) await post("namespaces/open/pods", pod(name, host));
    const labels = { "pod-security.kubernetes.io/enforce": "baseline" };
    const answer = await at.call(admin, "PATCH", "/api/v1/namespaces/open", { metadata: { labels } });
    expect([answer.status, answer.warnings]).toEqual([
      200,
      [
        'existing pods in namespace "open" violate the new PodSecurity enforce level "baseline:latest"',
        "p1 (and 1 other pod): host namespaces",
      ],
    ]);
    const relaxed = { "pod-security.kubernetes.io/enforce": "privileged" };
    const back = await at.call(admin, "PATCH", "/api/v1/namespaces/open", { metadata: { labels: relaxed } });
    expect(back.warnings).toBeUndefined();
  });

  it("are said to be ignored in exempt namespaces", async () => {
    const labels = {
      "pod-security.kubernetes.io/enforce": "baseline",
      "pod-security.kubernetes.io/enforce-version": "v1.30",
    };
    const answer = await at.call(admin, "PATCH", "/api/v1/namespaces/exempt", { metadata: { labels } });
    expect(answer.warnings).toEqual([
      'namespace "exempt" is exempt from Pod Security, and the policy (enforce=baseline:v1.30) will be ignored',
    ]);
  });
});
