import {
  bindJson,
  bindValue,
  type CelProgram,
  escapeName,
  type Evaluation,
  type JsonType,
  jsonTypeOfSchema,
  RUNTIME_COST_BUDGET,
  usableMessage,
} from "@skates/cel";
import {
  duplicate,
  equalValues,
  type FieldError,
  forbidden,
  invalid,
  isRecord,
  OMITTED,
  type Path,
  required,
} from "@skates/apimachinery";
import type { StructuralSchema } from "../structural-schema.ts";
import { itemsByKey, keyText, NOWHERE } from "../validate-custom.ts";
import { type CompiledRule, compileRules } from "./compile-rules.ts";

/**
 * Runs the rules of a schema on an object. Rules that speak of `oldSelf` run where there is an old value, or where they take its
 * absence; what others find in parts that did not change is tolerated. In upstream's words.
 */
export function runRules(schema: StructuralSchema, next: unknown, old: unknown): readonly FieldError[] {
  const checker = objectChecker(schema);
  if (checker === undefined) return [];
  const state: State = { errors: [], budget: RUNTIME_COST_BUDGET };
  checker(next, { old, same: false, path: [] }, state);
  return state.errors;
}

/** True if a schema has rules anywhere. */
export function hasRules(schema: StructuralSchema): boolean {
  return objectChecker(schema) !== undefined;
}

interface State {
  readonly errors: FieldError[];
  /** Below 0: nothing more is run. */
  budget: number;
}

interface At {
  /** Undefined: there is nothing to compare with. */
  readonly old: unknown;
  /** A value around this one did not change. */
  readonly same: boolean;
  readonly path: Path;
}

type Checker = (next: unknown, at: At, state: State) => void;

const CHECKERS = new WeakMap<StructuralSchema, { readonly checker: Checker | undefined }>();

/** That of the schema of a whole object, made once. Undefined where neither the schema nor anything in it has rules. */
function objectChecker(schema: StructuralSchema): Checker | undefined {
  let known = CHECKERS.get(schema);
  if (known === undefined) {
    known = { checker: checkerOf(schema, jsonTypeOfSchema(schema, { root: true })) };
    CHECKERS.set(schema, known);
  }
  return known.checker;
}

function checkerOf(schema: StructuralSchema, type: JsonType | undefined): Checker | undefined {
  const { props, properties, items, additional } = schema;
  const own = type === undefined ? [] : compileRules(schema, type).flatMap(({ compiled }) => compiled ?? []);
  const parts = new Map<string, Checker>();
  for (const [name, part] of properties) {
    const escaped = escapeName(name);
    const inner = (escaped === undefined ? undefined : type?.field?.(escaped)) ?? jsonTypeOfSchema(part);
    const checker = checkerOf(part, inner);
    if (checker !== undefined) parts.set(name, checker);
  }
  const other =
    typeof additional === "object" ? checkerOf(additional, type?.element ?? jsonTypeOfSchema(additional)) : undefined;
  const item = items === undefined ? undefined : checkerOf(items, type?.element ?? jsonTypeOfSchema(items));
  if (own.length === 0 && parts.size === 0 && other === undefined && item === undefined) return undefined;
  const keys = props["x-kubernetes-list-type"] === "map" ? (props["x-kubernetes-list-map-keys"] ?? []) : [];
  return (next, at, state) => {
    if (next === null || next === undefined || state.budget < 0) return;
    const here: At = at.same ? at : { ...at, same: at.old !== undefined && equalValues(next, at.old) };
    if (type !== undefined) for (const rule of own) runRule(rule, { next, type, schema }, { at: here, state });
    if (Array.isArray(next)) {
      if (item === undefined) return;
      const before = keys.length > 0 && Array.isArray(at.old) ? itemsByKey(at.old, keys) : undefined;
      for (const [index, value] of next.entries()) {
        const old = before?.get(keyText(value, keys));
        item(value, { old, same: here.same, path: [...at.path, index] }, state);
      }
    } else if (isRecord(next)) {
      const before = isRecord(at.old) ? at.old : undefined;
      for (const name in next) {
        const part = parts.get(name);
        const checker = part ?? (properties.has(name) ? undefined : other);
        const step = part === undefined ? { key: name } : name;
        checker?.(next[name], { old: before?.[name], same: here.same, path: [...at.path, step] }, state);
      }
    }
  };
}

interface Value {
  readonly next: unknown;
  readonly type: JsonType;
  readonly schema: StructuralSchema;
}

function runRule(
  compiled: CompiledRule,
  { next, type, schema }: Value,
  { at, state }: { readonly at: At; readonly state: State },
): void {
  const { rule, program, usesOldSelf } = compiled;
  if (state.budget < 0) return;
  const optional = rule.optionalOldSelf === true;
  if (usesOldSelf && at.old === undefined && !optional) return;
  const say = (error: FieldError): void => void state.errors.push(error);
  const place = at.path.length === 0 ? NOWHERE : at.path;
  const shown = schema.props.type ?? "";
  const self = bindJson(type, next);
  const before = at.old === undefined ? undefined : bindJson(type, at.old);
  const oldSelf = optional
    ? bindValue({ kind: "optional", value: before === undefined ? undefined : type.adapt(at.old) })
    : before;
  const variables = oldSelf === undefined ? { self } : { self, oldSelf };
  const run = (expression: CelProgram): Evaluation => expression.evaluate(variables);
  const result = run(program);
  state.budget -= result.cost;
  if (state.budget < 0) {
    say(
      invalid(
        place,
        shown,
        "validation failed due to running out of cost budget, no further validation rules will be run",
      ),
    );
    return;
  }
  if (!result.ok) {
    const text = rule.message === undefined || rule.message === "" ? rule.rule.trim() : rule.message.trim();
    if (result.reason === "costLimit") {
      const limit = "no further validation rules will be run due to call cost exceeds limit for rule";
      say(invalid(place, shown, `'${result.error}': ${limit}: ${text}`));
      state.budget = -1;
    } else if (result.error.startsWith("no such overload")) {
      const mismatch = "call arguments did not match a supported operator, function or macro signature for rule";
      say(invalid(place, shown, `'${result.error}': ${mismatch}: ${text}`));
    } else say(invalid(place, shown, `${result.error} evaluating rule: ${text}`));
    return;
  }
  if (result.value === true || (at.same && !usesOldSelf)) return;
  const where = compiled.path.length === 0 ? place : [...at.path, ...compiled.path];
  const value = ["object", "array"].includes(shown) ? OMITTED : next;
  say(finding({ rule, path: where, value, detail: messageOfRule(compiled, run, state) }));
}

function messageOfRule(
  { rule, message }: CompiledRule,
  run: (program: CelProgram) => Evaluation,
  state: State,
): string {
  const plain = rule.message ?? "";
  const otherwise = plain === "" ? `failed rule: ${rule.rule.trim()}` : plain.trim();
  if (message === undefined) return otherwise;
  const result = run(message);
  state.budget -= result.cost;
  if (state.budget < 0) {
    return "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run";
  }
  return (result.ok ? usableMessage(result.value) : undefined) ?? otherwise;
}

interface Finding {
  readonly rule: CompiledRule["rule"];
  readonly path: Path;
  readonly value: unknown;
  readonly detail: string;
}

function finding({ rule, path, value, detail }: Finding): FieldError {
  switch (rule.reason) {
    case "FieldValueForbidden":
      return forbidden(path, detail);
    case "FieldValueRequired":
      return required(path, detail);
    case "FieldValueDuplicate":
      return duplicate(path, value);
    default:
      return invalid(path, value, detail);
  }
}
