// Logs, exec, attach and port-forward reach the right kubelet with the right parameters; a kubelet's answers come through.
import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubeletAddress } from "./kubelet/kubelets.ts";
import { ADMIN, type Caller, readBody, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
const PODS = "/api/v1/namespaces/default/pods";
let at: TestServer;
let seen: { readonly address: KubeletAddress; readonly request: ApiRequest }[] = [];
let kubelet: Handler;

const text = (status: number, ...chunks: string[]): ApiResponse => ({
  status,
  headers: {},
  body: { kind: "bytes", mediaType: "text/plain", chunks: chunks.map((chunk) => new TextEncoder().encode(chunk)) },
});

beforeAll(async () => {
  at = await startTestServer({
    kubelets: (address) => (request) => {
      seen.push({ address, request });
      return kubelet(request);
    },
  });
  const post = (path: string, body: unknown) => at.call(admin, "POST", path, body);
  await post("/api/v1/namespaces/default/serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default" },
  });
  await post("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
  const status = {
    addresses: [
      { type: "Hostname", address: "n1.example" },
      { type: "InternalIP", address: "192.0.2.7" },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10251 } },
  };
  expect((await at.call(admin, "PATCH", "/api/v1/nodes/n1/status", { status })).status).toBe(200);
  const pod = (name: string, spec: object) => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec });
  await post(PODS, pod("one", { nodeName: "n1", containers: [{ name: "main", image: "i" }] }));
  const two = {
    containers: [
      { name: "a", image: "i" },
      { name: "b", image: "i" },
    ],
    initContainers: [{ name: "c", image: "i" }],
  };
  await post(PODS, pod("two", { nodeName: "n1", ...two }));
  await post(PODS, pod("waiting", { containers: [{ name: "main", image: "i" }] }));
});
afterAll(() => at.stop());
beforeEach(() => {
  seen = [];
  kubelet = async () => text(200, "line 1\n", "line 2\n");
});
const lastSent = () => {
  const [{ address, request } = { address: undefined, request: undefined }] = seen;
  return { address, path: request?.path, query: request?.query.toString() };
};

describe("logs", () => {
  it("are the kubelet's", async () => {
    const { status, body } = await at.call(
      admin,
      "GET",
      `${PODS}/one/log?tailLines=5&timestamps=true&follow=false&pretty=true`,
    );
    expect([status, body]).toEqual([200, "line 1\nline 2\n"]);
    expect(lastSent()).toEqual({
      address: { node: "n1", host: "192.0.2.7", port: 10251 },
      path: "/containerLogs/default/one/main",
      query: "timestamps=true&tailLines=5",
    });
  });

  it.each([
    [
      `${PODS}/two/log`,
      400,
      "a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [c]",
    ],
    [`${PODS}/two/log?container=x`, 400, "container x is not valid for pod two"],
    [`${PODS}/none/log`, 404, 'pods "none" not found'],
    [
      `${PODS}/one/log?tailLines=-1`,
      422,
      'PodLogOptions "one" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    [`${PODS}/one/log?tailLines=x`, 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ])("of %s are refused with %d", async (path, code, message) => {
    const { status, body } = await at.call(admin, "GET", path);
    expect([status, body.message]).toEqual([code, message]);
    expect(seen).toEqual([]);
  });

  it("of a pod without a node are empty", async () => {
    expect(await at.call(admin, "GET", `${PODS}/waiting/log`)).toEqual({ status: 200, body: "" });
  });

  it("carry a kubelet's refusal, and say when there is no kubelet", async () => {
    kubelet = async () => text(400, 'container "main" in pod "one" is waiting to start: ContainerCreating');
    expect((await at.call(admin, "GET", `${PODS}/one/log`)).body).toMatchObject({
      code: 400,
      reason: "BadRequest",
      message: 'container "main" in pod "one" is waiting to start: ContainerCreating',
    });
    kubelet = () => Promise.reject(new Error("connect ECONNREFUSED"));
    expect((await at.call(admin, "GET", `${PODS}/one/log`)).body).toMatchObject({
      code: 500,
      message: "error dialing backend: connect ECONNREFUSED",
    });
  });
});

describe("streams", () => {
  const upgrade = (path: string, headers: Record<string, string> = {}, user = ADMIN): Promise<ApiResponse> => {
    const url = new URL(path, "http://api");
    return at.server.handler({
      method: "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: { upgrade: "websocket", ...headers },
      body: { kind: "none" },
      peer: {
        tls: {
          remoteAddress: "127.0.0.1",
          certificate: {
            commonName: user.name,
            organizations: user.groups,
            serialNumber: "1",
            fingerprint: "f1",
            notAfterMs: 9e15,
          },
        },
      },
      signal: new AbortController().signal,
      upgrade: { protocol: "websocket" },
    });
  };
  beforeEach(() => {
    kubelet = async () => ({
      status: 101,
      headers: { upgrade: "websocket" },
      body: { kind: "upgrade", accept: async () => undefined },
    });
  });

  it.each([
    [
      `${PODS}/one/exec?command=sh&command=-c&command=a%20b&stdin=true&stdout=true&tty=true`,
      "/exec/default/one/main",
      "input=1&output=1&tty=1&command=sh&command=-c&command=a+b",
    ],
    [`${PODS}/two/attach?container=b&stdout=true&stderr=true`, "/attach/default/two/b", "output=1&error=1"],
    [`${PODS}/one/portforward?ports=80,443`, "/portForward/default/one", "port=80&port=443"],
    [`${PODS}/one/portforward`, "/portForward/default/one", ""],
    ["/api/v1/nodes/n1/proxy/stats/summary?only=cpu", "/stats/summary", "only=cpu"],
  ])("%s goes to %s", async (path, expected, query) => {
    const response = await upgrade(path);
    expect([response.status, response.body.kind]).toEqual([101, "upgrade"]);
    expect(lastSent()).toMatchObject({ path: expected, query });
  });

  it("need the right to create, also where a WebSocket opens with GET", async () => {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const grant = async (verb: string) => {
      const of = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: `exec-${verb}` } };
      const rules = [{ verbs: [verb], apiGroups: [""], resources: ["pods/exec"] }];
      await at.call(admin, "POST", `${rbac}/clusterroles`, { ...of, kind: "ClusterRole", rules });
      await at.call(admin, "POST", `${rbac}/clusterrolebindings`, {
        ...of,
        kind: "ClusterRoleBinding",
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: `exec-${verb}` },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
      });
    };
    const asJane = async () => {
      const response = await upgrade(`${PODS}/one/exec?command=ls&stdout=true`, {}, { name: "jane", groups: [] });
      return [response.status, response.body.kind === "upgrade" ? undefined : await readBody(response)];
    };
    await grant("get");
    expect(await asJane()).toEqual([
      403,
      expect.objectContaining({
        message:
          'pods "one" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "default"',
      }),
    ]);
    expect(seen).toEqual([]);
    await grant("create");
    expect(await asJane()).toEqual([101, undefined]);
  });

  it("keep the caller's credentials to themselves", async () => {
    const protocols = "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.c2VjcmV0";
    await upgrade(`${PODS}/one/exec?command=ls&stdout=true`, {
      authorization: "Bearer x",
      "sec-websocket-protocol": protocols,
    });
    const [sent] = seen;
    expect(sent?.request.headers).toEqual({ upgrade: "websocket", "sec-websocket-protocol": "v5.channel.k8s.io" });
  });

  it("need an upgrade and a node", async () => {
    expect((await at.call(admin, "POST", `${PODS}/one/exec?command=ls`)).body).toMatchObject({
      code: 400,
      message: "Upgrade request required",
    });
    const waiting = await upgrade(`${PODS}/waiting/exec?command=ls`);
    expect(waiting.status).toBe(400);
  });
});
