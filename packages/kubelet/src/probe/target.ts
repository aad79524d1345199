import type { HTTPGetAction } from "@skates/api/core/v1";
import type { AnyContainer } from "../pod/containers.ts";
import type { HttpProbe } from "./probe-network.ts";

/** The number of a port given by number or by the name of one of the container's ports. */
export function portNumber(port: number | string, container: AnyContainer): number {
  if (typeof port === "number") return checked(port);
  const named = (container.ports ?? []).find((p) => p.name === port);
  if (named !== undefined) return checked(named.containerPort);
  if (/^\d+$/.test(port)) return checked(Number(port));
  throw new Error(`couldn't find port: "${port}" in container "${container.name}"`);
}

function checked(port: number): number {
  if (port > 0 && port < 65_536) return port;
  throw new Error(`invalid port number: ${port}`);
}

/** The request of an httpGet action. `agent` is the user agent unless the action names its own. */
export function httpProbe(action: HTTPGetAction, at: HttpTarget): HttpProbe {
  const port = portNumber(action.port, at.container);
  const host = action.host === undefined || action.host === "" ? at.podIp : action.host;
  const scheme = (action.scheme ?? "HTTP").toLowerCase();
  const path = action.path ?? "/";
  const headers = (action.httpHeaders ?? []).map((h) => [h.name, h.value] as const);
  const named = (name: string): boolean => headers.some(([n]) => n.toLowerCase() === name);
  return {
    url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${path.startsWith("/") ? path : `/${path}`}`,
    headers: [
      ...(named("user-agent") ? [] : [["User-Agent", at.agent] as const]),
      ...(named("accept") ? [] : [["Accept", "*/*"] as const]),
      ...headers,
    ],
    timeoutMs: at.timeoutMs,
  };
}

export interface HttpTarget {
  readonly container: AnyContainer;
  readonly podIp: string;
  readonly timeoutMs: number;
  readonly agent: string;
}
