import { apiServices } from "@skates/api/apiregistration/v1";
import { services } from "@skates/api/core/v1";
import { endpointSlices } from "@skates/api/discovery/v1";
import { type ApiRequest, type Handler, type JsonRecord } from "@skates/apimachinery";
import { jsonResponse } from "@skates/apiserver";
import type { World } from "./world.ts";

/** A server of parts of the API beside the cluster's own, in memory: documents by path, asked for by GET. */
export interface AggregatedServer {
  readonly handler: Handler;
  /** `GET /apis/…?…` and so on, without discovery. */
  readonly seen: string[];
  /** Answers a request otherwise; undefined: as ever. */
  answer: ((request: ApiRequest) => unknown) | undefined;
}

/** A resource as discovery shows it. */
export interface Served {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** `parts`: `example.com/v1` to the namespaced resources that it serves. */
export function aggregatedServer(parts: Readonly<Record<string, readonly Served[]>>): AggregatedServer {
  const server: AggregatedServer = {
    seen: [],
    answer: undefined,
    handler: async (request) => {
      await Promise.resolve();
      const part = request.path.replace(/^\/apis\//, "");
      const answered = server.answer?.(request);
      if (Object.hasOwn(parts, part) && answered === undefined) {
        const resources = (parts[part] ?? []).map((one) => ({ ...one, singularName: "", namespaced: true }));
        return jsonResponse(200, { kind: "APIResourceList", apiVersion: "v1", groupVersion: part, resources });
      }
      const query = request.query.toString();
      if (part !== request.path)
        server.seen.push(`${request.method} ${request.path}${query === "" ? "" : `?${query}`}`);
      if (answered !== undefined) return jsonResponse(200, answered);
      return jsonResponse(404, { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 });
    },
  };
  return server;
}

/** Registers parts of the API with the cluster and waits until they are available. */
export async function register(world: World, parts: readonly string[]): Promise<void> {
  const namespace = "kube-system";
  const labels = { "kubernetes.io/service-name": "elsewhere" };
  await world.create(services, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name: "elsewhere" },
    spec: { ports: [{ name: "https", port: 443 }] },
  });
  await world.create(endpointSlices, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace, name: "elsewhere-1", labels },
    addressType: "IPv4",
    ports: [{ name: "https", port: 8443, protocol: "TCP" }],
    endpoints: [{ addresses: ["10.1.2.3"], conditions: { ready: true } }],
  });
  for (const [i, part] of parts.entries()) {
    const [group = "", version = ""] = part.split("/");
    await world.create(apiServices, {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        service: { namespace, name: "elsewhere" },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100 - i,
      },
    });
  }
  const names = new Set(parts.map((part) => part.split("/").reverse().join(".")));
  for (let i = 0; i < 60; i++) {
    await world.pass(1);
    const available = (await world.list(apiServices)).filter(
      ({ metadata, status }) =>
        names.has(metadata.name) &&
        status?.conditions?.some(({ type, status: is }) => type === "Available" && is === "True"),
    );
    if (available.length === names.size) return;
  }
  throw new Error(`not available: ${[...names].join(", ")}`);
}

/** Objects of one kind in one namespace, as a server keeps them; they go when they are told to unless they are held. */
export class Shelf {
  readonly #root: string;
  readonly #kind: string;
  readonly #apiVersion: string;
  readonly #objects = new Map<string, JsonRecord>();

  constructor(part: string, namespace: string, { name, kind }: Served) {
    this.#root = `/apis/${part}/namespaces/${namespace}/${name}`;
    this.#kind = kind;
    this.#apiVersion = part;
  }

  get names(): readonly string[] {
    return [...this.#objects.keys()];
  }

  put(name: string, finalizers: readonly string[] = []): void {
    const metadata = { name, uid: `uid-${name}`, resourceVersion: "1", finalizers };
    this.#objects.set(name, { apiVersion: this.#apiVersion, kind: this.#kind, metadata });
  }

  remove(name: string): void {
    this.#objects.delete(name);
  }

  /** Undefined: not about this shelf. */
  answer({ method, path }: ApiRequest): unknown {
    if (!path.startsWith(this.#root)) return undefined;
    const name = path.slice(this.#root.length + 1);
    if (method === "DELETE") {
      for (const [key, object] of this.#objects) if ((name === "" || name === key) && !isHeld(object)) this.remove(key);
      return { kind: "Status", apiVersion: "v1", status: "Success" };
    }
    const list = { apiVersion: this.#apiVersion, kind: `${this.#kind}List`, metadata: { resourceVersion: "1" } };
    return { ...list, items: [...this.#objects.values()] };
  }
}

function isHeld({ metadata }: JsonRecord): boolean {
  return JSON.stringify(metadata).includes('"finalizers":["');
}
