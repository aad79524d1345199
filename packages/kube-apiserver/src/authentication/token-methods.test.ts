// Each kind of token on a server in process: who it lets in, and what stops it.
import { base64Encode } from "@skates/apimachinery";
import { virtualClock } from "@skates/component-base";
import { afterEach, describe, expect, it } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "../node/testing.ts";
import type { WebhookDialer } from "../webhooks/webhook-target.ts";
import { staticTokens } from "./static-tokens.ts";
import { cachedTokens } from "./token-cache.ts";
import { firstOf, type TokenMethod } from "./token-method.ts";

const admin: Caller = { user: ADMIN };
const signal = new AbortController().signal;
let at: TestServer | undefined;
afterEach(async () => {
  await at?.stop();
  at = undefined;
});

async function start(...options: Parameters<typeof startTestServer>): Promise<TestServer> {
  at = await startTestServer(...options);
  return at;
}

async function whoIs(server: TestServer, token: string): Promise<unknown> {
  const { status, body } = await server.call({ token }, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
  });
  return status === 201 ? body.status.userInfo : status;
}

const review = async (server: TestServer, token: string, audiences: readonly string[] = []) =>
  (
    await server.call(admin, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      spec: { token, audiences },
    })
  ).body.status;

describe("static tokens", () => {
  it("are read as CSV, quotes and all", async () => {
    const server = await start({
      authentication: { tokenFile: 't1,jane,u1\nt2,joe,u2,"dev,ops"\n,nobody,u3\n"t,4","o""neil",u4,"a"\n' },
    });
    expect(await Promise.all(["t1", "t2", "", "t,4", "nobody"].map((token) => whoIs(server, token)))).toEqual([
      { username: "jane", uid: "u1", groups: ["system:authenticated"] },
      { username: "joe", uid: "u2", groups: ["dev", "ops", "system:authenticated"] },
      401,
      { username: 'o"neil', uid: "u4", groups: ["a", "system:authenticated"] },
      401,
    ]);
    expect(await review(server, "t2", ["other"])).toEqual({
      authenticated: true,
      user: { username: "joe", uid: "u2", groups: ["dev", "ops", "system:authenticated"] },
      audiences: ["other"],
    });
  });

  it.each([
    ["a,b", "line 1 must have at least 3 columns"],
    ['t,u,1\n"t,u', "line 2 has a quote that is out of place"],
  ])("are refused when the file is wrong: %j", (csv, message) => {
    expect(() => staticTokens(csv)).toThrow(message);
  });
});

describe("bootstrap tokens", () => {
  const secret = (id: string, data: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "Secret",
    type: "bootstrap.kubernetes.io/token",
    metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
    stringData: {
      "token-id": id,
      "token-secret": "0123456789abcdef",
      "usage-bootstrap-authentication": "true",
      ...data,
    },
  });

  it("let nodes in that join, until they expire or are used for something else", async () => {
    const server = await start();
    const make = (id: string, data: Record<string, string>) =>
      server.call(admin, "POST", "/api/v1/namespaces/kube-system/secrets", secret(id, data));
    await make("aaaaaa", { "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token" });
    await make("bbbbbb", { expiration: "2020-01-01T00:00:00Z" });
    await make("cccccc", { "usage-bootstrap-authentication": "false" });
    await make("dddddd", { "auth-extra-groups": "system:masters" });
    await make("eeeeee", { expiration: "soon" });
    await make("gggggg", { expiration: "2999-01-01" });
    const tokens = ["aaaaaa", "bbbbbb", "cccccc", "dddddd", "eeeeee", "ffffff", "gggggg"].map(
      (id) => `${id}.0123456789abcdef`,
    );
    expect(await Promise.all([...tokens, "aaaaaa.0123456789abcdee"].map((token) => whoIs(server, token)))).toEqual([
      {
        username: "system:bootstrap:aaaaaa",
        groups: ["system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token", "system:authenticated"],
      },
      ...Array.from({ length: 7 }, () => 401),
    ]);
    await server.call(admin, "DELETE", "/api/v1/namespaces/kube-system/secrets/bootstrap-token-aaaaaa");
    expect(await whoIs(server, tokens[0] ?? "")).toBe(401);
  });
});

describe("a webhook", () => {
  const answers = (status: object, seen: unknown[] = []): WebhookDialer => {
    return () => async (request) => {
      const body = request.body.kind === "bytes" ? await request.body.read(1e6) : new Uint8Array();
      seen.push(JSON.parse(new TextDecoder().decode(body)));
      const text = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", status });
      const chunks = [new TextEncoder().encode(text)];
      return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "application/json", chunks } };
    };
  };
  const webhook = { target: { url: "https://hook/authn" }, version: "v1", cacheMs: 60_000 } as const;

  it("is asked once for a token that nobody else knows, with the API's audiences", async () => {
    const seen: unknown[] = [];
    const user = { username: "jane", uid: "u", groups: ["dev"], extra: { k: ["v"] } };
    const server = await start({
      webhooks: answers({ authenticated: true, user }, seen),
      authentication: { webhook },
    });
    const found = { ...user, groups: ["dev", "system:authenticated"] };
    expect([await whoIs(server, "x"), await whoIs(server, "x")]).toEqual([found, found]);
    expect(seen).toEqual([
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        metadata: {},
        spec: { token: "x", audiences: ["https://kubernetes.default.svc.cluster.local"] },
      },
    ]);
    expect(await review(server, "x", ["elsewhere"])).toEqual({ user: {}, error: "invalid bearer token" });
  });

  it.each([
    [{ authenticated: false, error: "no such token" }, "[invalid bearer token, no such token]"],
    [{ authenticated: true, user: { username: "jane" }, audiences: ["other"] }, "invalid bearer token"],
    [{}, "invalid bearer token"],
  ])("that says %j lets nobody in", async (status, error) => {
    const server = await start({ webhooks: answers(status), authentication: { webhook } });
    expect([await whoIs(server, "x"), await review(server, "x")]).toEqual([401, { user: {}, error }]);
  });
});

describe("legacy tokens", () => {
  it("count as long as their secret holds them; their use is noted by day", async () => {
    const server = await start();
    const signer = server.signer;
    const account = (
      await server.call(admin, "POST", "/api/v1/namespaces/default/serviceaccounts", {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "robot" },
      })
    ).body;
    const claims = {
      iss: "kubernetes/serviceaccount",
      sub: "system:serviceaccount:default:robot",
      aud: [],
      "kubernetes.io/serviceaccount/namespace": "default",
      "kubernetes.io/serviceaccount/secret.name": "robot-token",
      "kubernetes.io/serviceaccount/service-account.name": "robot",
      "kubernetes.io/serviceaccount/service-account.uid": account.metadata.uid,
    };
    const token = await signer.sign(claims);
    const path = "/api/v1/namespaces/default/secrets";
    expect(await whoIs(server, token)).toBe(401);
    await server.call(admin, "POST", path, {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/service-account-token",
      metadata: { name: "robot-token", annotations: { "kubernetes.io/service-account.name": "robot" } },
      data: { token: base64Encode(new TextEncoder().encode(token)) },
    });
    expect(await whoIs(server, token)).toMatchObject({ username: "system:serviceaccount:default:robot" });
    const { labels } = (await server.call(admin, "GET", `${path}/robot-token`)).body.metadata;
    expect(labels["kubernetes.io/legacy-token-last-used"]).toMatch(/^\d{4}-\d\d-\d\d$/);
    const ended = { metadata: { labels: { "kubernetes.io/legacy-token-invalid-since": "2020-01-01" } } };
    await server.call(admin, "PATCH", `${path}/robot-token`, ended);
    expect(await review(server, token)).toEqual({
      user: {},
      error:
        "[invalid bearer token, the token in secret default/robot-token for service account default/robot has been marked invalid]",
    });
    const other = await signer.sign({ ...claims, sub: "system:serviceaccount:default:other" });
    expect(await whoIs(server, other)).toBe(401);
  });
});

describe("tokens that lie", () => {
  it("are refused: no algorithm, another key, cut, empty, in two pieces", async () => {
    const server = await start();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = {
      iss: "https://kubernetes.default.svc.cluster.local",
      sub: "system:serviceaccount:default:x",
      exp: 9e9,
    };
    const good = await server.signer.sign({ ...claims, aud: [claims.iss] });
    const [head = "", body = "", signature = ""] = good.split(".");
    const lies = [
      `${part({ alg: "none" })}.${part({ ...claims, aud: [claims.iss] })}.`,
      `${part({ alg: "HS256", kid: server.signer.keyId })}.${body}.${signature}`,
      `${head}.${part({ ...claims, sub: "system:admin" })}.${signature}`,
      good.slice(0, -4),
      `${head}.${body}`,
      "",
      "\u00ff.\u00ff.\u00ff",
    ];
    expect(await Promise.all(lies.map((token) => whoIs(server, token)))).toEqual(lies.map(() => 401));
  });
});

describe("what is kept of answers", () => {
  it("is bounded, ends in time, and failures are not kept", async () => {
    const clock = virtualClock();
    const asked: string[] = [];
    const method: TokenMethod = {
      async authenticate(token, audiences) {
        asked.push(token);
        if (token === "broken") throw new Error("broken");
        return token === "nobody" ? undefined : { user: { name: token, groups: [] }, audiences };
      },
    };
    const cached = cachedTokens(method, { clock, successMs: 1000, failureMs: 1000, entriesMax: 2 });
    const ask = (token: string) => cached.authenticate(token, ["a"], signal);
    await Promise.all([ask("x"), ask("x")]);
    await ask("nobody");
    await ask("nobody");
    expect(asked).toEqual(["x", "nobody"]);
    await expect(ask("broken")).rejects.toThrow("broken");
    await expect(ask("broken")).rejects.toThrow("broken");
    await ask("y"); // drops x
    await ask("x");
    expect(asked.splice(0)).toEqual(["x", "nobody", "broken", "broken", "y", "x"]);
    await clock.advance(1001);
    await ask("x");
    await cached.authenticate("x", ["b"], signal);
    expect(asked).toEqual(["x", "x"]);
  });

  it("of several methods the first that knows the token answers; refusals are told together", async () => {
    const refuse = (message: string): TokenMethod => ({
      authenticate: () => Promise.reject(Object.assign(new Error(message), { code: "TokenInvalid" })),
    });
    const known: TokenMethod = {
      authenticate: async (_token, audiences) => ({ user: { name: "j", groups: [] }, audiences }),
    };
    expect((await firstOf([refuse("a"), known]).authenticate("t", [], signal))?.user.name).toBe("j");
    await expect(firstOf([refuse("a"), refuse("b")]).authenticate("t", [], signal)).rejects.toThrow("[a, b]");
    expect(await firstOf([]).authenticate("t", [], signal)).toBe(undefined);
  });
});

describe("nobody", () => {
  it("sees health and version, and all of it only where that is configured", async () => {
    const paths = ["/livez", "/version", "/api", "/api/v1/namespaces/kube-public/configmaps/cluster-info"];
    const ask = async (server: TestServer) =>
      await Promise.all(paths.map(async (path) => (await server.call("nobody", "GET", path)).status));
    // 404: everybody may read what tells nodes where to join, and this server has nothing to tell.
    expect(await ask(await start())).toEqual([200, 200, 401, 404]);
    await at?.stop();
    expect(await ask(await start({ authentication: { anonymous: () => ({ enabled: false }) } }))).toEqual([
      401, 401, 401, 401,
    ]);
    await at?.stop();
    expect(await ask(await start({ authentication: { anonymous: () => ({ enabled: true }) } }))).toEqual([
      200, 200, 403, 404,
    ]);
    await at?.stop();
    const conditions = [{ path: "/version" }];
    expect(await ask(await start({ authentication: { anonymous: () => ({ enabled: true, conditions }) } }))).toEqual([
      401, 200, 401, 401,
    ]);
  });
});
