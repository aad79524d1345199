import { CelError } from "../cel-error.ts";
import type { CallCost } from "../cost.ts";
import { plus, exactly, traversal } from "../cost-estimate.ts";
import { COST_MAX } from "../cost.ts";
import type { Library } from "../declaration.ts";
import { global, integer, list, member, text } from "../standard/overload.ts";
import { dynType, intType, listType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { formatKey } from "../values/format-value.ts";
import { elementsOf, listOf } from "../values/list.ts";
import { actualSize, traversalCost } from "../values/size.ts";
import { checkTextLength } from "../values/bounds.ts";
import { formatString } from "./string-format.ts";
import { indexOfText, lastIndexOfText, replaceText, slicePoints, splitText } from "./text-points.ts";

const STRINGS = listType(stringType);

const formatCost: CallCost = {
  actual: ([format]) => traversalCost(actualSize(format ?? null)),
  estimate: ({ target }) => (target === undefined ? undefined : { cost: traversal(target) }),
};

const quoteCost: CallCost = {
  actual: ([quoted]) => traversalCost(actualSize(quoted ?? null)),
  estimate({ args: [quoted] }) {
    if (quoted === undefined) return undefined;
    const { min, max } = quoted.size;
    // Upstream's sum runs over where nothing is known, and begins at zero again.
    if (max === COST_MAX) return { cost: traversal(quoted), resultSize: { min: min + 2, max: 0 } };
    return { cost: traversal(quoted), resultSize: plus({ min, max: Math.min(max * 2, COST_MAX) }, exactly(2)) };
  },
};

/** Functions on texts, as upstream's strings extension has them in version 2. */
export const stringsLibrary: Library = {
  name: "cel.lib.ext.strings",
  functions: [
    {
      name: "charAt",
      overloads: [member("string_char_at_int", { params: [stringType, intType], result: stringType, run: charAt })],
    },
    {
      name: "indexOf",
      overloads: [
        member("string_index_of_string", {
          params: [stringType, stringType],
          result: intType,
          run: (subject, part) => indexOfText(text(subject), text(part), 0),
        }),
        member("string_index_of_string_int", {
          params: [stringType, stringType, intType],
          result: intType,
          run: (subject, part, from) => indexOfText(text(subject), text(part), integer(from)),
        }),
      ],
    },
    {
      name: "lastIndexOf",
      overloads: [
        member("string_last_index_of_string", {
          params: [stringType, stringType],
          result: intType,
          run: (subject, part) => lastIndexOfText(text(subject), text(part), undefined),
        }),
        member("string_last_index_of_string_int", {
          params: [stringType, stringType, intType],
          result: intType,
          run: (subject, part, from) => lastIndexOfText(text(subject), text(part), integer(from)),
        }),
      ],
    },
    textFunction("lowerAscii", "string_lower_ascii", (value) => value.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
    textFunction("upperAscii", "string_upper_ascii", (value) => value.replace(/[a-z]+/g, (part) => part.toUpperCase())),
    textFunction("trim", "string_trim", trim),
    {
      name: "replace",
      overloads: [
        member("string_replace_string_string", {
          params: [stringType, stringType, stringType],
          result: stringType,
          run: (subject, old, by) => replaceText(text(subject), { old: text(old), by: text(by), limit: -1 }),
        }),
        member("string_replace_string_string_int", {
          params: [stringType, stringType, stringType, intType],
          result: stringType,
          run: (subject, old, by, limit) =>
            replaceText(text(subject), { old: text(old), by: text(by), limit: integer(limit) }),
        }),
      ],
    },
    {
      name: "split",
      overloads: [
        member("string_split_string", {
          params: [stringType, stringType],
          result: STRINGS,
          run: (subject, separator) => listOf(splitText(text(subject), text(separator), -1)),
        }),
        member("string_split_string_int", {
          params: [stringType, stringType, intType],
          result: STRINGS,
          run: (subject, separator, limit) => listOf(splitText(text(subject), text(separator), integer(limit))),
        }),
      ],
    },
    {
      name: "substring",
      overloads: [
        member("string_substring_int", {
          params: [stringType, intType],
          result: stringType,
          run: (subject, start) => slicePoints(text(subject), integer(start), undefined),
        }),
        member("string_substring_int_int", {
          params: [stringType, intType, intType],
          result: stringType,
          run: (subject, start, end) => slicePoints(text(subject), integer(start), integer(end)),
        }),
      ],
    },
    {
      name: "format",
      overloads: [
        member("string_format", {
          params: [stringType, listType(dynType)],
          result: stringType,
          run: (format, args) => formatString(text(format), list(args)),
          cost: formatCost,
        }),
      ],
    },
    {
      name: "strings.quote",
      overloads: [
        global("strings_quote", {
          params: [stringType],
          result: stringType,
          run: (value) => quote(text(value)),
          cost: quoteCost,
        }),
      ],
    },
    {
      name: "join",
      overloads: [
        member("list_join", { params: [STRINGS], result: stringType, run: (parts) => join(parts, "") }),
        member("list_join_string", {
          params: [STRINGS, stringType],
          result: stringType,
          run: (parts, separator) => join(parts, text(separator)),
        }),
      ],
    },
  ],
};

function textFunction(name: string, id: string, run: (value: string) => string) {
  const signature = { params: [stringType], result: stringType, run: (value: CelValue) => run(text(value)) };
  return { name, overloads: [member(id, signature)] };
}

function charAt(subject: CelValue, index: CelValue): string {
  const value = text(subject);
  const at = integer(index);
  const size = actualSize(value);
  if (at < 0 || at > size) throw new CelError(`index out of range: ${at}`);
  return slicePoints(value, at, Math.min(at + 1, size));
}

const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const LEADING_SPACE = new RegExp(`^${SPACE}+`);
const TRAILING_CHARACTER = new RegExp(SPACE);

function trim(value: string): string {
  const start = LEADING_SPACE.exec(value)?.[0].length ?? 0;
  let end = value.length;
  while (end > start && TRAILING_CHARACTER.test(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}

const QUOTED: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function quote(value: string): string {
  // oxlint-disable-next-line no-control-regex
  return `"${value.replace(/[\ud800-\udfff]/gu, "\ufffd").replace(/[\u0007-\r\\"]/g, (part) => QUOTED.get(part) ?? part)}"`;
}

function join(parts: CelValue, separator: string): string {
  const texts = elementsOf(list(parts)).map((part) => {
    if (typeof part !== "string") throw new CelError(`join: invalid input: ${formatKey(part)}`);
    return part;
  });
  checkTextLength(texts.reduce((sum, part) => sum + part.length, separator.length * texts.length));
  return texts.join(separator);
}
