import {
  type ApiObject,
  type Encoded,
  encodeJson,
  jsonText,
  PartialObjectMetadata,
  type Resource,
  type ResponseListMeta,
} from "@skates/apimachinery";

/** What a row says of its object. */
export type IncludeObject = "None" | "Metadata" | "Object";

export interface TableOptions {
  /** `v1` or `v1beta1` of meta.k8s.io. */
  readonly version: string;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
}

const UTF8_DECODER = new TextDecoder();
const NAME_DOC =
  "Name of the object, unique in its namespace among objects of its kind; clients choose it, or a beginning of it.";

/** The beginning of a Table, up to and with the `[` of its rows. Without columns for later events of a watch. */
export function tableHead(
  resource: Resource,
  meta: ResponseListMeta,
  options: { version: string; columns: boolean },
): string {
  const columns = options.columns ? definitions(resource) : "null";
  const listMeta = {
    ...(meta.resourceVersion === "" ? {} : { resourceVersion: meta.resourceVersion }),
    ...(meta.continue === undefined ? {} : { continue: meta.continue }),
    ...(meta.remainingItemCount === undefined ? {} : { remainingItemCount: meta.remainingItemCount }),
  };
  const type = `"kind":"Table","apiVersion":"meta.k8s.io/${options.version}"`;
  return `{${type},"metadata":${JSON.stringify(listMeta)},"columnDefinitions":${columns},"rows":[`;
}

export const TABLE_TAIL = "]}";

/** One row as JSON. */
export function tableRow(resource: Resource, encoded: Encoded, options: TableOptions): string {
  const { object } = encoded;
  const cells =
    resource.columns.length === 0
      ? [object.metadata.name, object.metadata.creationTimestamp ?? ""]
      : resource.columns.map((column) => column.cell(object, options.nowMs));
  return `{"cells":${jsonText(cells)},"object":${rowObject(encoded, options)}}`;
}

function rowObject(encoded: Encoded, { includeObject, version }: TableOptions): string {
  switch (includeObject) {
    case "None":
      return "null";
    case "Object":
      return UTF8_DECODER.decode(encoded.bytes("json"));
    case "Metadata":
      return partialJson(encoded.object, version);
  }
}

/** An object's metadata alone, as JSON. */
export function partialJson(object: ApiObject, version: string): string {
  return encodeJson(PartialObjectMetadata, partialObject(object, version));
}

/** An object's metadata alone. */
export function partialObject({ metadata }: ApiObject, version: string): PartialObjectMetadata {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata };
}

function definitions(resource: Resource): string {
  if (resource.columns.length === 0) {
    return JSON.stringify([
      { name: "Name", type: "string", format: "name", description: NAME_DOC, priority: 0 },
      { name: "Created At", type: "date", format: "", description: "When the server created the object.", priority: 0 },
    ]);
  }
  return JSON.stringify(
    resource.columns.map(({ name, type, format = "", description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
  );
}
