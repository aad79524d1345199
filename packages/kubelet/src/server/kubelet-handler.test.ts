// Who may use the kubelet's API, and what it answers without a runtime behind it.
import type { ApiRequest, Handler, PeerCertificate } from "@skates/apimachinery";
import { virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import type { PodSet } from "../pod-set.ts";
import { simulatedHandler } from "../simulated/simulated-handler.ts";
import { kubeletHandler } from "./kubelet-handler.ts";

const pods: Pick<PodSet, "pods" | "byName" | "worker"> = {
  pods: () => [],
  byName: () => undefined,
  worker: () => undefined,
};
const refused = () => Promise.reject(new Error("no streams here"));
const handler = kubeletHandler({
  pods: pods as PodSet,
  clock: virtualClock(),
  logs: { read: refused },
  streams: { exec: refused, attach: refused, portForward: refused },
  stats: {
    summary: () => Promise.resolve({ node: {} }),
    resourceMetrics: () => Promise.resolve("m 1\n"),
    metrics: () => "k 1\n",
  },
});

async function get(
  path: string,
  certificate: Partial<PeerCertificate> | undefined,
  to: Handler = handler,
): Promise<string> {
  const full =
    certificate === undefined
      ? undefined
      : { commonName: "", organizations: [], serialNumber: "1", fingerprint: "f1", notAfterMs: 0, ...certificate };
  const request: ApiRequest = {
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers: {},
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
const server = { commonName: "kube-apiserver-kubelet-client" };

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

test("simulated nodes say so", async () => {
  expect(await get("/containerLogs/n/p/c", server, simulatedHandler)).toBe(
    "400 logs is not possible: the containers of this node are simulated",
  );
  expect(await get("/exec/n/p/c", server, simulatedHandler)).toContain(
    '"message":"exec is not possible: the containers of this node are simulated","reason":"BadRequest"',
  );
});

test.each<[string, Partial<PeerCertificate> | undefined, string]>([
  ["/healthz", undefined, "200 ok"],
  ["/pods", undefined, "401 Unauthorized"],
  [
    "/pods",
    { commonName: "system:node:other", organizations: ["system:nodes"] },
    "403 Forbidden (user=system:node:other, verb=proxy, resource=nodes, subresource(s)=[proxy])",
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
