import type { ApiObject, ApiResponse, Handler, List, ObjectKey, Resource, WatchEvent } from "@skates/apimachinery";
import { keyOf } from "@skates/apimachinery";
import { type Clock, deadline, type Random, seededRandom } from "@skates/component-base";
import { anyKind, type Decode, decoderOf } from "./decode.ts";
import { type Encode, typedBody, wireBody } from "./encode.ts";
import {
  type Call,
  collectionPath,
  deleteCall,
  listQuery,
  objectPath,
  patchCall,
  requestOf,
  watchQuery,
  writeQuery,
} from "./request.ts";
import type { Client, ResourceClient, SubresourceClient, WriteOptions } from "./resource-client.ts";
import { readJson, readList, readObject, throwRefusal } from "./response.ts";
import { type RetryLimits, retrying } from "./retry.ts";
import { readEvents } from "./watch.ts";

export interface ClientOptions {
  /** The first token, up to the slash, is the field manager of writes that name none. */
  readonly userAgent: string;
  readonly clock: Clock;
  /** For jitter. */
  readonly random?: Random | undefined;
  /** True for a handler that takes bytes only, such as an HTTPS one. Default: bodies stay objects. */
  readonly wire?: boolean | undefined;
  /** Time for a call, waits included; watches are not bounded. Default 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Largest answer, and largest event of a watch; default 256 MiB. */
  readonly limitBytes?: number | undefined;
  readonly retry?: RetryLimits | undefined;
}

/** A client of the API server behind `handler`, under the identity that the handler gives its requests. */
export function clientFor(handler: Handler, options: ClientOptions): Client {
  const caller = new Caller(handler, options);
  return {
    resource: <T extends ApiObject>(resource: Resource<T>) => new TypedClient<T>(caller, resource),
    getJson: (path, signal) => {
      const url = new URL(path, "http://api");
      const call: Call = { method: "GET", path: url.pathname, query: url.searchParams, body: { kind: "none" } };
      return caller.send(call, signal, (response) => readJson(response, caller.limitBytes));
    },
  };
}

/** Sends calls: puts on headers, bounds their time, retries. */
class Caller {
  readonly #handler: Handler;
  readonly #options: ClientOptions;
  readonly limitBytes: number;
  readonly encode: Encode;

  constructor(handler: Handler, options: ClientOptions) {
    const random = options.random ?? seededRandom(options.userAgent);
    this.#handler = retrying(handler, { clock: options.clock, random, limits: options.retry ?? {} });
    this.#options = options;
    this.limitBytes = options.limitBytes ?? 256 << 20;
    this.encode = options.wire === true ? wireBody : typedBody;
  }

  /** Within the time limit, the reading of the answer included. */
  async send<R>(call: Call, signal: AbortSignal, read: (response: ApiResponse) => Promise<R>): Promise<R> {
    signal.throwIfAborted();
    using limit = deadline(this.#options.clock, this.#options.timeoutMs ?? 60_000, signal);
    return await read(await this.#handler(requestOf(call, this.#options.userAgent, limit.signal)));
  }

  /** Without a time limit. */
  open(call: Call, signal: AbortSignal): Promise<ApiResponse> {
    return this.#handler(requestOf(call, this.#options.userAgent, signal));
  }
}

class TypedClient<T extends ApiObject> implements ResourceClient<T> {
  readonly #caller: Caller;
  readonly #resource: Resource;
  readonly #decode: Decode;

  constructor(caller: Caller, resource: Resource) {
    this.#caller = caller;
    this.#resource = resource;
    this.#decode = decoderOf(resource);
  }

  get: ResourceClient<T>["get"] = (key, options, signal) =>
    this.#object(
      { method: "GET", path: objectPath(this.#resource, key), query: listQuery(options), body: { kind: "none" } },
      signal,
    );

  list: ResourceClient<T>["list"] = (options, signal) => {
    const path = collectionPath(this.#resource, options.namespace);
    const call: Call = { method: "GET", path, query: listQuery(options), body: { kind: "none" } };
    return this.#caller.send(call, signal, async (response) =>
      typed<List<T>>(await readList(response, this.#decode, this.#caller.limitBytes)),
    );
  };

  watch: ResourceClient<T>["watch"] = (options, signal) => {
    const path = collectionPath(this.#resource, options.namespace);
    const call: Call = { method: "GET", path, query: watchQuery(options), body: { kind: "none" } };
    return this.#events(call, signal);
  };

  async *#events(call: Call, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    const response = await this.#caller.open(call, signal);
    for await (const event of readEvents(response, this.#decode, this.#caller.limitBytes)) {
      yield typed<WatchEvent<T>>(event);
    }
  }

  create: ResourceClient<T>["create"] = (object, options, signal) =>
    this.#write("POST", collectionPath(this.#resource, object.metadata.namespace), object, options, signal);

  update: ResourceClient<T>["update"] = (object, options, signal) =>
    this.#write("PUT", objectPath(this.#resource, keyOf(object)), object, options, signal);

  updateStatus: ResourceClient<T>["updateStatus"] = (object, options, signal) =>
    this.#write("PUT", objectPath(this.#resource, keyOf(object), "status"), object, options, signal);

  patch: ResourceClient<T>["patch"] = (key, patch, options, signal) =>
    this.#object(patchCall(objectPath(this.#resource, key), patch, options), signal);

  apply: ResourceClient<T>["apply"] = (object, options, signal) => {
    const { name, namespace } = object.metadata;
    return this.patch({ name, namespace }, { type: "apply", body: object }, options, signal);
  };

  delete: ResourceClient<T>["delete"] = (key, options, signal) => {
    const call = deleteCall(objectPath(this.#resource, key), options, new URLSearchParams());
    return this.#caller.send(call, signal, (response) => throwRefusal(response, this.#caller.limitBytes));
  };

  deleteCollection: ResourceClient<T>["deleteCollection"] = (options, signal) => {
    const { namespace, labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, limit, ...rest } = options;
    const { continue: token, ...call } = rest;
    const selection = { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, limit, continue: token };
    const path = collectionPath(this.#resource, namespace);
    return this.#caller.send(deleteCall(path, call, listQuery(selection)), signal, (response) =>
      throwRefusal(response, this.#caller.limitBytes),
    );
  };

  sub: ResourceClient<T>["sub"] = (name) => subresourceClient(this.#caller, this.#resource, name);

  #write(method: string, path: string, object: T, options: WriteOptions, signal: AbortSignal): Promise<T> {
    const body = this.#caller.encode(object, this.#resource.schema);
    return this.#object({ method, path, query: writeQuery(options), body, contentType: "application/json" }, signal);
  }

  #object(call: Call, signal: AbortSignal): Promise<T> {
    return this.#caller.send(call, signal, async (response) =>
      typed<T>(await readObject(response, this.#decode, this.#caller.limitBytes)),
    );
  }
}

function subresourceClient(caller: Caller, resource: Resource, name: string): SubresourceClient {
  const at = (key: ObjectKey): string => objectPath(resource, key, name);
  const object = <R extends ApiObject>(call: Call, signal: AbortSignal): Promise<R> =>
    caller.send(call, signal, async (response) => typed<R>(await readObject(response, anyKind, caller.limitBytes)));
  const write = (method: string, key: ObjectKey, body: ApiObject, options: WriteOptions): Call => ({
    method,
    path: at(key),
    query: writeQuery(options),
    body: caller.encode(body, undefined),
    contentType: "application/json",
  });
  return {
    get: (key, signal) =>
      object({ method: "GET", path: at(key), query: new URLSearchParams(), body: { kind: "none" } }, signal),
    create: (key, body, options, signal) => object(write("POST", key, body, options), signal),
    update: (key, body, options, signal) => object(write("PUT", key, body, options), signal),
    patch: (key, patch, options, signal) => object(patchCall(at(key), patch, options), signal),
  };
}

/** The border between what a resource's schema describes and the static type that was derived from it. */
function typed<R>(value: unknown): R {
  return value as R;
}
