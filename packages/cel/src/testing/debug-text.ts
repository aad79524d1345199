import { goQuote } from "@skates/apimachinery";
import type { Expr } from "../ast.ts";
import type { CelValue } from "../value.ts";
import { isObject } from "../values/scalars.ts";
import { toText } from "../values/convert.ts";

/** An expression as the published suites print it, with the sort of each node. */
export function debugText(expr: Expr): string {
  return `${bodyOf(expr)}^#*expr.${sortOf(expr)}#`;
}

function sortOf(expr: Expr): string {
  switch (expr.kind) {
    case "literal":
      return literalSort(expr.value);
    case "map":
      return "Expr_StructExpr";
    case "broken":
      throw new Error("the expression is broken");
    default:
      return `Expr_${expr.kind.charAt(0).toUpperCase()}${expr.kind.slice(1)}Expr`;
  }
}

function literalSort(value: CelValue): string {
  if (value === null) return "Constant_NullValue";
  const sorts = { string: "String", boolean: "Bool", number: "Int64", bigint: "Int64" } as const;
  if (!isObject(value)) return `Constant_${sorts[typeof value as keyof typeof sorts]}Value`;
  return `Constant_${value.kind === "uint" ? "Uint64" : value.kind === "bytes" ? "Bytes" : "Double"}Value`;
}

function bodyOf(expr: Expr): string {
  switch (expr.kind) {
    case "literal":
      return literalText(expr.value);
    case "ident":
      return expr.name;
    case "select":
      return `${debugText(expr.operand)}.${expr.field}${expr.testOnly ? "~test-only~" : ""}`;
    case "call": {
      const target = expr.target === undefined ? "" : `${debugText(expr.target)}.`;
      return `${target}${expr.name}(${members(expr.args.map(debugText))})`;
    }
    case "list":
      return `[${members(expr.elements.map(debugText))}]`;
    case "map":
      return `{${members(
        expr.entries.map(({ key, value, optional }) => entry(optional, debugText(key), debugText(value))),
      )}}`;
    case "struct":
      return `${expr.typeName}{${members(
        expr.fields.map(({ name, value, optional }) => entry(optional, name, debugText(value))),
      )}}`;
    case "comprehension": {
      const variables = expr.iterVar2 === undefined ? [expr.iterVar] : [expr.iterVar, expr.iterVar2];
      const parts = [
        "// Variable",
        ...variables.map((name) => `${name},`),
        "// Target",
        `${debugText(expr.range)},`,
        "// Accumulator",
        `${expr.accuVar},`,
        "// Init",
        `${debugText(expr.init)},`,
        "// LoopCondition",
        `${debugText(expr.condition)},`,
        "// LoopStep",
        `${debugText(expr.step)},`,
        "// Result",
        debugText(expr.result),
      ];
      return `__comprehension__(\n${indented(parts.join("\n"))})`;
    }
    case "broken":
      throw new Error("the expression is broken");
  }
}

function entry(optional: boolean, key: string, value: string): string {
  return `${optional ? "?" : ""}${key}:${value}^#*expr.Expr_CreateStruct_Entry#`;
}

function members(texts: readonly string[]): string {
  return texts.length === 0 ? "" : `\n${indented(texts.join(",\n"))}\n`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function literalText(value: CelValue): string {
  if (typeof value === "string") return goQuote(value);
  if (value === null) return "null";
  if (!isObject(value)) return String(value);
  if (value.kind === "bytes") return `b${goQuote(new TextDecoder("latin1").decode(value.value))}`;
  return value.kind === "uint" ? `${value.value}u` : toText(value);
}
