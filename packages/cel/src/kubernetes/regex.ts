import { CelError } from "../cel-error.ts";
import type { Library } from "../declaration.ts";
import { integer, member, text } from "../standard/overload.ts";
import { compilePattern } from "../standard/regex.ts";
import { intType, listType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { listOf } from "../values/list.ts";

/** `find` and `findAll`: what a regular expression matches. */
export const regexLibrary: Library = {
  name: "kubernetes.regex",
  functions: [
    {
      name: "find",
      overloads: [
        member("string_find_string", {
          params: [stringType, stringType],
          result: stringType,
          run: (subject, pattern) => matches(text(subject), text(pattern), 1)[0] ?? "",
        }),
      ],
    },
    {
      name: "findAll",
      overloads: [
        member("string_find_all_string", {
          params: [stringType, stringType],
          result: listType(stringType),
          run: (subject, pattern) => findAll(subject, pattern, Infinity),
        }),
        member("string_find_all_string_int", {
          params: [stringType, stringType, intType],
          result: listType(stringType),
          run: (subject, pattern, limit) => findAll(subject, pattern, integer(limit) < 0 ? Infinity : integer(limit)),
        }),
      ],
    },
  ],
};

function findAll(subject: CelValue, pattern: CelValue, limit: number): CelValue {
  return listOf(matches(text(subject), text(pattern), limit));
}

function matches(subject: string, pattern: string, limit: number): string[] {
  const matcher = compiled(pattern).matcher(subject);
  const out: string[] = [];
  while (out.length < limit && matcher.find()) out.push(matcher.group() ?? "");
  return out;
}

function compiled(pattern: string): ReturnType<typeof compilePattern> {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof CelError) throw new CelError(`Illegal regex: ${error.message}`);
    throw error;
  }
}
