import { type Pod, pods, type Service, services } from "@skates/api/core/v1";
import { type ApiResponse, badRequest, type Handler, notFound, StatusError } from "@skates/apimachinery";
import type { SpecialCall, SpecialHandler } from "@skates/apiserver";
import { messageOf, pick, type Random } from "@skates/component-base";
import { isSpecialAddress, readyEndpoints, urlHost } from "../webhooks/service-endpoint.ts";
import { publicHeaders } from "../kubelet/kubelets.ts";
import {
  parseProxyTarget,
  PROXY_VERBS,
  type ProxyPath,
  proxyPath,
  type ProxyTarget,
  slashRedirect,
} from "./proxy-path.ts";
import { withLinksThroughProxy } from "./proxied-links.ts";

/** Reaches a server inside the cluster's network, given as `http://10.244.0.7:8080`. Certificates of such servers are not checked. */
export type WorkloadDialer = (origin: string) => Handler;

export interface WorkloadProxyOptions {
  readonly dial: WorkloadDialer;
  readonly random: Random;
}

/** `pods/proxy` and `services/proxy`: a request to a port of a pod. Links in pages lead back through the proxy; all else comes through as it is. */
export function workloadProxyHandlers({ dial, random }: WorkloadProxyOptions): readonly SpecialHandler[] {
  const choices = random.stream("service-proxy");
  const handler = (
    resource: string,
    originOf: (call: SpecialCall, target: ProxyTarget) => Promise<string>,
  ): SpecialHandler => ({
    group: "",
    resource,
    subresource: "proxy",
    verbs: PROXY_VERBS,
    handle: async (call) => {
      const target = parseProxyTarget(call.route.name);
      const path = proxyPath(call.request.path, { plural: resource, name: call.route.name });
      const redirect = slashRedirect(call.request, path);
      if (redirect !== undefined) return redirect;
      const origin = await originOf(call, target);
      return await forwardToWorkload(call, { dial, origin, path });
    },
  });
  return [handler("pods", podOrigin), handler("services", (call, target) => serviceOrigin(call, target, choices))];
}

export interface WorkloadTarget {
  readonly dial: WorkloadDialer;
  readonly origin: string;
  readonly path: ProxyPath;
}

/** Passes a request on without the caller's credentials, and without any of ours. */
export async function forwardToWorkload(
  { request }: SpecialCall,
  { dial, origin, path }: WorkloadTarget,
): Promise<ApiResponse> {
  const { prefix, rest } = path;
  const headers = { ...publicHeaders(request.headers), "x-forwarded-uri": `${prefix}${rest}` };
  try {
    const answer = await dial(origin)({ ...request, path: rest === "" ? "/" : rest, headers });
    return await withLinksThroughProxy(answer, { origin, host: request.headers["host"] ?? "", prefix });
  } catch (error) {
    request.signal.throwIfAborted();
    throw new StatusError("ServiceUnavailable", `error trying to reach service: ${messageOf(error)}`, { cause: error });
  }
}

async function podOrigin(call: SpecialCall, { scheme, name, port }: ProxyTarget): Promise<string> {
  const pod = await call.registry.get<Pod>(pods, { namespace: call.route.namespace, name }, call.signal);
  if (pod === undefined) throw notFound(pods, name);
  const address = pod.status?.podIP ?? "";
  if (address === "") throw badRequest("address not allowed");
  const first = pod.spec.containers.flatMap((container) => container.ports ?? [])[0]?.containerPort;
  return originOf(scheme, address, port === "" ? (first ?? 80) : portNumber(port));
}

async function serviceOrigin(call: SpecialCall, target: ProxyTarget, random: Random): Promise<string> {
  const { namespace } = call.route;
  const { scheme, name } = target;
  const service = await call.registry.get<Service>(services, { namespace, name }, call.signal);
  if (service === undefined) throw notFound(services, name);
  const found = readyEndpoints(call.registry, service, portName(service, target.port));
  const chosen = found.length === 0 ? undefined : found[pick(random, found.length)];
  if (chosen !== undefined) return originOf(scheme, chosen.address, chosen.port);
  throw new StatusError("ServiceUnavailable", `no endpoints available for service ${JSON.stringify(name)}`);
}

/** A port by its number or name, as slices name it. */
function portName({ metadata, spec }: Service, wanted: string): string {
  const ports = spec.ports ?? [];
  if (wanted === "" && ports.length === 1) return ports[0]?.name ?? "";
  const found = ports.find(({ name = "", port }) => name === wanted || String(port) === wanted);
  if (found !== undefined) return found.name ?? "";
  throw new StatusError(
    "ServiceUnavailable",
    `no service port ${JSON.stringify(wanted)} found for service ${JSON.stringify(metadata.name)}`,
  );
}

/** Throws BadRequest. */
export function portNumber(port: string): number {
  const number = Number(port);
  if (/^\d{1,5}$/.test(port) && number > 0 && number < 65_536) return number;
  throw badRequest(`invalid port ${JSON.stringify(port)}`);
}

/**
 * Throws BadRequest for addresses of this machine and its link: whoever writes a pod's status or an endpoint slice would reach what
 * listens there for the server only (CVE-2020-8561, CVE-2022-3294).
 */
export function originOf(scheme: string, address: string, port: number): string {
  if (isSpecialAddress(address)) throw badRequest("address not allowed");
  return `${scheme}://${urlHost(address)}:${port}`;
}
