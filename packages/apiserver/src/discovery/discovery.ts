import type { Aggregation, ForwardedRequest } from "../aggregation.ts";
import { type ApiRequest, type ApiResponse, formatGroupVersion } from "@skates/apimachinery";
import { jsonResponse } from "../responses.ts";
import type { ServedSet } from "../registry/served.ts";
import { readAccept } from "../wire/accept.ts";
import { AGGREGATED_TYPE, groupDiscoveryList } from "./aggregated.ts";
import { contentHash } from "./content-hash.ts";
import { type Group, groupsOf } from "./groups.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./legacy.ts";
import { OpenApi } from "./openapi.ts";

interface Tagged {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface DiscoveryOptions {
  readonly version: string;
  readonly turn: () => Promise<void>;
  readonly aggregation: Aggregation | undefined;
}

/** What the server serves, told to clients. Documents are made when first asked for and again when resources come or go. */
export class Discovery {
  readonly #served: ServedSet;
  #generation = "";
  #groups: readonly Group[] = [];
  #documents = new Map<string, object>();
  #aggregated = new Map<string, Tagged>();
  #openApi: OpenApi | undefined;

  readonly #options: DiscoveryOptions;

  constructor(served: ServedSet, options: DiscoveryOptions) {
    this.#served = served;
    this.#options = options;
  }

  /** Undefined for paths that are not about discovery. */
  async serve(forwarded: ForwardedRequest): Promise<ApiResponse | undefined> {
    const { request } = forwarded;
    this.#refresh();
    const path = request.path.length > 1 && request.path.endsWith("/") ? request.path.slice(0, -1) : request.path;
    if ((path === "/api" || path === "/apis") && wantsAggregated(request)) return this.#serveAggregated(request, path);
    if (path === "/api") {
      return jsonResponse(
        200,
        apiVersions(
          this.#groups.find(({ name }) => name === ""),
          request.headers["host"] ?? "",
        ),
      );
    }
    if (path.startsWith("/openapi/")) return await this.#openApi?.serve(forwarded, path);
    const document = this.#documents.get(path);
    return document === undefined ? undefined : jsonResponse(200, document);
  }

  #serveAggregated(request: ApiRequest, path: string): ApiResponse {
    let tagged = this.#aggregated.get(path);
    if (tagged === undefined) {
      const groups = this.#groups.filter(({ name }) => (name === "") === (path === "/api"));
      const text = `${JSON.stringify(groupDiscoveryList(groups))}\n`;
      tagged = { bytes: new TextEncoder().encode(text), etag: `"${contentHash(text)}"` };
      this.#aggregated.set(path, tagged);
    }
    const headers = { etag: tagged.etag, vary: "Accept", "cache-control": "public" };
    if (request.headers["if-none-match"] === tagged.etag) return { status: 304, headers, body: { kind: "none" } };
    return { status: 200, headers, body: { kind: "bytes", mediaType: AGGREGATED_TYPE, chunks: [tagged.bytes] } };
  }

  #refresh(): void {
    const { aggregation } = this.#options;
    const generation = `${this.#served.generation}/${aggregation?.generation() ?? 0}`;
    if (this.#generation === generation) return;
    this.#generation = generation;
    const resources = this.#served.all().map((served) => served.resource);
    this.#groups = groupsOf(resources, aggregation?.remotes());
    this.#openApi = new OpenApi(this.#groups, { ...this.#options, previous: this.#openApi });
    this.#aggregated.clear();
    this.#documents.clear();
    const named = this.#groups.filter(({ name }) => name !== "");
    this.#documents.set("/apis", apiGroupList(named));
    for (const group of named) this.#documents.set(`/apis/${group.name}`, apiGroup(group));
    const versions: string[] = [];
    for (const { name, versions: members } of this.#groups) {
      for (const member of members) {
        const path = `/${name === "" ? "api" : "apis"}/${formatGroupVersion({ group: name, version: member.version })}`;
        this.#documents.set(path, apiResourceList(name, member));
        versions.push(path);
      }
    }
    this.#documents.set("/", rootPaths([...named.map(({ name }) => `/apis/${name}`), ...versions]));
  }
}

const FIXED_PATHS: readonly string[] = [
  "/api",
  "/apis",
  "/healthz",
  "/livez",
  "/metrics",
  "/openapi/v2",
  "/openapi/v3",
  "/readyz",
  "/version",
];

function rootPaths(paths: readonly string[]): object {
  return { paths: [...FIXED_PATHS, ...paths].sort() };
}

function wantsAggregated({ headers }: ApiRequest): boolean {
  const accept = headers["accept"] ?? "";
  return accept.includes("APIGroupDiscoveryList") && readAccept(accept)[0]?.as === "APIGroupDiscoveryList";
}
