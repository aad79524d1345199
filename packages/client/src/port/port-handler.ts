import type { ApiRequest, ApiResponse, Body, Handler, Resource } from "@skates/apimachinery";
import { asError, must, OperatingError } from "@skates/component-base";
import type { Packed, PortBody, PortRequest, PortResponse, ResourceName, ToClient } from "./messages.ts";
import { received } from "./messages.ts";
import { unpack, unpackEvents } from "./pack.ts";
import { Parts } from "./parts.ts";
import type { Port } from "./port.ts";

/** Bodies that are bytes already are read up to this size before they are sent. */
const BODY_BYTES_MAX = 16 << 20;

/** A request that waits for its response, and the stream that follows. */
interface Waiting {
  readonly respond: (response: PortResponse) => void;
  readonly fail: (error: Error) => void;
  readonly parts: Parts<Packed | Uint8Array>;
}

/**
 * A handler whose server is on the other side of the port (`servePort`). `resources` are those that both sides know. Requests reject
 * with OperatingError `PortClosed` once the port is closed, and with the abort reason of their signal.
 */
export function portHandler(port: Port, resources: readonly Resource[]): Handler {
  const known = new Map(resources.map((resource) => [idOf(resource), resource]));
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let closed = false;

  port.addEventListener("message", (event) => {
    const message = received<ToClient>(event);
    const call = waiting.get(message.id);
    if (call === undefined) return;
    if (message.type === "response") return call.respond(message);
    if (message.type === "part") return call.parts.push(message.part);
    waiting.delete(message.id);
    const error = message.error === undefined ? undefined : new OperatingError("PortFailed", message.error);
    if (error === undefined) call.parts.end(undefined);
    else call.fail(error);
  });
  port.addEventListener("close", () => {
    closed = true;
    const error = new OperatingError("PortClosed", "the server's end of the message port is closed");
    const left = [...waiting.values()];
    waiting.clear();
    for (const { fail } of left) fail(error);
  });
  port.start();

  return async (request) => {
    request.signal.throwIfAborted();
    if (closed) throw new OperatingError("PortClosed", "the server's end of the message port is closed");
    const id = ++lastId;
    const sent = await messageOf(request, id);
    return await new Promise<ApiResponse>((resolve, reject) => {
      const leave = (): void => {
        request.signal.removeEventListener("abort", abandon);
        if (waiting.delete(id)) port.postMessage({ type: "abort", id }, []);
      };
      const used = (): void => {
        if (waiting.has(id)) port.postMessage({ type: "used", id }, []);
      };
      const parts = new Parts<Packed | Uint8Array>({ used, left: leave });
      const fail = (error: Error): void => {
        leave();
        reject(error);
        parts.end(error);
      };
      const abandon = (): void => fail(request.signal.reason);
      const respond = (message: PortResponse): void => {
        try {
          const body = bodyOf(message.body, parts, known);
          if (isWhole(message.body)) request.signal.removeEventListener("abort", abandon);
          resolve({ status: message.status, headers: message.headers, warnings: message.warnings, body });
        } catch (error) {
          fail(asError(error));
        }
      };
      waiting.set(id, { respond, fail, parts });
      request.signal.addEventListener("abort", abandon, { once: true });
      port.postMessage(sent, []);
    });
  };
}

async function messageOf(request: ApiRequest, id: number): Promise<PortRequest> {
  const { method, path, query, headers, body } = request;
  const sent = { type: "request", id, method, path, query: query.toString(), headers } as const;
  if (body.kind !== "bytes") return { ...sent, body };
  return { ...sent, body: { kind: "bytes", mediaType: body.mediaType, bytes: await body.read(BODY_BYTES_MAX) } };
}

/** True if no parts follow that could be abandoned. */
function isWhole({ kind }: PortBody): boolean {
  return kind === "none" || kind === "json" || kind === "object";
}

type Known = ReadonlyMap<string, Resource>;

function bodyOf(body: PortBody, parts: Parts<Packed | Uint8Array>, known: Known): Body {
  switch (body.kind) {
    case "none":
    case "json":
      return body;
    case "object": {
      const resource = resourceOf(known, body.resource);
      const [object] = unpack(body.packed, resource);
      return { kind: "object", resource, object: must(object, "the object of a response") };
    }
    case "list": {
      const resource = resourceOf(known, body.resource);
      return { kind: "list", resource, meta: body.meta, pages: mapParts(parts, (packed) => unpack(packed, resource)) };
    }
    case "events": {
      const resource = resourceOf(known, body.resource);
      return { kind: "events", resource, events: mapParts(parts, (packed) => unpackEvents(packed, resource)) };
    }
    case "bytes":
      return { kind: "bytes", mediaType: body.mediaType, chunks: chunksOf(parts) };
  }
}

async function* mapParts<R>(parts: Parts<Packed | Uint8Array>, map: (packed: Packed) => R): AsyncGenerator<R> {
  for await (const part of parts) if (!(part instanceof Uint8Array)) yield map(part);
}

async function* chunksOf(parts: Parts<Packed | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) if (part instanceof Uint8Array) yield part;
}

function resourceOf(known: Known, name: ResourceName): Resource {
  const resource = known.get(idOf(name));
  if (resource !== undefined) return resource;
  throw new OperatingError("UnexpectedAnswer", `the answer holds a resource that is not known here: ${idOf(name)}`);
}

function idOf({ group, version, plural }: ResourceName): string {
  return `${group}/${version}/${plural}`;
}
