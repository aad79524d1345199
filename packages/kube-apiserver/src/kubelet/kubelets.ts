import { type Node, nodes } from "@skates/api/core/v1";
import { type ApiRequest, type ApiResponse, type Handler, StatusError } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { isRedirect, refuseRedirect } from "./refuse-redirect.ts";

/** Where a node's kubelet listens. */
export interface KubeletAddress {
  readonly node: string;
  readonly host: string;
  readonly port: number;
}

/** Reaches kubelets under the API server's identity; connections are kept by whoever implements it. */
export type KubeletDialer = (address: KubeletAddress) => Handler;

const DEFAULT_PORT = 10_250;
const ADDRESS_TYPES = ["InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"];
/** They are the caller's, and no business of a kubelet. */
const PRIVATE_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "x-remote-user",
  "x-remote-group",
  "x-remote-uid",
]);
const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/** The kubelets of the cluster, by node. */
export class Kubelets {
  readonly #registry: Registry;
  readonly #dial: KubeletDialer;

  constructor(registry: Registry, dial: KubeletDialer) {
    this.#registry = registry;
    this.#dial = dial;
  }

  /** Throws NotFound for an unknown node. */
  async address(name: string, signal: AbortSignal): Promise<KubeletAddress> {
    const node = await this.#registry.get<Node>(nodes, { name }, signal);
    if (node === undefined) throw new StatusError("NotFound", `nodes ${JSON.stringify(name)} not found`);
    return kubeletAddress(node);
  }

  /**
   * Passes a request on to a node's kubelet under another path and query; upgrades and bodies pass through. Throws NotFound for an
   * unknown node and InternalError, in upstream's words, when the kubelet cannot be reached.
   */
  async forward(request: ApiRequest, to: KubeletTarget): Promise<ApiResponse> {
    const address = await this.address(to.node, request.signal);
    try {
      const answer = await this.#dial(address)({
        ...request,
        path: to.path,
        query: to.query,
        headers: publicHeaders(request.headers),
      });
      return isRedirect(answer) ? await refuseRedirect(answer) : answer;
    } catch (error) {
      request.signal.throwIfAborted();
      throw new StatusError("", `error dialing backend: ${messageOf(error)}`, { code: 500, cause: error });
    }
  }
}

export interface KubeletTarget {
  readonly node: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The best of a node's addresses, and the port it announces. */
export function kubeletAddress(node: Node): KubeletAddress {
  const addresses = node.status?.addresses ?? [];
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 0;
  for (const type of ADDRESS_TYPES) {
    const found = addresses.find((address) => address.type === type);
    if (found !== undefined)
      return { node: node.metadata.name, host: found.address, port: port === 0 ? DEFAULT_PORT : port };
  }
  const message = `no preferred addresses found; known addresses: ${JSON.stringify(addresses)}`;
  throw new StatusError("InternalError", `Internal error occurred: ${message}`);
}

/** A caller's headers without what proves who that is. */
export function publicHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (PRIVATE_HEADERS.has(name) || name.startsWith("x-remote-extra-") || name.startsWith("impersonate-")) continue;
    out[name] = name === "sec-websocket-protocol" ? withoutToken(value) : value;
  }
  return out;
}

function withoutToken(protocols: string): string {
  const kept = protocols.split(",").filter((protocol) => !protocol.trim().startsWith(TOKEN_PROTOCOL));
  return kept.join(",").trim();
}
