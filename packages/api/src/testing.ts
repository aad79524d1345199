import { seededRandom } from "@skates/component-base";
import {
  type ApiObject,
  applyDefaults,
  decodeValue,
  formatFieldError,
  type RequestInfo,
  type Resource,
  type Struct,
  structOf,
  type TypeNode,
  validateValue,
} from "@skates/apimachinery";

/** Noon of some day, for tests. */
export const TEST_NOW_MS = Date.parse("2026-11-20T12:00:00Z");

/** An object as the server has it after decoding and defaulting. For tests. */
export function madeObject<T extends ApiObject>(resource: Resource<T>, given: object): T {
  const { group, version, kind, namespaced } = resource;
  const metadata = { name: "x", ...(namespaced ? { namespace: "default" } : {}), resourceVersion: "1" };
  const full = { apiVersion: group === "" ? version : `${group}/${version}`, kind, metadata, ...given };
  return applyDefaults(resource.schema, decodeValue<T>(resource.schema, full).object);
}

/** Says who asks for what. For tests. */
export function testRequest(operation: RequestInfo["operation"], subresource?: string): RequestInfo {
  const user = { name: "alice", groups: ["system:authenticated"] };
  return { user, nowMs: TEST_NOW_MS, random: seededRandom(1), operation, subresource, dryRun: false };
}

/** All findings on a new object, as a client reads them. For tests. */
export function createFindings<T extends ApiObject>(resource: Resource<T>, given: object): readonly string[] {
  const request = testRequest("create");
  const made = madeObject(resource, given);
  const next = resource.strategy.prepare?.(made, undefined, request) ?? made;
  const found = [
    ...validateValue(resource.schema, next),
    ...(resource.strategy.validate?.(next, undefined, request) ?? []),
  ];
  return found.map(formatFieldError);
}

export interface TestUpdate {
  readonly from: object;
  readonly to: object;
  readonly subresource?: string;
}

/** All findings on an update, as a client reads them. For tests. */
export function updateFindings<T extends ApiObject>(
  resource: Resource<T>,
  { from, to, subresource }: TestUpdate,
): readonly string[] {
  const request = testRequest("update", subresource);
  const old = madeObject(resource, from);
  const made = madeObject(resource, to);
  const next = resource.strategy.prepare?.(made, old, request) ?? made;
  const found = [
    ...validateValue(resource.schema, next, old),
    ...(resource.strategy.validate?.(next, old, request) ?? []),
  ];
  return found.map(formatFieldError);
}

/** A row of the resource's table, all columns, by the column's name. For tests. */
export function rowOf<T extends ApiObject>(resource: Resource<T>, given: object): Readonly<Record<string, unknown>> {
  const object = madeObject(resource, given);
  return Object.fromEntries(resource.columns.map((column) => [column.name, column.cell(object, TEST_NOW_MS)]));
}

/** All structs that objects of these kinds are made of. For tests. */
export function structsOf(resources: readonly Resource[]): ReadonlySet<Struct> {
  const seen = new Set<Struct>();
  const open = resources.map((resource) => resource.schema);
  for (let struct = open.pop(); struct !== undefined; struct = open.pop()) {
    if (seen.has(struct)) continue;
    seen.add(struct);
    for (const { type } of Object.values(struct.fields)) {
      const inner = structOf(innermost(type));
      if (inner !== undefined) open.push(inner);
    }
  }
  return seen;
}

function innermost(type: TypeNode): TypeNode {
  if (type.kind === "list") return innermost(type.items);
  return type.kind === "map" ? innermost(type.values) : type;
}
