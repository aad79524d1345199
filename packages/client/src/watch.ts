import { type ApiObject, type ApiResponse, type EncodedEvent, isRecord, type WatchEvent } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import type { Decode } from "./decode.ts";

import { splitLines } from "./lines.ts";
import { refusal, throwRefusal } from "./response.ts";

/** An event with the object still in the form in which it came. */
type RawEvent = { readonly type: string; readonly object: unknown };

/** The events of a watch response, in order. Ends with the stream; throws the Status of an ERROR event. */
export async function* readEvents(
  response: ApiResponse,
  decode: Decode,
  limitBytes: number,
): AsyncGenerator<WatchEvent<ApiObject>> {
  await throwRefusal(response, limitBytes);
  const { body } = response;
  if (body.kind === "events") {
    for await (const batch of body.events) for (const event of batch) yield typedEvent(event);
    return;
  }
  if (body.kind !== "bytes") {
    throw new OperatingError("UnexpectedAnswer", `the API server answered a watch with a body of kind ${body.kind}`);
  }
  for await (const line of splitLines(body.chunks, limitBytes)) {
    yield wireEvent(parseEvent(line), line, decode);
  }
}

function typedEvent(event: EncodedEvent): WatchEvent<ApiObject> {
  const { object } = event.object;
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object, source: event.object.forgetful === true ? event.object : undefined };
    case "BOOKMARK":
      return bookmark(object.metadata);
    case "ERROR":
      throw refusal(object, 500);
  }
}

function wireEvent({ type, object }: RawEvent, line: string, decode: Decode): WatchEvent<ApiObject> {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: LONG_NUMBER.test(line) ? decodeExactly(line, decode) : decode.value(object) };
    case "BOOKMARK":
      return bookmark(isRecord(object) && isRecord(object["metadata"]) ? object["metadata"] : {});
    case "ERROR":
      throw refusal(object, 500);
    default:
      throw new OperatingError("UnexpectedAnswer", `the API server sent a watch event of type ${JSON.stringify(type)}`);
  }
}

/** Such numbers may lose digits when they are read as JSON usually is. */
const LONG_NUMBER = /\d{16}/;
const OBJECT = '"object":';

/** The object of an event from its own text; servers write it last. */
function decodeExactly(line: string, decode: Decode): ApiObject {
  const text = line.slice(line.indexOf(OBJECT) + OBJECT.length, line.lastIndexOf("}"));
  return decode.bytes(new TextEncoder().encode(text));
}

function bookmark(meta: { readonly resourceVersion?: unknown; readonly annotations?: unknown }): WatchEvent<never> {
  const annotations = isRecord(meta.annotations) ? meta.annotations : {};
  return {
    type: "BOOKMARK",
    resourceVersion: typeof meta.resourceVersion === "string" ? meta.resourceVersion : "",
    initialEventsEnd: annotations["k8s.io/initial-events-end"] === "true",
  };
}

function parseEvent(line: string): RawEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new OperatingError("UnexpectedAnswer", "the API server sent a watch event that is no JSON", { cause });
  }
  if (!isRecord(value) || typeof value["type"] !== "string") {
    throw new OperatingError("UnexpectedAnswer", "the API server sent a watch event without a type");
  }
  return { type: value["type"], object: value["object"] };
}
