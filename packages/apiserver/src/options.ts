import type { ApiObject, ApiRequest, ApiResponse, Resource, UserInfo } from "@skates/apimachinery";
import type { Env } from "@skates/component-base";
import type { RevisionStore } from "@skates/storage";
import type { Aggregation } from "./aggregation.ts";
import type { AdmissionPlugin } from "./admission.ts";
import type { Authenticator, Authorizer } from "./auth.ts";
import type { Auditor, Stage } from "./context.ts";
import type { Registry } from "./registry/registry.ts";
import type { SpecialHandler } from "./special.ts";

/** What `/version` answers. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  /** `v1.36.0+skates.0.1.0`. */
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly buildDate: string;
  readonly platform: string;
  /** The runtime, `node20.20.2`; clients print it only. */
  readonly goVersion: string;
}

/** One line of `/readyz?verbose` and its fellows. */
export interface HealthCheck {
  readonly name: string;
  /** `livez`: a failure asks for a restart; `readyz`: for no traffic. `healthz` has all. */
  readonly of: "livez" | "readyz" | "both";
  /** Undefined: fine; else what is wrong. */
  check(): string | undefined;
}

/** A path that is no resource. Authenticated and authorized like all. */
export interface PathHandler {
  readonly path: string;
  handle(request: ApiRequest, user: UserInfo, signal: AbortSignal): Promise<ApiResponse>;
}

/** Bounds, each with upstream's default. */
export interface Limits {
  /** Requests that read, without watches and streams, at a time; 400. */
  readonly readingInFlight: number;
  /** Requests that write at a time; 200. */
  readonly writingInFlight: number;
  /** Largest request body; 3 MiB. */
  readonly bodyBytes: number;
  /** Largest stored object; 1.5 MiB. */
  readonly objectBytes: number;
  /** Time for requests other than watches and streams; 60 s. */
  readonly requestMs: number;
  /** Shortest time that a watch runs when the client does not say; 1,800 s, at random up to twice that. */
  readonly watchMsMin: number;
  /** Time between bookmarks of a watch; 60 s. */
  readonly bookmarkMs: number;
  /** Events kept per resource for watches that resume; 4,096. */
  readonly eventsKept: number;
  /** Bytes of objects in those events, per resource; 8 MiB. */
  readonly eventsKeptBytes: number;
  /** Events that a watcher may be behind before it is cut; 1,000. */
  readonly watcherEvents: number;
  /** Objects that stay decoded although nobody else holds them; 2,000. */
  readonly decodedObjects: number;
}

export interface ApiServerOptions {
  readonly env: Env;
  readonly store: RevisionStore;
  /** What is served from the start; more can come and go by `registry`. */
  readonly resources: readonly Resource[];
  readonly version: VersionInfo;
  readonly authenticator: Authenticator;
  readonly authorizer: (registry: Registry) => Authorizer;
  /** In upstream's order. */
  readonly admission: (registry: Registry) => readonly AdmissionPlugin[];
  readonly specials?: ((registry: Registry) => readonly SpecialHandler[]) | undefined;
  readonly paths?: readonly PathHandler[] | undefined;
  /** Servers that answer for some group versions in the place of this one. */
  readonly aggregation?: Aggregation | undefined;
  readonly health?: readonly HealthCheck[] | undefined;
  /** Seams of the chain. */
  readonly audit?: ((registry: Registry) => Auditor) | undefined;
  /** In the place of the built-in one, which asks the authorizer. */
  readonly impersonation?: Stage | undefined;
  /** In the place of the plain limits on requests in flight. */
  readonly fairness?: Stage | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** What all keys start with; default `/registry/`. */
  readonly storagePrefix?: string | undefined;
  /** Gives other work a turn of the event loop; default: a sleep of 0 ms. */
  readonly turn?: (() => Promise<void>) | undefined;
  /** Called with each object that the cache hands out: tests freeze them. */
  readonly onDecode?: ((object: ApiObject) => void) | undefined;
  /** Packs a chunk as a gzip member of its own; absent: answers are never packed. */
  readonly gzip?: ((chunk: Uint8Array) => Uint8Array) | undefined;
  /** Sends an answer over the WebSocket that its client asks for; absent: such clients get logs and watches as everybody else. */
  readonly overWebSocket?: OverWebSocket | undefined;
}

/** Watches have a message for each line, logs are bytes. */
export type OverWebSocket = (request: ApiRequest, answer: ApiResponse, messages: "lines" | "bytes") => ApiResponse;

export const DEFAULT_LIMITS: Limits = {
  readingInFlight: 400,
  writingInFlight: 200,
  bodyBytes: 3 << 20,
  objectBytes: 1_572_864,
  requestMs: 60_000,
  watchMsMin: 1_800_000,
  bookmarkMs: 60_000,
  eventsKept: 4096,
  eventsKeptBytes: 8 << 20,
  watcherEvents: 1000,
  decodedObjects: 2000,
};
