// Priority and fairness on a server in this process: headers, refusals, what the API says of it, and what it puts back.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "../node/testing.ts";

const API = "/apis/flowcontrol.apiserver.k8s.io/v1";
const admin: Caller = { user: ADMIN };
let at: TestServer;
const get = async (path: string, as = admin) => await at.call(as, "GET", path);
const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { interval: 20, timeout: 5_000 });

beforeAll(async () => {
  at = await startTestServer({ limits: { readingInFlight: 10, writingInFlight: 10 } });
  await eventually(async () => expect((await get(`${API}/flowschemas`)).body.items.length).toBe(11));
});
afterAll(async () => await at.stop());

it("has upstream's levels and schemas, none of which dangles", async () => {
  const names = (body: { items: { metadata: { name: string } }[] }) => body.items.map(({ metadata }) => metadata.name);
  expect(names((await get(`${API}/prioritylevelconfigurations`)).body)).toEqual([
    "catch-all",
    "exempt",
    "global-default",
    "leader-election",
    "node-high",
    "system",
    "workload-high",
    "workload-low",
  ]);
  await eventually(async () => {
    const { body } = await get(`${API}/flowschemas`);
    const dangling = body.items.map(
      (item: { status: { conditions: { status: string }[] } }) => item.status.conditions[0]?.status,
    );
    expect(new Set(dangling)).toEqual(new Set(["False"]));
  });
});

it("puts back what is mandatory, repairs what is kept, and leaves alone what an administrator took over", async () => {
  await at.call(admin, "DELETE", `${API}/flowschemas/catch-all`);
  await at.call(admin, "PATCH", `${API}/prioritylevelconfigurations/system`, {
    spec: { limited: { nominalConcurrencyShares: 1 } },
  });
  await at.call(admin, "PATCH", `${API}/prioritylevelconfigurations/node-high`, {
    metadata: { annotations: { "apf.kubernetes.io/autoupdate-spec": "false" } },
    spec: { limited: { nominalConcurrencyShares: 7 } },
  });
  await eventually(async () => {
    expect((await get(`${API}/flowschemas/catch-all`)).status).toBe(200);
    const { body } = await get(`${API}/prioritylevelconfigurations/system`);
    expect(body.spec.limited.nominalConcurrencyShares).toBe(30);
  });
  const { body } = await get(`${API}/prioritylevelconfigurations/node-high`);
  expect(body.spec.limited.nominalConcurrencyShares).toBe(7);
});

it("a flow schema that leads nowhere says so", async () => {
  await at.call(admin, "POST", `${API}/flowschemas`, {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "FlowSchema",
    metadata: { name: "lost" },
    spec: { priorityLevelConfiguration: { name: "nowhere" }, matchingPrecedence: 5 },
  });
  await eventually(async () => {
    const { body } = await get(`${API}/flowschemas/lost`);
    expect(body.status.conditions).toMatchObject([{ type: "Dangling", status: "True", reason: "NotFound" }]);
  });
});

it("refuses with 429 what is beyond a level that does not queue, and serves others meanwhile", async () => {
  const limited = {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "PriorityLevelConfiguration",
    metadata: { name: "tiny" },
    spec: {
      type: "Limited",
      limited: { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: "Reject" } },
    },
  };
  const schema = {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "FlowSchema",
    metadata: { name: "eve" },
    spec: {
      priorityLevelConfiguration: { name: "tiny" },
      matchingPrecedence: 3,
      rules: [
        {
          subjects: [{ kind: "User", user: { name: "eve" } }],
          resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true }],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        },
      ],
    },
  };
  expect((await at.call(admin, "POST", `${API}/prioritylevelconfigurations`, limited)).status).toBe(201);
  expect((await at.call(admin, "POST", `${API}/flowschemas`, schema)).status).toBe(201);
  const eve: Caller = { user: { name: "eve", groups: [] } };
  await eventually(async () => {
    expect(await get("/version", eve)).toMatchObject({
      status: 429,
      body: { reason: "TooManyRequests", message: "too many requests, please try again later" },
    });
  });
  expect((await get("/version", { user: { name: "ann", groups: [] } })).status).toBe(200);
});

it("names schema and level in each answer, and shows its tables to administrators", async () => {
  const response = await at.server.handler({
    method: "GET",
    path: "/version",
    query: new URLSearchParams(),
    headers: {},
    body: { kind: "none" },
    peer: {
      tls: {
        remoteAddress: "",
        certificate: { commonName: "ann", organizations: [], serialNumber: "1", fingerprint: "", notAfterMs: 1e15 },
      },
    },
    signal: new AbortController().signal,
  });
  const { body: schema } = await get(`${API}/flowschemas/global-default`);
  const { body: level } = await get(`${API}/prioritylevelconfigurations/global-default`);
  expect(response.headers).toMatchObject({
    "x-kubernetes-pf-flowschema-uid": schema.metadata.uid,
    "x-kubernetes-pf-prioritylevel-uid": level.metadata.uid,
  });
  const { body: table } = await get("/debug/api_priority_and_fairness/dump_priority_levels");
  expect(table).toMatch(/^PriorityLevelName, +ActiveQueues, +IsIdle, /);
  expect(table).toMatch(/\nglobal-default, +0, +true, +false, +0, +0, +\d+, +0, +0, +0\n/);
  expect(
    (await get("/debug/api_priority_and_fairness/dump_queues", { user: { name: "ann", groups: [] } })).status,
  ).toBe(403);
});

it("who writes once is answered before most of what somebody else had sent earlier", async () => {
  const caller = (name: string): Caller => ({ user: { name, groups: ["system:authenticated"] } });
  const roomy = await startTestServer(); // with seats for all
  const schemas = async () => (await roomy.call(admin, "GET", `${API}/flowschemas`)).body.items.length;
  await eventually(async () => expect(await schemas()).toBe(11));
  await roomy.call(admin, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    metadata: { name: "writers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: ["flooder", "calm"].map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "User", name })),
  });
  const answered: string[] = [];
  const write = async (user: string, name: string): Promise<void> => {
    const path = "/api/v1/namespaces/default/configmaps";
    const { status } = await roomy.call(caller(user), "POST", path, { metadata: { name } });
    answered.push(`${user} ${status}`);
  };
  await Promise.all([...Array.from({ length: 20 }, (_, i) => write("flooder", `flood-${i}`)), write("calm", "calm")]);
  expect(new Set(answered)).toEqual(new Set(["flooder 201", "calm 201"]));
  expect(answered.indexOf("calm 201")).toBeLessThan(5);
  await roomy.stop();
});
