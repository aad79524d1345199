import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { type LogLine, loggerTo, seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import type { CertificateTemplate, KeyPair } from "@skates/pki";
import { nodePki } from "@skates/pki/node";
import { type ServeOptions, type ServingHandle, serveHandler } from "./serve-handler.ts";

/** Certificates for tests of servers and clients. */
export interface TestingPki {
  readonly ca: KeyPair;
  readonly server: KeyPair;
  issue(template: Partial<CertificateTemplate>): Promise<KeyPair>;
}

const DAY_MS = 86_400_000;

/** A CA with a certificate for `localhost` and the loopback addresses. `agoMs` lets it all be made in the past. */
export async function testingPki(agoMs = 0): Promise<TestingPki> {
  const clock = { ...systemClock(), nowMs: () => Date.now() - agoMs };
  const pki = nodePki({ clock, random: seededRandom("testing") });
  const ca = await pki.createCa("testing-ca", 3650 * DAY_MS);
  const issue = (template: Partial<CertificateTemplate>): Promise<KeyPair> =>
    pki.authority(ca).issue({ commonName: "somebody", usages: ["client"], validMs: DAY_MS, ...template });
  const server = await issue({
    commonName: "localhost",
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1", "::1"],
    usages: ["server"],
  });
  return { ca, server, issue };
}

/** A server on loopback, with what it logged and which requests it saw. */
export interface TestingServer extends ServingHandle {
  readonly logged: readonly LogLine[];
  readonly seen: readonly ApiRequest[];
  readonly url: string;
}

/** Serves a handler on a free port of 127.0.0.1. */
export async function testingServer(
  handler: Handler,
  options: Partial<Omit<ServeOptions, "handler" | "log">> = {},
): Promise<TestingServer> {
  const logged: LogLine[] = [];
  const seen: ApiRequest[] = [];
  const served = await serveHandler({
    address: "127.0.0.1",
    port: 0,
    clock: systemClock(),
    ...options,
    log: loggerTo((line) => logged.push(line)),
    handler: (request) => {
      seen.push(request);
      return handler(request);
    },
  });
  const scheme = options.tls === undefined ? "http" : "https";
  return { ...served, logged, seen, url: `${scheme}://127.0.0.1:${served.port}` };
}

/** A response with a text body. */
export function textResponse(text: string, status = 200): ApiResponse {
  return { status, headers: {}, body: { kind: "bytes", mediaType: "text/plain", chunks: [Buffer.from(text)] } };
}
