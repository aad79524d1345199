import type { Expr } from "../ast.ts";
import { type CelType, errorType, formatType } from "../type.ts";
import type { Checked } from "./checked.ts";
import type { LiteralComplaint } from "./literals.ts";

/** Elements of a literal list, and keys and values of a literal map, that are not of the type of the first. */
export function checkMembers(expr: Expr, checked: Checked): readonly LiteralComplaint[] {
  const typed = (member: Expr, optional: boolean): Member => {
    const type = checked.typeOf(member);
    return { id: member.id, type: optional ? (type.parameters[0] ?? type) : type };
  };
  if (expr.kind === "list")
    return mismatches(expr.elements.map((element, index) => typed(element, expr.optional.has(index)))).slice(0, 1);
  if (expr.kind !== "map") return [];
  const keys = expr.entries.map(({ key }) => typed(key, false));
  const values = expr.entries.map(({ value, optional }) => typed(value, optional));
  return [...mismatches(keys), ...mismatches(values)];
}

interface Member {
  readonly id: number;
  readonly type: CelType;
}

function mismatches([first, ...rest]: readonly Member[]): LiteralComplaint[] {
  if (first === undefined) return [];
  return rest
    .filter(({ type }) => !isEquivalent(first.type, type))
    .map(({ id, type }) => ({
      id,
      message: `expected type '${formatType(first.type)}' but found '${formatType(type)}'`,
    }));
}

/** The same type but for the names of type parameters. */
function isEquivalent(one: CelType, other: CelType): boolean {
  if (one.kind !== other.kind || one.parameters.length !== other.parameters.length) return false;
  if (one.kind !== "param" && one.name !== other.name) return false;
  if ((one.nullable === true) !== (other.nullable === true)) return false;
  return one.parameters.every((parameter, index) => isEquivalent(parameter, other.parameters[index] ?? errorType));
}
