// Each kind of credential over TLS against the real chain, with an OpenID issuer and webhooks that the test serves itself.
import { createPrivateKey, createPublicKey } from "node:crypto";
import { request as httpsRequest } from "node:https";
import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { loggerTo, seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import {
  type AuthorizerSetting,
  Issuers,
  readAuthenticationConfiguration,
  REQUEST_HEADERS,
} from "@skates/kube-apiserver";
import { issuerKeys, webhookDialer } from "@skates/kube-apiserver/node";
import type { KeyPair } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { type ServingHandle, serveHandler } from "@skates/transport/node";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, ISSUER, startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { type TestingPki, testingPki } from "../../packages/transport/src/node/server-testing.ts";

const clock = systemClock();
const nowSeconds = (): number => Math.floor(clock.nowMs() / 1000);
const listening: ServingHandle[] = [];
let pki: TestingPki;
let front: TestingPki;
let at: TestServer;
let api: ServingHandle;
let issuer: ServingHandle;
let issuerUrl = "";
let signing: { readonly privateKey: string; readonly publicKey: string };
let authorizers: readonly AuthorizerSetting[] = [{ type: "Node" }, { type: "RBAC" }];
/** What the authorization webhook answers, and what it was asked. */
let verdict: object = {};
const asked: any[] = [];

const json = (value: unknown, status = 200): ApiResponse => ({
  status,
  headers: {},
  body: { kind: "bytes", mediaType: "application/json", chunks: [Buffer.from(JSON.stringify(value))] },
});

async function serve(handler: Handler, clientCas: readonly string[] = [], frontProxyCas: readonly string[] = []) {
  const served = await serveHandler({
    handler,
    tls: { ...pki.server, clientCas, frontProxyCas },
    address: "127.0.0.1",
    port: 0,
    clock,
    log: loggerTo(() => undefined),
  });
  listening.push(served);
  return served;
}

const openid: Handler = async (request) => {
  if (request.path === "/.well-known/openid-configuration")
    return json({ issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` });
  const jwk = await exportJWK(createPublicKey(signing.publicKey));
  return json({ keys: [{ ...jwk, use: "sig", kid: "k1", alg: "ES256" }] });
};

const hooks: Handler = async (request: ApiRequest) => {
  const body = request.body.kind === "bytes" ? await request.body.read(1e6) : new Uint8Array();
  const review = JSON.parse(Buffer.from(body).toString());
  asked.push(review);
  if (review.kind === "SubjectAccessReview") return json({ ...review, status: verdict });
  const known = review.spec.token === "opaque";
  return json({
    ...review,
    status: known ? { authenticated: true, user: { username: "hooked", groups: ["hook"] } } : { authenticated: false },
  });
};

beforeAll(async () => {
  [pki, front] = await Promise.all([testingPki(), testingPki()]);
  signing = await nodePki({ clock, random: seededRandom(7) }).createTokenKey();
  issuer = await serve(openid);
  issuerUrl = `https://127.0.0.1:${issuer.port}`;
  const hook = await serve(hooks);
  const target = { url: `https://127.0.0.1:${hook.port}/hook`, ca: pki.ca.cert };
  const issuers = new Issuers({ keysOf: issuerKeys(clock), clock });
  const config = {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    jwt: [
      {
        issuer: { url: issuerUrl, audiences: ["skates"], certificateAuthority: pki.ca.cert },
        claimMappings: { username: { claim: "sub", prefix: "oidc:" }, groups: { claim: "groups", prefix: "oidc:" } },
      },
    ],
  };
  issuers.replace(readAuthenticationConfiguration(JSON.stringify(config), { ownIssuers: [ISSUER] }).jwt);
  const requestHeader = { ...REQUEST_HEADERS, clientCa: front.ca.cert, allowedNames: ["front-proxy-client"] };
  at = await startTestServer({
    trust: () => ({ clientCa: pki.ca.cert, requestHeader }),
    webhooks: webhookDialer(),
    authentication: { issuers, tokenFile: "static,stan,s1,dev\n", webhook: { target, version: "v1", cacheMs: 60_000 } },
    authorization: () => authorizers,
  });
  api = await serve(at.server.handler, [pki.ca.cert], [front.ca.cert]);
  const post = async (path: string, body: object) => {
    const { status } = await at.call({ user: ADMIN }, "POST", path, body);
    expect(status).toBeLessThan(300);
  };
  await post("/api/v1/namespaces/default/serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "robot" },
  });
  await post("/api/v1/namespaces/default/pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { serviceAccountName: "robot", containers: [{ name: "c", image: "i" }] },
  });
  await post("/api/v1/namespaces/kube-system/secrets", {
    apiVersion: "v1",
    kind: "Secret",
    type: "bootstrap.kubernetes.io/token",
    metadata: { name: "bootstrap-token-abcdef" },
    stringData: { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" },
  });
}, 30_000);
afterAll(async () => {
  await at.stop();
  await Promise.all(listening.map((served) => served.close({ graceMs: 0 })));
});

interface Credentials {
  readonly client?: KeyPair;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

interface Sent extends Credentials {
  readonly method?: string;
  readonly path: string;
  readonly body?: object | undefined;
}

function send({ client, headers, method = "GET", path, body }: Sent): Promise<{ status: number; body: any }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: api.port,
      path,
      method,
      ca: pki.ca.cert,
      ...client,
      agent: false as const,
    };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const request = httpsRequest({ ...options, headers: { ...type, ...headers } }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: text.startsWith("{") ? JSON.parse(text) : text }),
      );
    });
    request.on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The user that the server sees, without the certificate's id, or the status of the refusal. */
async function whoAmI(credentials: Credentials): Promise<unknown> {
  const { status, body } = await send({
    ...credentials,
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
  if (status !== 201) return [status, body.message];
  const { extra: _extra, ...user } = body.status.userInfo;
  return user;
}

const bearer = (token: string): Credentials => ({ headers: { authorization: `Bearer ${token}` } });
const UNAUTHORIZED = [401, "Unauthorized"];

describe("certificates", () => {
  test("one of the cluster's CA is the user of its subject", async () => {
    const client = await pki.issue({ commonName: "jane", organizations: ["dev", "ops"] });
    expect(await whoAmI({ client })).toEqual({ username: "jane", groups: ["dev", "ops", "system:authenticated"] });
  });

  test("of another CA, for servers, out of date or of a front proxy, it proves nothing, and is not taken for none", async () => {
    const old = await testingPki(400 * 86_400_000);
    const wrong = [
      await front.issue({ commonName: "jane" }),
      await old.issue({ commonName: "jane" }),
      await pki.issue({ commonName: "jane", usages: ["server"] }),
      await pki.issue({ commonName: "" }),
    ];
    for (const client of wrong) expect(await whoAmI({ client })).toEqual(UNAUTHORIZED);
    for (const client of wrong.slice(0, 3)) expect((await send({ client, path: "/livez" })).status).toBe(401);
  });
});

describe("a front proxy", () => {
  const headers = { "X-Remote-User": "joe", "X-Remote-Group": ["a", "b, system:masters"], "X-Remote-Uid": "7" };

  test("speaks for others; a group with a comma is one group", async () => {
    const client = await front.issue({ commonName: "front-proxy-client" });
    expect(await whoAmI({ client, headers })).toEqual({
      username: "joe",
      uid: "7",
      groups: ["a", "b, system:masters", "system:authenticated"],
    });
  });

  test("is nobody else: not by its name alone, not by its CA alone, not without a certificate", async () => {
    const named = await pki.issue({ commonName: "front-proxy-client" });
    const signed = await front.issue({ commonName: "other" });
    expect(await whoAmI({ client: named, headers })).toMatchObject({ username: "front-proxy-client" });
    expect(await whoAmI({ client: signed, headers })).toEqual(UNAUTHORIZED);
    expect(await whoAmI({ headers })).toEqual(UNAUTHORIZED);
  });
});

describe("tokens", () => {
  const request = (spec: object) =>
    at.call({ user: ADMIN }, "POST", "/api/v1/namespaces/default/serviceaccounts/robot/token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec,
    });
  const robot = expect.objectContaining({ username: "system:serviceaccount:default:robot" });

  test("of a service account, also in the protocol list of a WebSocket; of a pod, as long as there is the pod", async () => {
    const plain = (await request({})).body.status.token;
    expect(await whoAmI(bearer(plain))).toEqual(robot);
    const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from(plain).toString("base64url")}`;
    expect(await whoAmI({ headers: { "sec-websocket-protocol": `v5.channel.k8s.io, ${protocol}` } })).toEqual(robot);
    const uid = (await at.call({ user: ADMIN }, "GET", "/api/v1/namespaces/default/pods/p")).body.metadata.uid;
    const bound = (await request({ boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "p", uid } })).body.status
      .token;
    expect(await whoAmI(bearer(bound))).toEqual(robot);
    await at.call({ user: ADMIN }, "DELETE", "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0");
    expect(await whoAmI(bearer(bound))).toEqual(UNAUTHORIZED);
  });

  test("that are forged, expired, early, for others or without a signature", async () => {
    const claims = { iss: ISSUER, sub: "system:serviceaccount:default:robot", aud: [ISSUER], exp: nowSeconds() + 600 };
    const uid = (await at.call({ user: ADMIN }, "GET", "/api/v1/namespaces/default/serviceaccounts/robot")).body
      .metadata.uid;
    const own = { "kubernetes.io": { namespace: "default", serviceaccount: { name: "robot", uid } } };
    const good = await at.signer.sign({ ...claims, ...own });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const [, payload = "", signature = ""] = good.split(".");
    const forged = await new SignJWT({ ...claims, ...own })
      .setProtectedHeader({ alg: "ES256", kid: at.signer.keyId })
      .sign(createPrivateKey(signing.privateKey));
    expect(await whoAmI(bearer(good))).toEqual(robot);
    const bad = [
      forged,
      await at.signer.sign({ ...claims, ...own, exp: nowSeconds() - 60 }),
      await at.signer.sign({ ...claims, ...own, nbf: nowSeconds() + 600 }),
      await at.signer.sign({ ...claims, ...own, aud: ["elsewhere"] }),
      await at.signer.sign(claims),
      `${part({ alg: "none" })}.${payload}.`,
      `${part({ alg: "none" })}.${payload}.${signature}`,
    ];
    for (const token of bad) expect(await whoAmI(bearer(token))).toEqual(UNAUTHORIZED);
  });

  test("of files, of nodes that join, and of a webhook that is asked once", async () => {
    expect(await whoAmI(bearer("static"))).toEqual({
      username: "stan",
      uid: "s1",
      groups: ["dev", "system:authenticated"],
    });
    expect(await whoAmI(bearer("abcdef.0123456789abcdef"))).toEqual({
      username: "system:bootstrap:abcdef",
      groups: ["system:bootstrappers", "system:authenticated"],
    });
    asked.length = 0;
    const hooked = { username: "hooked", groups: ["hook", "system:authenticated"] };
    expect([await whoAmI(bearer("opaque")), await whoAmI(bearer("opaque"))]).toEqual([hooked, hooked]);
    expect(asked).toHaveLength(1);
    expect(await whoAmI(bearer("nobody"))).toEqual(UNAUTHORIZED);
  });

  test("of an OpenID issuer", async () => {
    const sign = (claims: object, kid = "k1") =>
      new SignJWT({ groups: ["g"], sub: "ann", ...claims })
        .setProtectedHeader({ alg: "ES256", kid })
        .sign(createPrivateKey(signing.privateKey));
    const claims = { iss: issuerUrl, aud: "skates", exp: nowSeconds() + 600 };
    expect(await whoAmI(bearer(await sign(claims)))).toEqual({
      username: "oidc:ann",
      groups: ["oidc:g", "system:authenticated"],
    });
    const bad = [
      await sign({ ...claims, exp: nowSeconds() - 1 }),
      await sign({ ...claims, aud: "other" }),
      await sign({ ...claims, nbf: nowSeconds() + 3600 }),
      await sign({ ...claims, iss: "https://127.0.0.1:1" }),
      await sign(claims, "unknown"),
      `${(await sign(claims)).slice(0, -6)}AAAAAA`,
    ];
    for (const token of bad) expect(await whoAmI(bearer(token))).toEqual(UNAUTHORIZED);
  });
});

describe("nobody", () => {
  test("sees health and version, and nothing else", async () => {
    const ask = async (path: string) => (await send({ path })).status;
    const paths = ["/version", "/api", "/apis", "/openapi/v2", "/metrics", "/api/v1/namespaces/kube-system/secrets"];
    expect(await Promise.all(paths.map(ask))).toEqual([200, 401, 401, 401, 401, 401]);
  });
});

describe("authorization", () => {
  const PODS = "/api/v1/namespaces/default/pods";
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  const bind = async (user: string) => {
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const rules = [{ verbs: ["list", "watch"], apiGroups: [""], resources: ["pods"] }];
    await at.call({ user: ADMIN }, "POST", `${rbac}/roles`, {
      apiVersion,
      kind: "Role",
      metadata: { name: user },
      rules,
    });
    await at.call({ user: ADMIN }, "POST", `${rbac}/rolebindings`, {
      apiVersion,
      kind: "RoleBinding",
      metadata: { name: user },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: user },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
    });
  };

  test("a binding that is removed ends what it gave with the next request", async () => {
    await bind("stan");
    expect((await send({ ...bearer("static"), path: PODS })).status).toBe(200);
    await at.call({ user: ADMIN }, "DELETE", `${rbac}/rolebindings/stan`);
    const { status, body } = await send({ ...bearer("static"), path: PODS });
    expect([status, body.message]).toEqual([
      403,
      'pods is forbidden: User "stan" cannot list resource "pods" in API group "" in the namespace "default"',
    ]);
  });

  test("a watch that is open outlives its binding, the next one is refused: docs/decisions/watches-and-permission.md", async () => {
    await bind("wanda");
    const client = await pki.issue({ commonName: "wanda" });
    const options = { host: "127.0.0.1", port: api.port, path: `${PODS}?watch=true`, ca: pki.ca.cert, ...client };
    const lines: string[] = [];
    const watch = httpsRequest({ ...options, agent: false }, (response) => {
      response.on("data", (chunk) => lines.push(String(chunk)));
      response.on("error", () => undefined);
    });
    watch.on("error", () => undefined).end();
    const make = (name: string) =>
      at.call({ user: ADMIN }, "POST", PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name },
        spec: { serviceAccountName: "robot", containers: [{ name: "c", image: "i" }] },
      });
    await make("seen-before");
    await expect.poll(() => lines.join("")).toContain("seen-before");
    await at.call({ user: ADMIN }, "DELETE", `${rbac}/rolebindings/wanda`);
    await make("seen-after");
    await expect.poll(() => lines.join("")).toContain("seen-after");
    expect((await send({ client, path: `${PODS}?watch=true` })).status).toBe(403);
    watch.destroy();
  });

  test("acting as others is allowed by mode and verb", async () => {
    const headers = { ...bearer("static").headers, "Impersonate-User": "pat" };
    const refused = await send({ headers, path: PODS });
    expect([refused.status, refused.body.message]).toEqual([
      403,
      'pods is forbidden: User "stan" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"',
    ]);
    await bind("pat");
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const all = "/apis/rbac.authorization.k8s.io/v1";
    const rules = [
      { verbs: ["impersonate-on:user-info:list"], apiGroups: [""], resources: ["pods"] },
      {
        verbs: ["impersonate:user-info"],
        apiGroups: ["authentication.k8s.io"],
        resources: ["users"],
        resourceNames: ["pat"],
      },
    ];
    await at.call({ user: ADMIN }, "POST", `${all}/clusterroles`, {
      apiVersion,
      kind: "ClusterRole",
      metadata: { name: "as" },
      rules,
    });
    await at.call({ user: ADMIN }, "POST", `${all}/clusterrolebindings`, {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name: "as" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "as" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "stan" }],
    });
    expect((await send({ headers, path: PODS })).status).toBe(200);
    expect((await send({ headers, path: `${PODS}/x` })).status).toBe(403);
  });

  test("a webhook decides over TLS, is told who asks, and what it denies is denied", async () => {
    const hook = listening[1];
    const target = { url: `https://127.0.0.1:${hook?.port ?? 0}/authz`, ca: pki.ca.cert };
    const kept = authorizers;
    const webhook = { name: "w", target, version: "v1", timeoutMs: 5000, authorizedMs: 0, unauthorizedMs: 0 } as const;
    authorizers = [{ type: "Webhook", ...webhook, onError: "deny" }];
    try {
      asked.length = 0;
      verdict = { allowed: true };
      expect((await send({ ...bearer("static"), path: `${PODS}?labelSelector=a%3Db` })).status).toBe(200);
      expect(asked.at(-1).spec).toMatchObject({
        user: "stan",
        groups: ["dev", "system:authenticated"],
        resourceAttributes: { verb: "list", resource: "pods", labelSelector: { requirements: [{ key: "a" }] } },
      });
      verdict = { allowed: false, denied: true, reason: "not today" };
      const refused = await send({ ...bearer("static"), path: PODS });
      expect([refused.status, refused.body.message]).toEqual([403, expect.stringMatching(/: not today$/)]);
    } finally {
      authorizers = kept;
    }
  });
});
