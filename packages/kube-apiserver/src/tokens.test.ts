// Tokens of service accounts: what they say, whom they let in, and when they end.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Caller, ISSUER, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
let at: TestServer;
const post = (path: string, body: unknown) => at.call(admin, "POST", path, body);
const request = (spec: object) => ({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec });
const TOKEN = "/api/v1/namespaces/default/serviceaccounts/robot/token";
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
const whoAmI = async (token: string) =>
  await at.call({ token }, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
  });
let account: { uid: string };
let podUid = "";

beforeAll(async () => {
  at = await startTestServer();
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  account = (await post(accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } })).body
    .metadata;
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } };
  await post("/api/v1/nodes", node);
  const spec = { serviceAccountName: "robot", nodeName: "n1", containers: [{ name: "c", image: "i" }] };
  const made = await post("/api/v1/namespaces/default/pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec,
  });
  podUid = made.body.metadata.uid;
});
afterAll(() => at.stop());

describe("a token", () => {
  it("names the account and lets it in, to almost nothing", async () => {
    const { status, body } = await post(TOKEN, request({ expirationSeconds: 900 }));
    expect(status).toBe(201);
    expect(body.spec).toMatchObject({ audiences: [ISSUER], expirationSeconds: 900 });
    const claims = claimsOf(body.status.token);
    expect(claims).toMatchObject({
      iss: ISSUER,
      sub: "system:serviceaccount:default:robot",
      aud: [ISSUER],
      "kubernetes.io": { namespace: "default", serviceaccount: { name: "robot", uid: account.uid } },
    });
    expect(claims.exp - claims.iat).toBe(900);
    expect(new Date(body.status.expirationTimestamp).getTime() / 1000).toBe(claims.exp);
    expect((await whoAmI(body.status.token)).body.status.userInfo).toEqual({
      username: "system:serviceaccount:default:robot",
      uid: account.uid,
      groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`] },
    });
    expect((await at.call({ token: body.status.token }, "GET", "/api/v1/namespaces/default/pods")).status).toBe(403);
    expect((await at.call({ token: body.status.token }, "GET", "/apis")).status).toBe(200);
    expect((await at.call({ token: body.status.token }, "GET", "/openid/v1/jwks")).status).toBe(200);
  });

  it("for a pod's volume ends after an hour, and names the pod and its node", async () => {
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "p", uid: podUid };
    const { body } = await post(TOKEN, request({ expirationSeconds: 3607, boundObjectRef }));
    const claims = claimsOf(body.status.token);
    expect([claims.exp - claims.iat, claims["kubernetes.io"].warnafter]).toEqual([3607, undefined]);
    expect(claims["kubernetes.io"]).toMatchObject({ pod: { name: "p", uid: podUid }, node: { name: "n1" } });
    expect(new Date(body.status.expirationTimestamp).getTime() / 1000 - claims.iat).toBe(3607);
    const { extra } = (await whoAmI(body.status.token)).body.status.userInfo;
    expect(extra["authentication.kubernetes.io/pod-name"]).toEqual(["p"]);
    expect(extra["authentication.kubernetes.io/node-name"]).toEqual(["n1"]);
  });

  it("for another audience is none of the API's, but a review that asks for that audience accepts it", async () => {
    const { body } = await post(TOKEN, request({ audiences: ["vault"] }));
    const { token } = body.status;
    expect((await whoAmI(token)).status).toBe(401);
    const review = (audiences: string[]) =>
      post("/apis/authentication.k8s.io/v1/tokenreviews", {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token, audiences },
      });
    expect((await review(["vault", "x"])).body.status).toMatchObject({ authenticated: true, audiences: ["vault"] });
    expect((await review(["x"])).body.status.error).toContain("invalid for the target audiences");
  });

  it("ends with the pod or the account it is bound to", async () => {
    const spec = { serviceAccountName: "brief", containers: [{ name: "c", image: "i" }] };
    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    await post(accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "brief" } });
    await post("/api/v1/namespaces/default/pods", { apiVersion: "v1", kind: "Pod", metadata: { name: "q" }, spec });
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "q" };
    const bound = (await post(`${accounts}/brief/token`, request({ boundObjectRef }))).body.status.token;
    const free = (await post(`${accounts}/brief/token`, request({}))).body.status.token;
    expect([(await whoAmI(bound)).status, (await whoAmI(free)).status]).toEqual([201, 201]);
    await at.call(admin, "DELETE", "/api/v1/namespaces/default/pods/q");
    expect([(await whoAmI(bound)).status, (await whoAmI(free)).status]).toEqual([401, 201]);
    await at.call(admin, "DELETE", `${accounts}/brief`);
    expect((await whoAmI(free)).status).toBe(401);
    await post(accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "brief" } });
    expect((await whoAmI(free)).status).toBe(401);
  });

  it("with a changed letter is refused", async () => {
    const { token } = (await post(TOKEN, request({}))).body.status;
    const [head, payload, signature = ""] = token.split(".");
    const other = signature.startsWith("A") ? "B" : "A";
    expect((await whoAmI(`${head}.${payload}.${other}${signature.slice(1)}`)).status).toBe(401);
  });
});

it.each([
  ["too short a life", { expirationSeconds: 60 }, 422, "may not specify a duration less than 10 minutes"],
  [
    "another pod's account",
    { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "other" } },
    422,
    "serviceaccount name",
  ],
  [
    "another pod of that name",
    { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p", uid: "gone" } },
    409,
    "does not match the UID in record",
  ],
  ["no such pod", { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "none" } }, 404, 'pods "none" not found'],
])("refuses a request with %s", async (_what, spec, code, text) => {
  await post("/api/v1/namespaces/default/serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default" },
  });
  const other = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "other" },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
  await post("/api/v1/namespaces/default/pods", other);
  const { status, body } = await post(TOKEN, request(spec));
  expect([status, body.message]).toEqual([code, expect.stringContaining(text)]);
});
