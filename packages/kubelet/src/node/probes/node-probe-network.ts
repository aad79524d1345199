import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIPv6 } from "node:net";
import { formatDuration, int32, opt, string, struct } from "@skates/apimachinery";
import { asError, hasCode, messageOf } from "@skates/component-base";
import { grpcClient } from "@skates/transport/node";
import { methodsOf } from "../grpc-methods.ts";
import type { HttpProbe, ProbeNetwork, TcpProbe } from "../../probe/probe-network.ts";

const BODY_BYTES_MAX = 10 * 1024;
const REDIRECTS_MAX = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

const HealthCheckRequest = struct("grpc.health/v1.HealthCheckRequest", { service: opt(1, string, "") });
const HealthCheckResponse = struct("grpc.health/v1.HealthCheckResponse", { status: opt(1, int32, "") });
const healthCheck = methodsOf("grpc.health.v1.Health")("Check", HealthCheckRequest, HealthCheckResponse);

/** Probes over this machine's network. Each has a connection of its own, as a probe is to show that one can be made. */
export const nodeProbeNetwork: ProbeNetwork = {
  httpGet: (probe, signal) => get(probe, probe.url, signal, 0),
  tcpConnect,
  async grpcHealth({ host, port, service, timeoutMs }, signal) {
    const address = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
    const client = await grpcClient({ address });
    try {
      const { status = 0 } = await client.unary(healthCheck, { service }, { signal, timeoutMs });
      return status;
    } catch (error) {
      if (signal.aborted) throw error;
      throw new Error(grpcText(error, address, formatDuration(timeoutMs)), { cause: error });
    } finally {
      client.close();
    }
  },
};

function grpcText(error: unknown, address: string, timeout: string): string {
  const text = asError(error).message;
  // Upstream goes on connecting until the time is over.
  if (hasCode(error, "GrpcUnavailable"))
    return `timeout: failed to connect service ${JSON.stringify(address)} within ${timeout}: context deadline exceeded`;
  if (hasCode(error, "GrpcDeadlineExceeded")) return `timeout: health rpc did not complete within ${timeout}`;
  if (!hasCode(error, "GrpcUnimplemented")) return `error: health rpc probe failed: ${text}`;
  const said = text.replace(/^rpc error: code = \w+ desc = /, "");
  return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${said}`;
}

type Answer = { readonly status: number; readonly body: string };

async function get(probe: HttpProbe, url: string, signal: AbortSignal, hops: number): Promise<Answer> {
  const { status, location, body } = await once(probe, url, signal);
  if (location === undefined || !REDIRECTS.includes(status)) return { status, body };
  const next = new URL(location, url);
  // What is there is not the container's.
  if (next.hostname !== new URL(probe.url).hostname) return { status, body };
  if (hops >= REDIRECTS_MAX) throw new Error(`stopped after ${REDIRECTS_MAX} redirects`);
  return await get(probe, next.href, signal, hops + 1);
}

function once(
  probe: HttpProbe,
  url: string,
  signal: AbortSignal,
): Promise<Answer & { readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const headers = Object.fromEntries(probe.headers);
    const request = send(url, { method: "GET", agent: false, signal, headers, rejectUnauthorized: false });
    const timer = setTimeout(() => {
      request.destroy(new Error("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"));
    }, probe.timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(new Error(dialText(error, new URL(url).host)));
    };
    request.on("error", fail);
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("error", fail);
      const done = (): void => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, body });
      };
      response.on("data", (text: string) => {
        body = (body + text).slice(0, BODY_BYTES_MAX);
        if (body.length < BODY_BYTES_MAX) return;
        done();
        request.destroy();
      });
      response.on("end", done);
    });
    request.end();
  });
}

function tcpConnect({ host, port, timeoutMs }: TcpProbe, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    const at = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const timer = setTimeout(() => socket.destroy(new Error(`dial tcp ${at}: i/o timeout`)), timeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    });
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(dialText(error, at)));
    });
  });
}

/** The whole text, without a cause that would say it again: the words of Go's dialer for the failures that are seen most. */
function dialText(error: Error, at: string): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connect: connection refused",
    EHOSTUNREACH: "connect: no route to host",
    ENETUNREACH: "connect: network is unreachable",
    ETIMEDOUT: "i/o timeout",
  };
  const known = words[code];
  if (known !== undefined) return `dial tcp ${at}: ${known}`;
  if (code === "ECONNRESET") return "EOF";
  return messageOf(error);
}
