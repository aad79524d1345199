import { equalValues } from "../schema/equal.ts";
import { isRecord, type JsonRecord, newMap } from "../schema/record.ts";
import { badRequest, StatusError } from "../status.ts";
import { parsePointer, PointerError } from "./json-pointer.ts";

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string | undefined;
  readonly value?: unknown;
}

/** The most operations one patch may have. */
export const JSON_PATCH_OPERATION_LIMIT = 10_000;

/** Reads the operations of a parsed patch. Throws StatusError BadRequest. */
export function parseJsonPatch(patch: unknown): readonly JsonPatchOperation[] {
  if (!Array.isArray(patch)) {
    throw badRequest(`json: cannot unmarshal ${kindOf(patch)} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > JSON_PATCH_OPERATION_LIMIT) {
    const message = `The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATION_LIMIT}, got ${patch.length}`;
    throw new StatusError("RequestEntityTooLarge", message);
  }
  return patch.map((operation) => readOperation(operation));
}

/**
 * The document after all operations, of which it shares what they left alone. Throws StatusError: BadRequest for a malformed
 * patch, Invalid (422) for one that does not fit the document.
 */
export function jsonPatch(value: unknown, operations: readonly JsonPatchOperation[]): unknown {
  const budget: Budget = { copiedBytes: 0 };
  let document = value;
  for (const operation of operations) document = applyOperation(document, operation, budget);
  return document;
}

/** Copies share what they copy: a few of them could make a value whose text has no end. */
const COPY_LIMIT_BYTES = 3 * 1024 * 1024;

interface Budget {
  copiedBytes: number;
}

function charge(budget: Budget, value: unknown): void {
  budget.copiedBytes += sizeOf(value, COPY_LIMIT_BYTES - budget.copiedBytes);
  if (budget.copiedBytes > COPY_LIMIT_BYTES) {
    const size = `the accumulated size increase of copy is ${budget.copiedBytes}, exceeding the limit ${COPY_LIMIT_BYTES}`;
    throw refuse(`Unable to complete the copy, ${size}`);
  }
}

/** About the length of the value's text; stops counting beyond `limit`. */
function sizeOf(value: unknown, limit: number): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return String(value).length;
  let size = 2;
  for (const [key, member] of Object.entries(value)) {
    if (size > limit) return size;
    size += (Array.isArray(value) ? 1 : key.length + 4) + sizeOf(member, limit - size);
  }
  return size;
}

const OPERATIONS: ReadonlySet<unknown> = new Set(["add", "remove", "replace", "move", "copy", "test"]);

function readOperation(operation: unknown): JsonPatchOperation {
  if (!isRecord(operation)) {
    throw badRequest(`json: cannot unmarshal ${kindOf(operation)} into Go value of type jsonpatch.Operation`);
  }
  const { op, path, from, value } = operation;
  if (!OPERATIONS.has(op)) throw refuse(`Unexpected kind: ${typeof op === "string" ? op : "unknown"}`);
  if (typeof path !== "string") throw refuse(`${String(op)} operation failed to decode path: missing value`);
  if ((op === "move" || op === "copy") && typeof from !== "string") {
    throw refuse(`${op} operation failed to decode from: missing value`);
  }
  return {
    op: op as JsonPatchOperation["op"],
    path,
    from: typeof from === "string" ? from : undefined,
    value: value ?? null,
  };
}

function applyOperation(document: unknown, operation: JsonPatchOperation, budget: Budget): unknown {
  const { op, path } = operation;
  const steps = parsePointer(path);
  switch (op) {
    case "add":
      return addAt(document, { op, path, steps }, operation.value ?? null);
    case "replace":
      return replaceAt(document, { op, path, steps }, operation.value ?? null);
    case "remove":
      return removeAt(document, { op, path, steps });
    case "move": {
      const source = { op, path: operation.from ?? "", steps: parsePointer(operation.from ?? "") };
      const moved = valueAt(document, source);
      return addAt(removeAt(document, source), { op, path, steps }, moved);
    }
    case "copy": {
      const source = { op, path: operation.from ?? "", steps: parsePointer(operation.from ?? "") };
      const copied = valueAt(document, source);
      charge(budget, copied);
      return addAt(document, { op, path, steps }, copied);
    }
    case "test":
      return testAt(document, { op, path, steps }, operation.value ?? null);
  }
}

interface Target {
  readonly op: string;
  readonly path: string;
  readonly steps: readonly string[];
}

function addAt(document: unknown, target: Target, value: unknown): unknown {
  if (target.steps.length === 0) return value;
  return changeParent(document, target, (parent, step) => {
    if (!Array.isArray(parent)) return withMember(parent, step, value);
    const index = step === "-" ? parent.length : indexOf(step, target, parent.length + 1);
    return [...(parent as unknown[]).slice(0, index), value, ...(parent as unknown[]).slice(index)];
  });
}

function replaceAt(document: unknown, target: Target, value: unknown): unknown {
  if (target.steps.length === 0) return value;
  return changeParent(document, target, (parent, step) => {
    if (Array.isArray(parent)) return (parent as unknown[]).with(indexOf(step, target, parent.length), value);
    if (!has(parent, step)) throw missing(target);
    return withMember(parent, step, value);
  });
}

function removeAt(document: unknown, target: Target): unknown {
  if (target.steps.length === 0) throw missing(target);
  return changeParent(document, target, (parent, step) => {
    if (Array.isArray(parent)) return (parent as unknown[]).toSpliced(indexOf(step, target, parent.length), 1);
    if (!has(parent, step)) {
      throw refuse(`remove operation does not apply: doc is missing key: ${target.path}: missing value`);
    }
    return withMember(parent, step, undefined);
  });
}

function testAt(document: unknown, target: Target, value: unknown): unknown {
  let found: unknown;
  try {
    found = valueAt(document, target);
  } catch (error) {
    if (value !== null || !(error instanceof StatusError)) throw error;
    found = null;
  }
  if (!equalValues(found ?? null, value)) {
    throw refuse(`testing value ${target.path} failed: test failed`);
  }
  return document;
}

function valueAt(document: unknown, target: Target): unknown {
  let value = document;
  for (const step of target.steps) {
    if (Array.isArray(value)) value = (value as unknown[])[indexOf(step, target, value.length)];
    else if (isRecord(value) && has(value, step)) value = value[step];
    else throw missing(target);
  }
  return value;
}

/** Rebuilds the way down to the parent of the target, and the parent by `change`. */
function changeParent(
  document: unknown,
  target: Target,
  change: (parent: JsonRecord | readonly unknown[], step: string) => unknown,
): unknown {
  const descend = (value: unknown, depth: number): unknown => {
    const step = target.steps[depth] ?? "";
    if (!isRecord(value) && !Array.isArray(value)) throw missing(target);
    if (depth === target.steps.length - 1) return change(value, step);
    if (Array.isArray(value)) {
      const index = indexOf(step, target, value.length);
      return (value as unknown[]).with(index, descend((value as unknown[])[index], depth + 1));
    }
    if (!has(value, step)) throw missing(target);
    return withMember(value, step, descend(value[step], depth + 1));
  };
  return descend(document, 0);
}

function withMember(parent: JsonRecord | readonly unknown[], step: string, value: unknown): unknown {
  const next = newMap<unknown>();
  for (const [key, member] of Object.entries(parent)) if (key !== step) next[key] = member as unknown;
  if (value !== undefined) next[step] = value;
  return next;
}

function has(parent: JsonRecord | readonly unknown[], step: string): parent is JsonRecord {
  return Object.hasOwn(parent, step) && (parent as JsonRecord)[step] !== undefined;
}

function indexOf(step: string, target: Target, end: number): number {
  const { op, path } = target;
  const index = /^-?(?:0|[1-9][0-9]*)$/.test(step) ? Number(step) : Number.NaN;
  if (Number.isNaN(index)) throw refuse(`${op} operation does not apply: doc is missing path: ${path}: missing value`);
  if (index < 0 || index >= end) {
    throw refuse(
      `${op} operation does not apply: error in ${op} for path: '${path}': Unable to access invalid index: ${index}: invalid index referenced`,
    );
  }
  return index;
}

function missing({ op, path }: Target): StatusError {
  const what = op === "replace" ? "doc is missing key" : "doc is missing path";
  return refuse(`${op} operation does not apply: ${what}: ${path}: missing value`);
}

/** 422 without a word about why: upstream tells it to nobody. The reason is in `cause`. */
function refuse(reason: string): StatusError {
  const cause = new PointerError(reason);
  return new StatusError("Invalid", "the server rejected our request due to an error in our request", {
    details: {},
    cause,
  });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value === null ? "null" : typeof value === "boolean" ? "bool" : typeof value;
}
