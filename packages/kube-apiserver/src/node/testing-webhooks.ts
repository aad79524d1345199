import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { IncomingMessage, ServerResponse } from "node:http";
import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { nodePki } from "@skates/pki/node";

/** A request that a webhook server got. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  // Tests look into reviews without ceremony; this file serves tests only.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Answers a request with JSON, or writes the response itself and gives undefined. May take its time. */
export type Answering = (request: SeenRequest, response: ServerResponse) => unknown;

/** A webhook server for tests, on a free port, over TLS. */
export interface WebhookTestServer {
  readonly port: number;
  readonly url: string;
  /** PEM of its authority, and the same as the API wants it. */
  readonly ca: string;
  readonly caBundle: string;
  /** In the order of arrival. */
  readonly seen: readonly SeenRequest[];
  /** Answers from now on. */
  answer(answering: Answering): void;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Where a webhook server listens, and what it is called. */
export interface WebhookServerOptions {
  /** Default 127.0.0.1. */
  readonly address?: string;
  readonly names?: readonly string[];
}

/** Starts a server whose certificate is for `localhost`, 127.0.0.1 and `names`. */
export async function startWebhookServer(
  answering: Answering,
  { address = "127.0.0.1", names = [] }: WebhookServerOptions = {},
): Promise<WebhookTestServer> {
  const pki = nodePki({ clock: systemClock(), random: seededRandom("webhooks") });
  const authority = await pki.createCa("webhook-ca", DAY_MS);
  const { cert, key } = await pki.authority(authority).issue({
    commonName: "webhook",
    dnsNames: ["localhost", ...names],
    ipAddresses: ["127.0.0.1"],
    usages: ["server"],
    validMs: DAY_MS,
  });
  const seen: SeenRequest[] = [];
  let current = answering;
  const server = createServer({ cert, key }, (request, response) => {
    void serve(request, response, (each) => {
      seen.push(each);
      return current(each, response);
    });
  });
  const port = await listen(server, address);
  const sockets = new Set<Socket>();
  server.on("secureConnection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    ca: authority.cert,
    caBundle: btoa(authority.cert),
    seen,
    answer: (next) => {
      current = next;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answering: (request: SeenRequest) => unknown,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const answer = await answering({ url: request.url ?? "", headers: request.headers, body });
  if (answer === undefined) return;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer));
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, address, () => resolve((server.address() as AddressInfo).port));
  });
}
