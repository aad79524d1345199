import type { ApiObject, List, Resource } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import { isRecord } from "./json.ts";

/** How values from the wire become objects. */
export interface ObjectDecode {
  value(value: unknown): ApiObject;
  bytes(bytes: Uint8Array): ApiObject;
}

/** How values from the wire become objects and lists of one kind. */
export interface Decode extends ObjectDecode {
  list(value: unknown): List<ApiObject>;
  listBytes(bytes: Uint8Array): List<ApiObject>;
}

/** The decoder of a resource's objects. */
export function decoderOf(resource: Resource): Decode {
  const value = (raw: unknown): ApiObject => {
    if (!isApiObject(raw)) throw malformed(`a ${resource.kind}`);
    return raw;
  };
  const list = (raw: unknown): List<ApiObject> => {
    if (!isRecord(raw) || !isRecord(raw["metadata"])) throw malformed(`a ${resource.listKind}`);
    const meta = raw["metadata"];
    const items: readonly unknown[] = Array.isArray(raw["items"]) ? raw["items"] : [];
    const type = { apiVersion: raw["apiVersion"], kind: resource.kind };
    return {
      resourceVersion: textOf(meta["resourceVersion"]) ?? "",
      continue: textOf(meta["continue"]),
      remainingItemCount: typeof meta["remainingItemCount"] === "number" ? meta["remainingItemCount"] : undefined,
      items: items.map((item) => value(isRecord(item) ? { ...type, ...item } : item)),
    };
  };
  return {
    value,
    list,
    bytes: (bytes) => value(parse(bytes)),
    listBytes: (bytes) => list(parse(bytes)),
  };
}

/** The decoder of a subresource's answer, whose kind the caller knows. */
export const anyKind: ObjectDecode = {
  value: (raw) => {
    if (!isApiObject(raw)) throw malformed("an object");
    return raw;
  },
  bytes: (bytes) => anyKind.value(parse(bytes)),
};

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new OperatingError("UnexpectedAnswer", "the API server sent malformed JSON", { cause });
  }
}

function isApiObject(value: unknown): value is ApiObject {
  return (
    isRecord(value) &&
    typeof value["apiVersion"] === "string" &&
    typeof value["kind"] === "string" &&
    (value["metadata"] === undefined || isRecord(value["metadata"]))
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function malformed(wanted: string): OperatingError {
  return new OperatingError("UnexpectedAnswer", `the API server sent something else instead of ${wanted}`);
}
