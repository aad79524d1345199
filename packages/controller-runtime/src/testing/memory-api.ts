import type {
  ApiObject,
  ApiRequest,
  ApiResponse,
  Body,
  Encoded,
  EncodedEvent,
  Handler,
  Resource,
} from "@skates/apimachinery";
import { alreadyExists, conflict, formatKey, mergePatch, notFound, StatusError } from "@skates/apimachinery";

/** What happened to the requests of a test, and means to disturb them. */
export interface MemoryApi {
  readonly handler: Handler;
  /** `POST /api/v1/...` of each request that was no watch, in order. */
  readonly requests: string[];
  /** Ends all watches; with an error, by an ERROR event. */
  endWatches(error?: StatusError): void;
  /** Answers instead of the server while it is set. */
  intercept: ((request: ApiRequest) => ApiResponse | undefined) | undefined;
  /** Keeps events back until it is set to false. */
  hold(held: boolean): void;
  put(object: ApiObject): ApiObject;
  remove(object: ApiObject): void;
  get(kind: string, name: string): ApiObject | undefined;
  all(kind: string): readonly ApiObject[];
}

interface Watcher {
  readonly kind: string;
  readonly push: (event: EncodedEvent | undefined) => void;
}

/** Enough of an API server, in memory and with typed bodies, to run informers and controllers against. No validation, no selectors. */
export function memoryApi(resources: readonly Resource[]): MemoryApi {
  const objects = new Map<string, ApiObject>();
  const log: EncodedEvent[] = [];
  const watchers = new Set<Watcher>();
  const held: (() => void)[] = [];
  let holding = false;
  let revision = 100;

  const idOf = (kind: string, key: string): string => `${kind}:${key}`;
  const ofKind = (kind: string): ApiObject[] => [...objects.values()].filter((object) => object.kind === kind);

  function tell(type: EncodedEvent["type"], object: ApiObject): void {
    const event = { type, object: encoded(object) };
    log.push(event);
    const push = (): void => {
      for (const watcher of watchers) if (watcher.kind === object.kind) watcher.push(event);
    };
    if (holding) held.push(push);
    else push();
  }

  function put(object: ApiObject): ApiObject {
    const id = idOf(object.kind, formatKey(object.metadata));
    const old = objects.get(id);
    const meta = object.metadata;
    const next: ApiObject = {
      ...object,
      metadata: {
        ...meta,
        uid: old?.metadata.uid ?? meta.uid ?? `uid-${revision}`,
        resourceVersion: String(++revision),
      },
    };
    objects.set(id, next);
    tell(old === undefined ? "ADDED" : "MODIFIED", next);
    return next;
  }

  function remove(object: ApiObject): void {
    objects.delete(idOf(object.kind, formatKey(object.metadata)));
    tell("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } });
  }

  async function* events(kind: string, after: number, signal: AbortSignal): AsyncGenerator<readonly EncodedEvent[]> {
    const waiting: (EncodedEvent | undefined)[] = log.filter(
      (e) => e.object.object.kind === kind && e.object.revision > after,
    );
    let wake: (() => void) | undefined;
    const watcher: Watcher = { kind, push: (event) => (waiting.push(event), wake?.()) };
    watchers.add(watcher);
    signal.addEventListener("abort", () => wake?.());
    try {
      while (!signal.aborted) {
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        const next = waiting.shift();
        if (next === undefined) return;
        yield [next];
      }
      throw signal.reason;
    } finally {
      watchers.delete(watcher);
    }
  }

  async function answer(request: ApiRequest): Promise<Body> {
    const at = locate(resources, request.path);
    const { resource, name, sub } = at;
    const id = idOf(resource.kind, formatKey({ namespace: at.namespace, name: name ?? "" }));
    const current = objects.get(id);
    if (name === undefined && request.method === "GET") {
      if (request.query.get("watch") !== null) {
        const after = Number(request.query.get("resourceVersion"));
        return { kind: "events", resource, events: events(resource.kind, after, request.signal) };
      }
      const items = ofKind(resource.kind).map(encoded);
      return { kind: "list", resource, meta: { resourceVersion: String(revision) }, pages: once(items) };
    }
    if (request.method === "POST") {
      const object = typedBody(request);
      if (sub !== undefined) return { kind: "object", resource, object: encoded(object) };
      const { generateName, name: asked } = object.metadata;
      const given = generateName === undefined ? asked : `${generateName}${revision}`;
      const named = { ...object, metadata: { ...object.metadata, name: given } };
      if (objects.has(idOf(resource.kind, formatKey(named.metadata)))) throw alreadyExists(resource, given);
      return { kind: "object", resource, object: encoded(put(named)) };
    }
    if (current === undefined) throw notFound(resource, name ?? "");
    if (request.method === "GET") return { kind: "object", resource, object: encoded(current) };
    if (request.method === "PUT") {
      const object = typedBody(request);
      const { resourceVersion } = object.metadata;
      if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
        throw conflict(resource, name ?? "");
      }
      return { kind: "object", resource, object: encoded(put(object)) };
    }
    if (request.method === "DELETE") {
      remove(current);
      return { kind: "json", value: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 200 } };
    }
    if (request.method === "PATCH" && request.body.kind === "bytes") {
      const patch: unknown = JSON.parse(new TextDecoder().decode(await request.body.read(1e6)));
      const merged = mergePatch(current, patch) as ApiObject;
      return { kind: "object", resource, object: encoded(put(merged)) };
    }
    throw new StatusError("MethodNotAllowed", `the test server does not know ${request.method}`);
  }

  const api: MemoryApi = {
    requests: [],
    intercept: undefined,
    endWatches(error) {
      for (const watcher of watchers) {
        if (error !== undefined)
          watcher.push({ type: "ERROR", object: encoded({ ...error.toStatus() } as unknown as ApiObject) });
        watcher.push(undefined);
      }
    },
    hold(next) {
      holding = next;
      if (!holding) for (const push of held.splice(0)) push();
    },
    put,
    remove,
    get: (kind, name) => ofKind(kind).find((object) => object.metadata.name === name),
    all: ofKind,
    handler: async (request) => {
      if (request.query.get("watch") === null) api.requests.push(`${request.method} ${request.path}`);
      const other = api.intercept?.(request);
      if (other !== undefined) return other;
      try {
        return { status: 200, headers: {}, body: await answer(request) };
      } catch (error) {
        if (error instanceof StatusError) return refusalOf(error);
        throw error;
      }
    },
  };
  return api;
}

/** The response that a server gives for a refusal. */
export function refusalOf(error: StatusError): ApiResponse {
  return { status: error.code, headers: {}, body: { kind: "json", value: error.toStatus() } };
}

function typedBody(request: ApiRequest): ApiObject {
  if (request.body.kind !== "object")
    throw new StatusError("UnsupportedMediaType", "the test server reads typed bodies");
  return request.body.object;
}

function locate(resources: readonly Resource[], path: string) {
  const match =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/([^/]+)(?=\/[a-z]))?\/([a-z]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
      path,
    );
  const [, group = "", namespace, plural, name, sub] = match ?? [];
  const resource = resources.find((one) => one.group === group && one.plural === plural);
  if (resource === undefined) throw new StatusError("NotFound", "the server could not find the requested resource");
  return { resource, namespace, name, sub };
}

/** As the API server has it that forgets at once: decoded anew each time somebody asks, so that nobody may count on being given the same. */
function encoded(object: ApiObject): Encoded {
  return {
    get object() {
      return { ...object };
    },
    revision: Number(object.metadata.resourceVersion ?? 0),
    forgetful: true,
    bytes: () => new TextEncoder().encode(JSON.stringify(object)),
  };
}

async function* once<T>(item: T): AsyncGenerator<T> {
  yield item;
}
