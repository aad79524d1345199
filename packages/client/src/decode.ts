import {
  type ApiObject,
  decodeStored,
  decodeValue,
  formatGroupVersion,
  isRecord,
  type List,
  ListMeta,
  list,
  ref,
  req,
  type Resource,
  type Struct,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";

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

/** What the struct of a list describes. */
interface WireList {
  readonly metadata: ListMeta;
  readonly items: readonly ApiObject[];
}

/** The decoder of a resource's objects. Fields that the schema does not know are dropped: the server may be newer than we are. */
export function decoderOf(resource: Resource): Decode {
  const { schema, kind } = resource;
  const apiVersion = formatGroupVersion(resource);
  let listStruct: Struct | undefined;
  const listSchema = (): Struct => (listStruct ??= structOfList(resource));
  const listOf = ({ metadata, items }: WireList): List<ApiObject> => ({
    resourceVersion: metadata.resourceVersion ?? "",
    continue: metadata.continue,
    remainingItemCount: metadata.remainingItemCount,
    // Items of typed lists come without their kind.
    items: items.map((item) => (item.kind ? item : { ...item, apiVersion, kind })),
  });
  return {
    value: (value) => reading(kind, () => decodeValue<ApiObject>(schema, value).object),
    bytes: (bytes) => reading(kind, () => decodeStored<ApiObject>(schema, bytes)),
    list: (value) => reading(resource.listKind, () => listOf(decodeValue<WireList>(listSchema(), value).object)),
    listBytes: (bytes) => reading(resource.listKind, () => listOf(decodeStored<WireList>(listSchema(), bytes))),
  };
}

function structOfList({ schema, listKind, group, version }: Resource): Struct {
  return struct(`${group}/${version}.${listKind}`, {
    ...typeMeta,
    metadata: req(
      1,
      ref<ListMeta>(() => ListMeta),
      "",
    ),
    items: req(2, list(ref<ApiObject>(() => schema)), ""),
  });
}

/** The decoder of a subresource's answer, whose kind the caller knows. */
export const anyKind: ObjectDecode = {
  value: (value) => {
    if (!isApiObject(value)) throw malformed("an object", undefined);
    return value;
  },
  bytes: (bytes) => reading("an object", () => anyKind.value(JSON.parse(new TextDecoder().decode(bytes)))),
};

function reading<R>(wanted: string, read: () => R): R {
  try {
    return read();
  } catch (cause) {
    throw malformed(wanted, cause);
  }
}

function isApiObject(value: unknown): value is ApiObject {
  return isRecord(value) && typeof value["apiVersion"] === "string" && typeof value["kind"] === "string";
}

function malformed(wanted: string, cause: unknown): OperatingError {
  return new OperatingError("UnexpectedAnswer", `the API server sent something else than ${wanted}`, { cause });
}
