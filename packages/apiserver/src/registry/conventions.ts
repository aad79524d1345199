import { type ApiObject, equalValues, isRecord, notImplemented, type Resource } from "@skates/apimachinery";

/** A new object by the conventions: clients do not set a status that has a subresource of its own. */
export function conventionalCreate(hub: Resource, object: ApiObject): ApiObject {
  const generation = hub.generationFields.length > 0 ? 1 : undefined;
  const metadata = { ...object.metadata, generation };
  return hasStatus(hub) ? withField({ ...object, metadata }, "status", undefined) : { ...object, metadata };
}

/**
 * What a write to the object or to one of its views may change: the object keeps its status, a write to `status` keeps all but
 * the status and metadata, other views do as the strategy says.
 */
export function conventionalUpdate(hub: Resource, subresource: string, next: ApiObject, old: ApiObject): ApiObject {
  if (subresource === "") return hasStatus(hub) ? withField(next, "status", fieldOf(old, "status")) : next;
  const view = hub.strategy.views?.[subresource];
  if (view !== undefined) return view(next, old);
  if (subresource !== "status" && subresource !== "scale") {
    throw notImplemented(`writes to ${hub.plural}/${subresource} are not implemented`);
  }
  if (subresource === "scale") return next;
  const metadata = { ...next.metadata, ownerReferences: old.metadata.ownerReferences };
  return withField({ ...old, metadata }, "status", fieldOf(next, "status"));
}

/** The generation after an update: one more when what the resource names has changed. */
export function nextGeneration(hub: Resource, next: ApiObject, old: ApiObject): number | undefined {
  const generation = old.metadata.generation;
  if (hub.generationFields.length === 0) return generation;
  const changed = hub.generationFields.some((name) => !equalValues(fieldOf(next, name), fieldOf(old, name)));
  return changed ? (generation ?? 0) + 1 : generation;
}

function hasStatus(hub: Resource): boolean {
  return hub.subresources.some((sub) => sub.name === "status");
}

/** The value at a path such as `spec` or `metadata.annotations`. */
function fieldOf(object: ApiObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split(".")) value = isRecord(value) ? value[name] : undefined;
  return value;
}

function withField(object: ApiObject, name: string, value: unknown): ApiObject {
  return { ...object, [name]: value };
}
