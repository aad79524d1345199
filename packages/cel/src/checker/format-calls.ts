import type { Expr } from "../ast.ts";
import { CelError } from "../cel-error.ts";
import { clausesOf, formattingComplaint } from "../extensions/string-format.ts";
import { type CelType, isDynType, type TypeKind } from "../type.ts";
import type { Checked } from "./checked.ts";
import type { LiteralComplaint } from "./literals.ts";
import { childrenOf } from "./visit.ts";

/** Complains about `'%d'.format(['a'])` and the like, where both the format and the list are spelled out. */
export function checkFormatCall(expr: Expr, checked: Checked): readonly LiteralComplaint[] {
  if (expr.kind !== "call" || expr.name !== "format" || expr.target?.kind !== "literal") return [];
  const { value: format } = expr.target;
  const [list] = expr.args;
  if (typeof format !== "string" || list?.kind !== "list" || expr.args.length !== 1) return [];
  try {
    let used = 0;
    for (const part of clausesOf(format)) {
      if (typeof part === "string") continue;
      const argument = list.elements[used];
      if (argument === undefined) throw new CelError(`index ${used} out of range`);
      const unfit = unfitFor(part.verb, argument, checked);
      if (unfit !== undefined) {
        const { name } = checked.typeOf(unfit);
        return [{ id: unfit.id, message: formattingComplaint(part.verb, name).message }];
      }
      used++;
    }
    if (list.elements.length <= used) return [];
    const message = `too many arguments supplied to string.format (expected ${used}, got ${list.elements.length})`;
    return [{ id: expr.id, message }];
  } catch (error) {
    if (error instanceof CelError) return [{ id: expr.id, message: error.message }];
    throw error;
  }
}

const TEXTUAL: ReadonlySet<TypeKind> = new Set<TypeKind>([
  "list",
  "map",
  "int",
  "uint",
  "double",
  "bool",
  "string",
  "timestamp",
  "bytes",
  "duration",
  "type",
  "null",
]);
/** Numbers may be the texts "NaN", "Infinity" and "-Infinity". */
const FLOATS: ReadonlySet<TypeKind> = new Set<TypeKind>(["double", "string"]);
const INTEGERS: ReadonlySet<TypeKind> = new Set<TypeKind>(["int", "uint"]);
const HEXADECIMAL: ReadonlySet<TypeKind> = new Set<TypeKind>(["int", "uint", "string", "bytes"]);

const TAKEN: ReadonlyMap<string, ReadonlySet<TypeKind>> = new Map([
  ["s", TEXTUAL],
  ["d", INTEGERS],
  ["f", FLOATS],
  ["e", FLOATS],
  ["b", new Set<TypeKind>(["int", "uint", "bool"])],
  ["x", HEXADECIMAL],
  ["X", HEXADECIMAL],
  ["o", INTEGERS],
]);

/** The argument, or the part of it, whose type the clause does not take. */
function unfitFor(verb: string, argument: Expr, checked: Checked): Expr | undefined {
  if (!takes(TAKEN.get(verb), checked.typeOf(argument))) return argument;
  if (verb !== "s" || (argument.kind !== "list" && argument.kind !== "map")) return undefined;
  for (const member of childrenOf(argument)) {
    const unfit = unfitFor(verb, member, checked);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
}

function takes(kinds: ReadonlySet<TypeKind> | undefined, type: CelType): boolean {
  return isDynType(type) || kinds === undefined || kinds.has(type.kind);
}
