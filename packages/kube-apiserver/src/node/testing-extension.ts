import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import type { KeyPair } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { webhookDialer } from "./webhook-dialer.ts";
import type { WebhookDialer } from "../webhooks/webhook-target.ts";

/** What an extension server was asked. */
export interface ExtensionRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly groups: readonly string[];
  /** Common name of the client certificate, verified by the front proxy's CA. */
  readonly client: string;
}

/**
 * An aggregated API server for tests, in the manner of metrics-server, on a free port of 127.0.0.1: it verifies the front proxy, serves
 * node and pod metrics with discovery and OpenAPI, and has paths for what else may happen on the way.
 */
export interface ExtensionServer {
  readonly port: number;
  /** What an APIService has of it. */
  readonly caBundle: string;
  /** The front proxy that it believes. */
  readonly frontProxy: KeyPair;
  readonly frontProxyCa: string;
  readonly seen: readonly ExtensionRequest[];
  /** How it behaves from now on; `hang`: it accepts connections and says nothing. */
  behave(how: "well" | "broken" | "hang"): void;
  /** Reaches it in the place of every pod. */
  readonly dial: WebhookDialer;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const ROOT = "/apis/metrics.k8s.io/v1beta1";

/** Starts it, with a certificate for `<service>.<namespace>.svc`. */
export async function startExtensionServer(name = "metrics-server.kube-system.svc"): Promise<ExtensionServer> {
  const pki = nodePki({ clock: systemClock(), random: seededRandom("extension") });
  const authority = await pki.createCa("extension-ca", DAY_MS);
  const proxyAuthority = await pki.createCa("front-proxy-ca", DAY_MS);
  const { cert, key } = await pki
    .authority(authority)
    .issue({ commonName: "extension", dnsNames: [name], usages: ["server"], validMs: DAY_MS });
  const frontProxy = await pki
    .authority(proxyAuthority)
    .issue({ commonName: "front-proxy-client", usages: ["client"], validMs: DAY_MS });
  const seen: ExtensionRequest[] = [];
  let behaviour: "well" | "broken" | "hang" = "well";
  const tls = { cert, key, ca: proxyAuthority.cert, requestCert: true, rejectUnauthorized: true };
  const server = createServer(tls, (request, response) => {
    seen.push(seenOf(request));
    if (behaviour === "hang") return;
    if (behaviour === "broken") response.writeHead(500).end("broken");
    else void answer(request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    seen.push(seenOf(request));
    if (!(request.url ?? "").startsWith(`${ROOT}/echo`)) {
      socket.end(
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: 8\r\nconnection: close\r\n\r\nnot here",
      );
      return;
    }
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
    socket.pipe(socket);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = await listen(server);
  const dial = webhookDialer();
  return {
    port,
    caBundle: btoa(authority.cert),
    frontProxy,
    frontProxyCa: proxyAuthority.cert,
    seen,
    behave: (how) => {
      behaviour = how;
    },
    dial: (to) => dial({ ...to, origin: `https://127.0.0.1:${port}`, publicOnly: false }),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function seenOf(request: IncomingMessage): ExtensionRequest {
  const { method = "", url = "", headers, headersDistinct, socket } = request;
  const peer = (socket as TLSSocket).getPeerCertificate();
  const { CN: client } = peer.subject;
  return { method, url, headers, groups: headersDistinct["x-remote-group"] ?? [], client: String(client) };
}

const RESOURCES = [
  { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] },
  { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] },
];
const AT = "2026-01-01T00:00:00Z";
const NODE = {
  metadata: { name: "n1" },
  timestamp: AT,
  window: "10s",
  usage: { cpu: "250m", memory: "512Mi" },
};
const POD = {
  metadata: { name: "web", namespace: "default" },
  timestamp: AT,
  window: "10s",
  containers: [{ name: "main", usage: { cpu: "7m", memory: "9Mi" } }],
};
const apiVersion = "metrics.k8s.io/v1beta1";
const SCHEMA = { type: "object", description: "Metrics of a node." };
const DOCUMENTS: Readonly<Record<string, object>> = {
  [ROOT]: { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersion, resources: RESOURCES },
  [`${ROOT}/nodes`]: { kind: "NodeMetricsList", apiVersion, metadata: {}, items: [NODE] },
  [`${ROOT}/nodes/n1`]: { kind: "NodeMetrics", apiVersion, ...NODE },
  [`${ROOT}/pods`]: { kind: "PodMetricsList", apiVersion, metadata: {}, items: [POD] },
  [`${ROOT}/namespaces/default/pods`]: { kind: "PodMetricsList", apiVersion, metadata: {}, items: [POD] },
  "/openapi/v3": { paths: { [ROOT.slice(1)]: { serverRelativeURL: `/openapi/v3${ROOT}?hash=ABC` } } },
  [`/openapi/v3${ROOT}`]: {
    openapi: "3.0.0",
    info: { title: "metrics", version: "1" },
    paths: {
      [`${ROOT}/nodes`]: { get: { operationId: "listNodeMetrics", responses: { 200: { description: "OK" } } } },
    },
    components: { schemas: { "io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics": SCHEMA } },
  },
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "", "http://extension");
  if (url.pathname === `${ROOT}/redirect`) {
    response.writeHead(302, { location: "https://127.0.0.1:1/stolen" }).end();
  } else if (url.searchParams.get("watch") === "true") {
    response.writeHead(200, { "content-type": "application/json" });
    const event = (name: string): string =>
      `${JSON.stringify({ type: "ADDED", object: { kind: "NodeMetrics", apiVersion, ...NODE, metadata: { name } } })}\n`;
    response.write(event("first"));
    setTimeout(() => response.write(event("second")), 50);
  } else if (request.method === "POST") {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    response.writeHead(201, { "content-type": "application/json" }).end(Buffer.concat(chunks));
  } else {
    const document = DOCUMENTS[url.pathname];
    response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(document ?? { kind: "Status", code: 404 }));
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** The Service, EndpointSlice and APIService by which it is found, with the endpoint at an address that the dialer redirects. */
export function extensionObjects({ caBundle }: Pick<ExtensionServer, "caBundle">): {
  readonly service: object;
  readonly slice: object;
  readonly apiService: object;
} {
  const namespace = "kube-system";
  return {
    service: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "metrics-server", namespace },
      spec: { ports: [{ name: "https", port: 443, targetPort: 8443 }], selector: { app: "metrics-server" } },
    },
    slice: {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: "metrics-server-1",
        namespace,
        labels: { "kubernetes.io/service-name": "metrics-server" },
      },
      addressType: "IPv4",
      ports: [{ name: "https", port: 8443, protocol: "TCP" }],
      endpoints: [{ addresses: ["10.1.2.3"], conditions: { ready: true } }],
    },
    apiService: {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        service: { namespace, name: "metrics-server" },
        caBundle,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  };
}
