// What the audit log says of requests to a real server in this process, by level and stage.
import type { Policy } from "@skates/api/audit/v1";
import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { afterEach, expect, it } from "vitest";
import { ADMIN, type Caller, peerOf, startTestServer, type TestServer } from "../node/testing.ts";
import type { AuditEvent, AuditSink } from "./audit-event.ts";
import { auditPolicy } from "./audit-policy.ts";
import { auditor } from "./audit-stage.ts";
import { truncating } from "./truncated.ts";

const admin: Caller = { user: ADMIN };
let events: AuditEvent[] = [];
let at: TestServer | undefined;

async function start(rules: NonNullable<Policy["rules"]>, sink: Partial<AuditSink> = {}): Promise<TestServer> {
  events = [];
  const taking: AuditSink = {
    name: "test",
    take: (event) => {
      events.push(event);
      return true;
    },
    run: () => Promise.resolve(),
    ...sink,
  };
  at = await startTestServer({
    audit: (registry) =>
      auditor({
        policy: auditPolicy({ kind: "Policy", apiVersion: "audit.k8s.io/v1", rules }),
        sinks: [taking],
        findResource: (_, kind) => registry.resources().find((known) => known.kind === kind),
        clock: systemClock(),
        random: seededRandom(1),
      }),
  });
  events = [];
  return at;
}
afterEach(async () => await at?.stop());

const configMap = (name: string, data: object = { a: "b" }) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});
const MAPS = "/api/v1/namespaces/default/configmaps";
const onMaps = (level: string) => ({ level, resources: [{ group: "", resources: ["configmaps"] }], users: ["admin"] });

it("at Metadata: both stages of a create, who, what, from where, and with which right", async () => {
  const server = await start([onMaps("Metadata")]);
  await server.call(admin, "POST", `${MAPS}?fieldManager=x`, configMap("one"));
  const common = {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    requestURI: `${MAPS}?fieldManager=x`,
    verb: "create",
    user: {
      username: "admin",
      groups: ["system:masters", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=f1"] },
    },
    sourceIPs: ["127.0.0.1"],
    userAgent: "test/1",
    requestReceivedTimestamp: expect.stringMatching(/^20.*\.\d{6}Z$/),
    stageTimestamp: expect.stringMatching(/^20.*\.\d{6}Z$/),
  };
  const ref = { resource: "configmaps", namespace: "default", apiVersion: "v1" };
  expect(events.map((event) => JSON.parse(JSON.stringify(event)))).toEqual([
    { ...common, stage: "RequestReceived", objectRef: ref },
    {
      ...common,
      stage: "ResponseComplete",
      objectRef: { ...ref, name: "one" },
      responseStatus: { metadata: {}, code: 201 },
      annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": expect.any(String) },
    },
  ]);
  expect(events[0]?.auditID).toBe(events[1]?.auditID);
});

it("at Request: what was sent; at RequestResponse: the answer too, lists whole, without managed fields where so asked", async () => {
  const server = await start([
    { ...onMaps("Request"), verbs: ["create"] },
    { ...onMaps("RequestResponse"), omitManagedFields: true },
  ]);
  await server.call(admin, "POST", MAPS, configMap("one"));
  await server.call(admin, "PATCH", `${MAPS}/one`, { data: { c: "d" } });
  await server.call(admin, "GET", MAPS);
  const [created, patched, listed] = events.filter(({ stage }) => stage === "ResponseComplete");
  expect(created).toMatchObject({ requestObject: configMap("one") });
  expect(created).not.toHaveProperty("responseObject", expect.anything());
  expect(patched).toMatchObject({ requestObject: { data: { c: "d" } }, responseObject: { data: { a: "b", c: "d" } } });
  expect(patched?.responseObject).not.toHaveProperty("metadata.managedFields", expect.anything());
  expect(listed).toMatchObject({
    verb: "list",
    responseObject: {
      kind: "ConfigMapList",
      items: expect.arrayContaining([expect.objectContaining({ data: { a: "b", c: "d" } })]),
    },
  });
});

it("refusals say why, and impersonation names both", async () => {
  const server = await start([{ level: "Metadata", resources: [{ group: "", resources: ["configmaps"] }] }]);
  await server.call({ user: { name: "eve", groups: [] } }, "GET", `${MAPS}/one`);
  const refused = events.at(-1);
  expect(refused).toMatchObject({
    user: { username: "eve" },
    responseStatus: {
      status: "Failure",
      reason: "Forbidden",
      code: 403,
      message: expect.stringContaining('User "eve"'),
    },
    annotations: { "authorization.k8s.io/decision": "forbid" },
  });
  await server.server.handler({
    method: "GET",
    path: `${MAPS}/none`,
    query: new URLSearchParams(),
    headers: { "impersonate-user": "bob", "audit-id": "mine", "x-forwarded-for": "192.0.2.7" },
    body: { kind: "none" },
    peer: peerOf({ user: ADMIN }),
    signal: new AbortController().signal,
  });
  expect(events.at(-1)).toMatchObject({
    auditID: "mine",
    user: { username: "admin" },
    impersonatedUser: { username: "bob" },
    sourceIPs: ["192.0.2.7", "127.0.0.1"],
    responseStatus: { code: 403 },
  });
});

it("a request whose sender is not known is logged, without its token", async () => {
  const server = await start([{ level: "Metadata" }]);
  await server.call({ token: "not.a.token" }, "GET", MAPS);
  const about = events.filter(({ requestURI }) => requestURI === MAPS);
  expect(about).toMatchObject([
    {
      stage: "ResponseStarted",
      user: { username: "" },
      responseStatus: { code: 401, message: "Authentication failed, attempted: bearer" },
    },
  ]);
  expect(JSON.stringify(about)).not.toContain("not.a.token");
});

it("says with which credentials somebody tried in vain, if any", async () => {
  const server = await start([{ level: "Metadata" }]);
  await server.call("nobody", "GET", `${MAPS}/none`);
  await server.server.handler({
    method: "GET",
    path: `${MAPS}/x509`,
    query: new URLSearchParams(),
    headers: { authorization: "Basic YTpi" },
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "127.0.0.1", certificateFailure: "certificate has expired" } },
    signal: new AbortController().signal,
  });
  const messages = events
    .filter(({ stage, requestURI }) => stage === "ResponseStarted" && requestURI.startsWith(`${MAPS}/`))
    .map(({ responseStatus }) => responseStatus?.["message"]);
  expect(messages).toEqual([
    "Authentication failed, no credentials provided",
    "Authentication failed, attempted: basic, x509",
  ]);
});

it("a watch tells of its start and of its end", async () => {
  const server = await start([{ ...onMaps("Metadata"), verbs: ["watch"] }]);
  await server.call(admin, "POST", MAPS, configMap("one"));
  await server.call(admin, "GET", `${MAPS}?watch=true&timeoutSeconds=1`);
  expect(events.map(({ stage, responseStatus }) => [stage, responseStatus?.["code"]])).toEqual([
    ["RequestReceived", undefined],
    ["ResponseStarted", 200],
    ["ResponseComplete", 200],
  ]);
});

it("what a strict sink does not take is not carried out", async () => {
  const server = await start([onMaps("Metadata")], { take: (event) => event.stage !== "RequestReceived" });
  const answer = await server.call(admin, "POST", MAPS, configMap("never"));
  expect(answer).toMatchObject({ status: 500, body: { message: "failed to store audit event" } });
  expect((await server.call({ user: { name: "x", groups: ["system:masters"] } }, "GET", `${MAPS}/never`)).status).toBe(
    404,
  );
});

it("events that are too long lose their objects and say so", () => {
  const taken: AuditEvent[] = [];
  const sink: AuditSink = {
    name: "t",
    take: (event) => {
      taken.push(event);
      return true;
    },
    run: () => Promise.resolve(),
  };
  let lost = 0;
  const short = truncating(sink, 400, (count) => (lost += count));
  const event = (more: Partial<AuditEvent>): AuditEvent => ({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Request",
    auditID: "1",
    stage: "ResponseComplete",
    requestURI: "/",
    verb: "get",
    user: { username: "a" },
    requestReceivedTimestamp: "",
    stageTimestamp: "",
    ...more,
  });
  short.take(event({ requestObject: { a: "b" } }));
  short.take(event({ requestObject: { a: "b".repeat(500) } }));
  short.take(event({ requestURI: "/".repeat(500) }));
  expect(taken.map(({ requestObject, annotations }) => ({ requestObject, annotations }))).toEqual([
    { requestObject: { a: "b" }, annotations: undefined },
    { requestObject: undefined, annotations: { "audit.k8s.io/truncated": "true" } },
  ]);
  expect(lost).toBe(1);
});
