import type {
  CallExpr,
  ComprehensionExpr,
  Expr,
  IdentExpr,
  ListExpr,
  LiteralExpr,
  MapExpr,
  Parsed,
  SelectExpr,
  StructExpr,
} from "../ast.ts";
import { locationOf } from "../ast.ts";
import type { FunctionDeclaration, Overload } from "../declaration.ts";
import type { CelIssue } from "../issue.ts";
import { AND, OPTIONAL_SELECT, OR } from "../parser/operators.ts";
import {
  boolType,
  type CelType,
  dynType,
  errorType,
  formatType,
  intType,
  isDynType,
  listType,
  mapType,
  objectType,
  optionalType,
  sameType,
  typeOfType,
} from "../type.ts";
import { typeOfValue } from "../values/type-of.ts";
import type { Checked } from "./checked.ts";
import { candidateNames, type Declarations } from "./declarations.ts";
import { instantiate, mostGeneral, Unifier } from "./unifier.ts";

export type CheckResult =
  | { readonly ok: true; readonly checked: Checked }
  | { readonly ok: false; readonly issues: readonly CelIssue[] };

/** Gives every node a type and every name its meaning, or says why that cannot be done. */
export function check(parsed: Parsed, declarations: Declarations): CheckResult {
  const checker = new Checker(parsed, declarations);
  const expr = checker.check(parsed.expr);
  if (checker.issues.length > 0) return { ok: false, issues: checker.issues };
  return { ok: true, checked: checker.result(expr) };
}

interface Local {
  readonly name: string;
  readonly type: CelType;
  readonly outer: Local | undefined;
}

/** A name's meaning: `local` ones are bound by a fold within the expression. */
interface Resolved {
  readonly name: string;
  readonly type: CelType;
  readonly sort: "local" | "variable" | "type";
  /** A local of the same name is in the way, so that the full name needs its leading dot. */
  readonly shadowed: boolean;
}

class Checker {
  readonly issues: CelIssue[] = [];
  readonly #parsed: Parsed;
  readonly #declarations: Declarations;
  readonly #unifier = new Unifier();
  readonly #types = new Map<number, CelType>();
  readonly #overloads = new Map<number, readonly Overload[]>();
  readonly #typeNames = new Map<number, CelType>();
  readonly #variables = new Map<number, string>();
  #locals: Local | undefined;

  constructor(parsed: Parsed, declarations: Declarations) {
    this.#parsed = parsed;
    this.#declarations = declarations;
  }

  result(expr: Expr): Checked {
    const types = new Map<number, CelType>();
    for (const [id, type] of this.#types) types.set(id, this.#unifier.substitute(type, true));
    return {
      expr,
      parsed: this.#parsed,
      typeOf: ({ id }) => types.get(id) ?? dynType,
      overloads: this.#overloads,
      typeNames: this.#typeNames,
      variables: this.#variables,
    };
  }

  check(expr: Expr): Expr {
    switch (expr.kind) {
      case "literal":
        return this.#checkLiteral(expr);
      case "ident":
        return this.#checkIdent(expr);
      case "select":
        return this.#checkSelect(expr);
      case "call":
        return this.#checkCall(expr);
      case "list":
        return this.#checkList(expr);
      case "map":
        return this.#checkMap(expr);
      case "struct":
        return this.#checkStruct(expr);
      case "comprehension":
        return this.#checkComprehension(expr);
      case "broken":
        this.#setType(expr, errorType);
        return expr;
    }
  }

  #checkLiteral(expr: LiteralExpr): Expr {
    this.#setType(expr, typeOfValue(expr.value));
    return expr;
  }

  #checkIdent(expr: IdentExpr): Expr {
    const resolved = this.#resolve([expr.name]);
    if (resolved !== undefined) return this.#identOf(expr.id, resolved);
    this.#setType(expr, errorType);
    this.#undeclared(expr, expr.name);
    return expr;
  }

  #identOf(id: number, { name, type, sort, shadowed }: Resolved): IdentExpr {
    const expr: IdentExpr = { kind: "ident", id, name: shadowed ? `.${name}` : name };
    if (sort === "type") {
      this.#typeNames.set(id, type);
      this.#setType(expr, typeOfType(type));
      return expr;
    }
    if (sort === "variable") this.#variables.set(id, name);
    this.#setType(expr, type);
    return expr;
  }

  /** What `a.b.c` stands for as a whole. */
  #resolve(path: readonly string[]): Resolved | undefined {
    const [first = ""] = path;
    const local = this.#local(first);
    if (local !== undefined && !first.startsWith("."))
      return path.length === 1 ? { name: first, type: local.type, sort: "local", shadowed: false } : undefined;
    for (const name of candidateNames(this.#declarations.container, path.join("."))) {
      const variable = this.#declarations.variable(name);
      const shadowed = this.#local(name.split(".")[0] ?? "") !== undefined;
      if (variable !== undefined) return { name, type: variable, sort: "variable", shadowed };
      const type = this.#declarations.type(name);
      if (type !== undefined) return { name, type, sort: "type", shadowed };
    }
    return undefined;
  }

  #local(name: string): Local | undefined {
    let local = this.#locals;
    while (local !== undefined && local.name !== name) local = local.outer;
    return local;
  }

  #checkSelect(expr: SelectExpr): Expr {
    const path = qualifiedPath(expr);
    const resolved = path === undefined ? undefined : this.#resolve(path);
    if (resolved !== undefined) return this.#identOf(expr.id, resolved);
    const { operand, type } = this.#checkField(expr, expr.operand, { field: expr.field, optional: false });
    this.#setType(expr, expr.testOnly ? boolType : this.#unifier.substitute(type));
    return operand === expr.operand ? expr : { ...expr, operand };
  }

  /** The type of a field of an operand, which is checked first. */
  #checkField(
    expr: Expr,
    operandExpr: Expr,
    { field, optional }: { readonly field: string; readonly optional: boolean },
  ): { readonly operand: Expr; readonly type: CelType } {
    const operand = this.check(operandExpr);
    const operandType = this.#unifier.substitute(this.#typeOf(operand));
    const { type: target, unwrapped } = unwrapOptional(operandType);
    const type = this.#fieldType(expr, target, field);
    return { operand, type: unwrapped || optional ? optionalType(type) : type };
  }

  #fieldType(expr: Expr, target: CelType, field: string): CelType {
    switch (target.kind) {
      case "map":
        return target.parameters[1] ?? dynType;
      case "object":
        return this.#declaredField(expr, target, field);
      case "param":
        this.#unifier.assignable(dynType, target);
        return dynType;
      default:
        if (!isDynType(target)) this.#report(expr, `type '${formatType(target)}' does not support field selection`);
        return dynType;
    }
  }

  #declaredField(at: { readonly id: number }, { declaration, name }: CelType, field: string): CelType {
    const type = declaration?.field(field);
    if (type !== undefined) return type;
    this.#report(at, declaration ? `undefined field '${field}'` : `unexpected failed resolution of '${name}'`);
    return errorType;
  }

  #checkCall(expr: CallExpr): Expr {
    if (expr.name === OPTIONAL_SELECT) return this.#checkOptionalSelect(expr);
    const args = expr.args.map((arg) => this.check(arg));
    if (expr.target === undefined) {
      const declared = this.#function(expr.name);
      if (declared === undefined) return this.#unknownFunction(expr, args);
      return this.#resolveCall({ ...expr, name: declared.name, args }, declared);
    }
    const path = qualifiedPath(expr.target);
    const namespaced = path === undefined ? undefined : this.#function([...path, expr.name].join("."));
    if (namespaced !== undefined)
      return this.#resolveCall({ ...expr, name: namespaced.name, target: undefined, args }, namespaced);
    const target = this.check(expr.target);
    const declared = this.#function(expr.name);
    if (declared === undefined) return this.#unknownFunction({ ...expr, target }, args);
    return this.#resolveCall({ ...expr, target, args }, declared);
  }

  #checkOptionalSelect(expr: CallExpr): Expr {
    const [operandExpr, field] = expr.args;
    if (operandExpr === undefined || field?.kind !== "literal" || typeof field.value !== "string") {
      this.#report(expr, "unsupported optional field selection");
      this.#setType(expr, errorType);
      return expr;
    }
    const { operand, type } = this.#checkField(expr, operandExpr, { field: field.value, optional: true });
    this.#setType(field, typeOfValue(field.value));
    this.#setType(expr, this.#unifier.substitute(type));
    this.#overloads.set(expr.id, this.#declarations.function(OPTIONAL_SELECT)?.overloads ?? []);
    return { ...expr, args: [operand, field] };
  }

  #function(name: string): FunctionDeclaration | undefined {
    for (const candidate of candidateNames(this.#declarations.container, name)) {
      const declared = this.#declarations.function(candidate);
      if (declared !== undefined) return declared;
    }
    return undefined;
  }

  #unknownFunction(expr: CallExpr, args: readonly Expr[]): Expr {
    this.#undeclared(expr, expr.name);
    this.#setType(expr, errorType);
    return { ...expr, args };
  }

  #resolveCall(expr: CallExpr, declared: FunctionDeclaration): Expr {
    const operands = expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    const types = operands.map((operand) => this.#typeOf(operand));
    const found =
      declared.name === AND || declared.name === OR
        ? this.#resolveLogic(operands, declared)
        : this.#resolveOverloads(types, declared, expr.target !== undefined);
    if (found === undefined) {
      this.#setType(expr, errorType);
      return expr;
    }
    if (found.overloads.length === 0) {
      const final = types.map((type) => this.#unifier.substitute(type, true));
      const signature = signatureOf(final, expr.target !== undefined);
      this.#report(expr, `found no matching overload for '${declared.name}' applied to '${signature}'`);
      this.#setType(expr, errorType);
      return expr;
    }
    this.#setType(expr, found.type);
    this.#overloads.set(expr.id, found.overloads);
    return expr;
  }

  /** Undefined: an operand was complained about. */
  #resolveLogic(
    operands: readonly Expr[],
    declared: FunctionDeclaration,
  ): { readonly type: CelType; readonly overloads: readonly Overload[] } | undefined {
    let fine = true;
    for (const operand of operands) {
      const type = this.#typeOf(operand);
      if (this.#unifier.assignable(type, boolType)) continue;
      this.#mismatch(operand, boolType, type);
      fine = false;
    }
    return fine ? { type: boolType, overloads: declared.overloads } : undefined;
  }

  #resolveOverloads(
    types: readonly CelType[],
    declared: FunctionDeclaration,
    member: boolean,
  ): { readonly type: CelType; readonly overloads: readonly Overload[] } {
    const overloads: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of declared.overloads) {
      if ((overload.member === true) !== member || overload.params.length !== types.length) continue;
      const names = new Map<string, CelType>();
      const fresh = () => this.#unifier.fresh();
      const params = overload.params.map((param) => instantiate(param, names, fresh));
      if (!this.#unifier.assignableAll(types, params)) continue;
      overloads.push(overload);
      const type = this.#unifier.substitute(instantiate(overload.result, names, fresh));
      if (result === undefined) result = type;
      else if (!isDynType(result) && !sameType(type, result)) result = dynType;
    }
    return { type: result ?? errorType, overloads };
  }

  #checkList(expr: ListExpr): Expr {
    let elementType: CelType | undefined;
    const elements = expr.elements.map((element, index) => {
      const checked = this.check(element);
      const type = this.#valueType(checked, expr.optional.has(index));
      elementType = this.#join(elementType, type);
      return checked;
    });
    this.#setType(expr, listType(elementType ?? this.#unifier.fresh()));
    return { ...expr, elements };
  }

  #checkMap(expr: MapExpr): Expr {
    let keyType: CelType | undefined;
    let valueType: CelType | undefined;
    const entries = expr.entries.map((entry) => {
      const key = this.check(entry.key);
      keyType = this.#join(keyType, this.#typeOf(key));
      const value = this.check(entry.value);
      valueType = this.#join(valueType, this.#valueType(value, entry.optional));
      return { ...entry, key, value };
    });
    this.#setType(expr, mapType(keyType ?? this.#unifier.fresh(), valueType ?? this.#unifier.fresh()));
    return { ...expr, entries };
  }

  /** The type of an element; one written with `?` must be an optional, and counts as what it holds. */
  #valueType(expr: Expr, optional: boolean): CelType {
    const type = this.#typeOf(expr);
    if (!optional) return type;
    const { type: inner, unwrapped } = unwrapOptional(type);
    if (!unwrapped && (inner.kind === "error" || !isDynType(inner))) this.#mismatch(expr, optionalType(inner), inner);
    return inner;
  }

  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    if (this.#unifier.assignable(previous, current)) return mostGeneral(previous, current);
    return dynType;
  }

  #checkStruct(expr: StructExpr): Expr {
    const found = this.#structType(expr);
    this.#setType(expr, found?.type ?? errorType);
    if (found === undefined) return expr;
    const { name, type } = found;
    const fields = expr.fields.map((field) => {
      const value = this.check(field.value);
      const valueType = this.#valueType(value, field.optional);
      if (type.kind === "timestamp" || type.kind === "duration") return { ...field, value };
      const declared = this.#declaredField(field, type.kind === "object" ? type : objectType(name), field.name);
      if (!this.#unifier.assignable(declared, valueType)) {
        const expected = formatType(declared);
        const text = `expected type of field '${field.name}' is '${expected}' but provided type is '${formatType(valueType)}'`;
        this.#report(field, text);
      }
      return { ...field, value };
    });
    return { ...expr, typeName: name, fields };
  }

  /** Undefined: there is no such name, and the fields are not looked at. */
  #structType(expr: StructExpr): { readonly name: string; readonly type: CelType } | undefined {
    for (const name of candidateNames(this.#declarations.container, expr.typeName)) {
      const variable = this.#declarations.variable(name);
      if (variable !== undefined) {
        this.#report(expr, `'${formatType(variable)}' is not a type`);
        return { name, type: errorType };
      }
      const type = this.#declarations.type(name);
      if (type === undefined) continue;
      if (type.kind === "object" || type.kind === "timestamp" || type.kind === "duration") return { name, type };
      this.#report(expr, `'${type.name}' is not a message type`);
      return { name, type: errorType };
    }
    this.#undeclared(expr, expr.typeName);
    return undefined;
  }

  #checkComprehension(expr: ComprehensionExpr): Expr {
    const range = this.check(expr.range);
    const init = this.check(expr.init);
    const rangeType = this.#unifier.substitute(this.#typeOf(range));
    const accuType = this.#typeOf(init);
    const outer = this.#locals;
    this.#locals = { name: expr.accuVar, type: accuType, outer };
    const withAccu = this.#locals;
    const { first, second } = this.#iterTypes(range, rangeType, expr.iterVar2 !== undefined);
    this.#locals = { name: expr.iterVar, type: first, outer: this.#locals };
    if (expr.iterVar2 !== undefined) this.#locals = { name: expr.iterVar2, type: second, outer: this.#locals };
    const condition = this.check(expr.condition);
    this.#assertType(condition, boolType);
    const step = this.check(expr.step);
    this.#assertType(step, accuType);
    this.#locals = withAccu;
    const result = this.check(expr.result);
    this.#locals = outer;
    this.#setType(expr, this.#unifier.substitute(this.#typeOf(result)));
    return { ...expr, range, init, condition, step, result };
  }

  #iterTypes(range: Expr, type: CelType, two: boolean): { readonly first: CelType; readonly second: CelType } {
    switch (type.kind) {
      case "list": {
        const element = type.parameters[0] ?? dynType;
        return two ? { first: intType, second: element } : { first: element, second: element };
      }
      case "map":
        return { first: type.parameters[0] ?? dynType, second: type.parameters[1] ?? dynType };
      case "dyn":
      case "error":
      case "param":
        this.#unifier.assignable(dynType, type);
        return { first: dynType, second: dynType };
      default: {
        const text = `expression of type '${formatType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        this.#report(range, text);
        return { first: errorType, second: errorType };
      }
    }
  }

  #assertType(expr: Expr, type: CelType): void {
    if (!this.#unifier.assignable(type, this.#typeOf(expr))) this.#mismatch(expr, type, this.#typeOf(expr));
  }

  #typeOf(expr: { readonly id: number }): CelType {
    return this.#types.get(expr.id) ?? errorType;
  }

  #setType(expr: { readonly id: number }, type: CelType): void {
    this.#types.set(expr.id, type);
  }

  #undeclared(expr: Expr, name: string): void {
    this.#report(expr, `undeclared reference to '${name}' (in container '${this.#declarations.container}')`);
  }

  #mismatch(expr: Expr, expected: CelType, actual: CelType): void {
    this.#report(expr, `expected type '${formatType(expected)}' but found '${formatType(actual)}'`);
  }

  #report(at: { readonly id: number }, message: string): void {
    this.issues.push({ ...locationOf(this.#parsed.source, this.#parsed.offsets[at.id] ?? 0), message });
  }
}

/** `a.b.c` as its parts, if the expression is nothing else. */
function qualifiedPath(expr: Expr): readonly string[] | undefined {
  const path: string[] = [];
  let at = expr;
  while (at.kind === "select" && !at.testOnly) {
    path.push(at.field);
    at = at.operand;
  }
  if (at.kind !== "ident") return undefined;
  path.push(at.name);
  return path.reverse();
}

function unwrapOptional(type: CelType): { readonly type: CelType; readonly unwrapped: boolean } {
  if (type.kind !== "opaque" || type.name !== "optional_type") return { type, unwrapped: false };
  return { type: type.parameters[0] ?? dynType, unwrapped: true };
}

function signatureOf(types: readonly CelType[], member: boolean): string {
  const names = types.map(formatType);
  return member ? `${names[0]}.(${names.slice(1).join(", ")})` : `(${names.join(", ")})`;
}
