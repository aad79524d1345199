import { CelError } from "../cel-error.ts";
import type { Library, Overload } from "../declaration.ts";
import { integer, member, text } from "../standard/overload.ts";
import { compilePattern } from "../standard/regex.ts";
import { type CelType, intType, listType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { listOf } from "../values/list.ts";

type Pattern = ReturnType<typeof compilePattern>;
type Find = (pattern: Pattern, subject: CelValue, limit: CelValue) => CelValue;

/** `find` and `findAll`: what a regular expression matches. */
export const regexLibrary: Library = {
  name: "kubernetes.regex",
  functions: [
    {
      name: "find",
      overloads: [
        finder("string_find_string", {
          params: [stringType, stringType],
          result: stringType,
          find: (pattern, subject) => matches(pattern, text(subject), 1)[0] ?? "",
        }),
      ],
    },
    {
      name: "findAll",
      overloads: [
        finder("string_find_all_string", {
          params: [stringType, stringType],
          result: listType(stringType),
          find: (pattern, subject) => listOf(matches(pattern, text(subject), Infinity)),
        }),
        finder("string_find_all_string_int", {
          params: [stringType, stringType, intType],
          result: listType(stringType),
          find: (pattern, subject, limit) => {
            const most = integer(limit);
            return listOf(matches(pattern, text(subject), most < 0 ? Infinity : most));
          },
        }),
      ],
    },
  ],
};

function finder(
  id: string,
  { params, result, find }: { readonly params: readonly CelType[]; readonly result: CelType; readonly find: Find },
): Overload {
  return member(id, {
    params,
    result,
    run: (subject, pattern, limit = null) => find(compiled(text(pattern)), subject, limit),
    specialize: ([, pattern]) => {
      if (typeof pattern !== "string") return undefined;
      const constant = compilePattern(pattern);
      return (subject, _, limit = null) => find(constant, subject, limit);
    },
  });
}

function matches(pattern: Pattern, subject: string, limit: number): string[] {
  const matcher = pattern.matcher(subject);
  const out: string[] = [];
  while (out.length < limit && matcher.find()) out.push(matcher.group() ?? "");
  return out;
}

function compiled(pattern: string): Pattern {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof CelError) throw new CelError(`Illegal regex: ${error.message}`);
    throw error;
  }
}
