import {
  type ApiObject,
  isRecord,
  mergeConfiguration,
  parseJsonPatch,
  type Resource,
  type Struct,
} from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";
import { type CelObject, type CelValue, toJson } from "@skates/cel";
import { messageOf } from "@skates/component-base";
import { changedObject, patchedValue, patchFailure } from "../matching/changed-object.ts";
import { bodyKindOf, type VersionedObject } from "../matching/versioned-object.ts";
import { internal } from "../webhook/call-webhook.ts";
import type { CompiledMutation } from "./mutating-program.ts";

/** The object that a mutation is applied to. */
export interface MutatedObject {
  readonly attributes: AdmissionAttributes;
  readonly resource: Resource;
  readonly before: VersionedObject;
}

/** What a mutation makes of an object, in the hub version. Throws an Error in upstream's words, or the request's refusal. */
export function mutatedObject(type: CompiledMutation["type"], value: CelValue, target: MutatedObject): ApiObject {
  const { attributes, resource, before } = target;
  const { kind, struct } = bodyKindOf(attributes, resource);
  if (struct === undefined) throw new Error(`a ${kind} cannot be changed by admission`);
  const changed = type === "JSONPatch" ? patched(value, before) : configured(value, struct, before);
  if (changed === before.object) return attributes.object ?? before.object;
  return readChanged(changed, target);
}

/** A failed `test` means that the patch is not wanted. */
function patched(value: CelValue, before: VersionedObject): unknown {
  const operations = parseJsonPatch(patchOf(value));
  try {
    return patchedValue(before, operations);
  } catch (error) {
    const reason = patchFailure(error);
    if (reason.endsWith("failed: test failed")) return before.object;
    throw new Error(`JSON Patch: ${reason}`, { cause: error });
  }
}

function patchOf(value: CelValue): unknown {
  try {
    return toJson(value);
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${reason}`);
  }
}

function configured(value: CelValue, struct: Struct, before: VersionedObject): unknown {
  if (!isCelObject(value)) throw new Error("unsupported return type from ApplyConfiguration expression");
  checkTypeNames(value, "Object", []);
  const configuration = toJson(value);
  const { kind, apiVersion } = before.object;
  try {
    return mergeConfiguration(struct, before.object, {
      ...(isRecord(configuration) ? configuration : {}),
      kind,
      apiVersion,
    });
  } catch (error) {
    throw new Error(`error applying patch: ${messageOf(error)}`, { cause: error });
  }
}

/** Types of objects in expressions are names of paths: `Object.spec.template{…}` belongs there and nowhere else. */
function checkTypeNames(value: CelValue, expected: string, path: readonly string[]): void {
  if (isCelObject(value)) {
    if (value.type.name !== expected) {
      const place = path.length === 0 ? "" : `, which matches field name path from root Object type`;
      throw new Error(
        `type mismatch: unexpected type name ${JSON.stringify(value.type.name)}, expected ${JSON.stringify(expected)}${place}`,
      );
    }
    for (const [name, field] of value.fields) checkTypeNames(field, `${expected}.${name}`, [...path, name]);
  } else if (typeof value === "object" && value !== null && value.kind === "list") {
    for (let index = 0; index < value.size; index++) checkTypeNames(value.at(index), expected, path);
  } else if (typeof value === "object" && value !== null && value.kind === "map") {
    for (const key of value.keys()) {
      const member = value.get(key);
      if (member !== undefined) checkTypeNames(member, expected, path);
    }
  }
}

function isCelObject(value: CelValue): value is CelObject {
  return typeof value === "object" && value !== null && value.kind === "object";
}

function readChanged(value: unknown, { attributes, resource }: MutatedObject): ApiObject {
  try {
    return changedObject(value, attributes, resource);
  } catch (error) {
    throw internal(messageOf(error), error);
  }
}
