import {
  type ApiRequest,
  type ApiResponse,
  DeleteOptions,
  formatGroupVersion,
  type JsonRecord,
  type JsonSchema,
  ListMeta,
  openApiDefinitions,
  openApiList,
  type Resource,
  Status,
  type Struct,
} from "@skates/apimachinery";
import type { Aggregation, ForwardedRequest } from "../aggregation.ts";
import { jsonResponse } from "../responses.ts";
import { contentHash } from "./content-hash.ts";
import type { Group, GroupVersionResources } from "./groups.ts";
import { openApiPaths } from "./openapi-paths.ts";
import { OpenApiV2 } from "./openapi-v2/openapi-v2.ts";
import { subresourceStruct } from "./subresource-kinds.ts";

/** Documents kept: clients ask for the same few again and again, and each can be made anew. */
const KEPT = 3;
const ROOT = "/openapi/v3";
const V2 = "/openapi/v2";

interface Section {
  readonly group: string;
  readonly member: GroupVersionResources;
  hash: string | undefined;
}

export interface OpenApiOptions {
  readonly version: string;
  readonly turn: () => Promise<void>;
  readonly aggregation: Aggregation | undefined;
  /** What it takes the place of: hashes of what did not change stay. */
  readonly previous?: OpenApi | undefined;
}

/** OpenAPI v3: an index, and a document for each group and version; and v2: all of them in one. */
export class OpenApi {
  readonly #version: string;
  readonly #turn: () => Promise<void>;
  readonly #aggregation: Aggregation | undefined;
  /** By path below the root: `apis/apps/v1`. */
  readonly #sections = new Map<string, Section>();
  readonly #documents = new Map<string, string>();
  readonly #v2: OpenApiV2;

  constructor(groups: readonly Group[], options: OpenApiOptions) {
    this.#version = options.version;
    this.#turn = options.turn;
    this.#aggregation = options.aggregation;
    for (const { name: group, versions } of groups) {
      for (const member of versions) {
        const path = `${group === "" ? "api" : "apis"}/${formatGroupVersion({ group, version: member.version })}`;
        // What another server does not tell is not told here either.
        if (member.remote !== undefined && member.remote.openApiHash === undefined) continue;
        const hash = member.remote?.openApiHash ?? options.previous?.hashOf(path, member.resources);
        this.#sections.set(path, { group, member, hash });
      }
    }
    this.#v2 = new OpenApiV2({
      info: this.#info(),
      hash: async () => contentHash((await this.#hashes()).map(([name, hash]) => `${name} ${hash}`).join("\n")),
      documents: () => this.#builtDocuments(),
    });
  }

  /** The hash of a document, if it has been made already and was about these very resources. */
  hashOf(path: string, resources: readonly Resource[]): string | undefined {
    const section = this.#sections.get(path);
    const known = section?.member.resources ?? [];
    const same = known.length === resources.length && known.every((one, index) => one === resources[index]);
    return same && section?.member.remote === undefined ? section?.hash : undefined;
  }

  /** Undefined for paths that are not here. */
  async serve(forwarded: ForwardedRequest, path: string): Promise<ApiResponse | undefined> {
    const { request } = forwarded;
    if (path === V2) return await this.#v2.serve(request);
    if (path === ROOT) return await this.#serveIndex();
    const name = path.slice(ROOT.length + 1);
    const section = this.#sections.get(name);
    if (section === undefined) return undefined;
    const { group, member } = section;
    if (member.remote !== undefined) return await this.#aggregation?.forward(group, member.version, forwarded);
    return this.#serveDocument(request, { name, section });
  }

  async #serveIndex(): Promise<ApiResponse> {
    const paths = (await this.#hashes()).map(([name, hash]): [string, object] => [
      name,
      { serverRelativeURL: `${ROOT}/${name}?hash=${hash}` },
    ]);
    return jsonResponse(200, { paths: Object.fromEntries(paths) });
  }

  async #hashes(): Promise<readonly (readonly [name: string, hash: string])[]> {
    const hashes: [string, string][] = [];
    for (const [name, section] of this.#sections) {
      if (section.hash === undefined) await this.#turn();
      hashes.push([name, this.#hash(name, section)]);
    }
    return hashes;
  }

  async *#builtDocuments(): AsyncGenerator<JsonRecord> {
    for (const { group, member } of this.#sections.values()) {
      await this.#turn();
      if (member.remote === undefined) yield this.#build(group, member);
      else {
        const document = await this.#aggregation?.openApi(group, member.version);
        if (document !== undefined) yield document;
      }
    }
  }

  #serveDocument(
    request: ApiRequest,
    { name, section }: { readonly name: string; readonly section: Section },
  ): ApiResponse {
    const hash = this.#hash(name, section);
    const etag = `"${hash}"`;
    const asked = request.query.get("hash");
    if (asked !== null && asked !== hash) {
      const location = `${ROOT}/${name}?hash=${hash}`;
      return { status: 301, headers: { location }, body: { kind: "none" } };
    }
    const caching = asked === null ? "no-cache, private" : "public, immutable";
    const headers = { etag, vary: "Accept", "cache-control": caching };
    if (request.headers["if-none-match"] === etag) return { status: 304, headers, body: { kind: "none" } };
    const bytes = new TextEncoder().encode(this.#document(name, section));
    return { status: 200, headers, body: { kind: "bytes", mediaType: "application/json", chunks: [bytes] } };
  }

  #hash(name: string, section: Section): string {
    section.hash ??= contentHash(this.#document(name, section));
    return section.hash;
  }

  #document(name: string, { group, member }: Section): string {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const document = JSON.stringify(this.#build(group, member));
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size < KEPT) break;
      this.#documents.delete(oldest);
    }
    this.#documents.set(name, document);
    return document;
  }

  #info(): JsonRecord {
    return { title: "Kubernetes", version: this.#version };
  }

  #build(group: string, { version, resources }: GroupVersionResources): JsonRecord {
    const schemas: Record<string, JsonSchema> = {
      ...openApiDefinitions([...resources.flatMap(structsOf), ...SHARED]),
      ...PATCH,
    };
    for (const resource of resources) {
      if (!resource.verbs.includes("list")) continue;
      const [name, schema] = openApiList(resource.schema);
      schemas[name] = schema;
    }
    return {
      openapi: "3.0.0",
      info: this.#info(),
      paths: openApiPaths(group, version, resources),
      components: {
        schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
        securitySchemes: {
          BearerToken: { type: "apiKey", description: "A bearer token.", name: "authorization", in: "header" },
        },
      },
    };
  }
}

/** The schemas of a resource and of what travels in its subresources. */
function structsOf({ schema, subresources }: Resource): readonly Struct[] {
  return [schema, ...subresources.flatMap((sub) => subresourceStruct(sub) ?? [])];
}

/** What paths refer to besides the kinds themselves. */
const SHARED: readonly Struct[] = [DeleteOptions, Status, ListMeta];
/** A patch in any of its forms. */
const PATCH: Readonly<Record<string, JsonSchema>> = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": {
    description: "A change in one of the forms of patches.",
    type: "object",
  },
};
