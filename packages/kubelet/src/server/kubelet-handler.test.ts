// Who may use the kubelet's API, and what it answers without a runtime behind it.
import type { ApiRequest, Handler, PeerCertificate } from "@skates/apimachinery";
import { virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import type { PodSet } from "../pod-set.ts";
import { simulatedHandler } from "../simulated/simulated-handler.ts";
import { type AccessReviews, kubeletAccess } from "./kubelet-access.ts";
import { kubeletHandler } from "./kubelet-handler.ts";

const pods: Pick<PodSet, "pods" | "byName" | "worker"> = {
  pods: () => [],
  byName: () => undefined,
  worker: () => undefined,
};
const refused = () => Promise.reject(new Error("no streams here"));
/** Good tokens are names of users; each of them may do what the name says, the API server everything. */
const reviews: AccessReviews = {
  userOf: (token) => Promise.resolve(token === "bad" ? undefined : { name: token, groups: [] }),
  allowed: ({ name, groups }, { verb, subresource }) =>
    Promise.resolve(
      name === server.commonName || groups.includes("system:masters") || name === `${verb}:${subresource}`,
    ),
};
const server = { commonName: "kube-apiserver-kubelet-client" };
const clock = virtualClock();
const parts = {
  pods: pods as PodSet,
  clock,
  logs: { read: refused },
  streams: { exec: refused, attach: refused, portForward: refused },
  stats: {
    summary: () => Promise.resolve({ node: {} }),
    resourceMetrics: () => Promise.resolve("m 1\n"),
    metrics: () => "k 1\n",
  },
};
const handler = kubeletHandler({ ...parts, access: kubeletAccess({ reviews, clock }) });

async function get(
  path: string,
  certificate: Partial<PeerCertificate> | undefined,
  to: Handler = handler,
  headers: ApiRequest["headers"] = {},
): Promise<string> {
  const full =
    certificate === undefined
      ? undefined
      : { commonName: "", organizations: [], serialNumber: "1", fingerprint: "f1", notAfterMs: 0, ...certificate };
  const request: ApiRequest = {
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers,
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "", certificate: full } },
    signal: new AbortController().signal,
  };
  const { status, body } = await to(request);
  if (body.kind === "json") return `${status} ${JSON.stringify(body.value)}`;
  let text = "";
  if (body.kind === "bytes") for await (const chunk of body.chunks) text += new TextDecoder().decode(chunk);
  return `${status} ${text}`;
}

/** Streams are refused with a Status. */
const NO_POD = JSON.stringify({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: 'pod "p" does not exist',
  reason: "NotFound",
  code: 404,
});

test("simulated nodes say so, to those who may ask", async () => {
  const simulated = simulatedHandler(kubeletAccess({ reviews, clock }));
  expect(await get("/healthz", undefined, simulated)).toBe("401 Unauthorized");
  expect(await get("/pods", { commonName: "nobody" }, simulated)).toMatch(/^403 Forbidden/);
  expect(await get("/containerLogs/n/p/c", server, simulated)).toBe(
    "400 logs is not possible: the containers of this node are simulated",
  );
  expect(await get("/exec/n/p/c", server, simulated)).toContain(
    '"message":"exec is not possible: the containers of this node are simulated","reason":"BadRequest"',
  );
});

test.each<[string, Partial<PeerCertificate> | undefined, string]>([
  ["/healthz", undefined, "401 Unauthorized"],
  ["/healthz", server, "200 ok"],
  ["/pods", undefined, "401 Unauthorized"],
  [
    "/pods",
    { commonName: "system:node:other", organizations: ["system:nodes"] },
    "403 Forbidden (user=system:node:other, verb=get, resource=nodes, subresource(s)=[pods proxy])",
  ],
  ["/pods", { organizations: ["system:masters"] }, '200 {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}'],
  ["/stats/summary", server, '200 {"node":{}}'],
  ["/metrics/resource", server, "200 m 1\n"],
  ["/metrics", server, "200 k 1\n"],
  ["/containerLogs/n/p/c", server, '404 pod "p" does not exist'],
  ["/exec/n/p/c", server, "404 " + NO_POD],
  ["/attach/n/p/uid/c", server, "404 " + NO_POD],
  ["/portForward/n/p", server, "404 " + NO_POD],
  ["/run/n/p/c", server, "404 404 page not found"],
  ["/%zz", server, `400 invalid URL escape in "%zz"`],
])("%s by %j", async (path, certificate, expected) => expect(await get(path, certificate)).toBe(expected));

const by = (token: string, path: string) => get(path, undefined, handler, { authorization: `Bearer ${token}` });

test.each<[token: string, path: string, status: string]>([
  ["get:stats", "/stats/summary", "200"],
  ["get:proxy", "/stats/summary", "403"],
  ["get:metrics", "/metrics/resource", "200"],
  ["get:stats", "/metrics", "403"],
  ["get:pods", "/pods", "200"],
  ["get:proxy", "/pods", "200"],
  ["get:healthz", "/healthz", "200"],
  ["get:pods", "/containerLogs/n/p/c", "403"],
  ["get:proxy", "/containerLogs/n/p/c", "404"],
  ["get:log", "/logs/", "404"],
  ["bad", "/pods", "401"],
])("a token that is allowed %s gets for %s: %s", async (token, path, status) => {
  expect((await by(token, path)).slice(0, 3)).toBe(status);
});

// The hole: exec over a WebSocket begins with GET, and who was allowed `get nodes/proxy` could run commands in every pod of the node.
test.each(["/exec/n/p/c", "/attach/n/p/c", "/portForward/n/p", "/run/n/p/c", "/%65xec/n/p/c"])(
  "%s needs `create`, whatever the method and the spelling",
  async (path) => {
    expect(await by("get:proxy", path)).toContain(
      "Forbidden (user=get:proxy, verb=create, resource=nodes, subresource(s)=[proxy])",
    );
    expect((await by("create:proxy", path)).slice(0, 3)).toBe("404");
  },
);

// The hole: kubelets answered anybody, and a header was enough to be somebody.
test.each<Record<string, string>>([
  {},
  { authorization: "Bearer" },
  { authorization: "Basic YTpi" },
  { "x-remote-user": "admin", "x-remote-group": "system:masters" },
  { "impersonate-user": "admin" },
])("nobody is let in with %j", async (headers) => {
  for (const path of ["/pods", "/healthz", "/metrics", "/stats/summary", "/configz", "/exec/n/p/c", "/nothing"]) {
    expect((await get(path, undefined, handler, headers)).slice(0, 3)).toBe("401");
  }
});

test("answers are remembered: good tokens for two minutes, permissions for five, refusals for half a minute", async () => {
  let asked = "";
  const access = kubeletAccess({
    clock,
    reviews: {
      userOf: (token) => {
        asked += "t";
        return Promise.resolve(token === "bad" ? undefined : { name: token, groups: [] });
      },
      allowed: (user) => {
        asked += "a";
        return Promise.resolve(user.name === "good");
      },
    },
  });
  const to = kubeletHandler({ ...parts, access });
  const call = (token: string) => get("/stats/summary", undefined, to, { authorization: `Bearer ${token}` });
  const times = async (...calls: string[]) => {
    asked = "";
    for (const token of calls) await call(token);
    return asked;
  };
  expect(await times("good", "good")).toBe("ta");
  expect(await times("other", "other")).toBe("ta");
  expect(await times("bad", "bad")).toBe("tt");
  await clock.advance(31_000);
  expect(await times("good", "other")).toBe("a");
  await clock.advance(120_000);
  expect(await times("good")).toBe("t");
  await clock.advance(300_000);
  expect(await times("good")).toBe("ta");
});
