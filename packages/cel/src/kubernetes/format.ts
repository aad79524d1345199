import {
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
} from "@skates/apimachinery";
import type { Library } from "../declaration.ts";
import { global, member, text } from "../standard/overload.ts";
import { type CelType, listType, objectType, optionalType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { listOf } from "../values/list.ts";
import { NONE, optionalOf } from "../values/scalars.ts";
import { parseDate, parseTimestamp } from "../values/time.ts";
import { opaqueKind } from "./opaque.ts";
import { urlComplaint } from "./url.ts";

/** A named text format. */
interface Format {
  readonly name: string;
  /** What is wrong with a text; nothing if it is valid. */
  readonly validate: (written: string) => readonly string[];
  /** Length of the regular expression by which a check is charged, as upstream counts it. */
  readonly regexSize: number;
}

const namedFormatType: CelType = objectType("kubernetes.NamedFormat");
const named = opaqueKind<Format>(namedFormatType, { equals: (one, other) => one.name === other.name });

/** Length of upstream's expression for dates and times. */
const DATE_TIME_SIZE = 71;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

const FORMATS: readonly (readonly [name: string, format: Format])[] = [
  ["dns1123Label", { name: "DNS1123Label", validate: isDns1123Label, regexSize: 30 }],
  ["dns1123Subdomain", { name: "DNS1123Subdomain", validate: isDns1123Subdomain, regexSize: 60 }],
  ["dns1035Label", { name: "DNS1035Label", validate: isDns1035Label, regexSize: 30 }],
  ["qualifiedName", { name: "QualifiedName", validate: isQualifiedName, regexSize: 60 }],
  ["dns1123LabelPrefix", { name: "DNS1123LabelPrefix", validate: prefix(isDns1123Label), regexSize: 30 }],
  ["dns1123SubdomainPrefix", { name: "DNS1123SubdomainPrefix", validate: prefix(isDns1123Subdomain), regexSize: 60 }],
  ["dns1035LabelPrefix", { name: "DNS1035LabelPrefix", validate: prefix(isDns1035Label), regexSize: 30 }],
  ["labelValue", { name: "LabelValue", validate: isLabelValue, regexSize: 40 }],
  ["uri", { name: "URI", validate: validateUri, regexSize: 1103 }],
  [
    "uuid",
    { name: "uuid", validate: test((written) => UUID.test(written), "does not match the UUID format"), regexSize: 70 },
  ],
  ["byte", { name: "byte", validate: test((written) => BASE64.test(written), "invalid base64"), regexSize: 84 }],
  [
    "date",
    {
      name: "date",
      validate: test((written) => parseDate(written) !== undefined, "invalid date"),
      regexSize: DATE_TIME_SIZE,
    },
  ],
  [
    "datetime",
    {
      name: "datetime",
      validate: test((written) => parseTimestamp(written.toUpperCase()) !== undefined, "invalid datetime"),
      regexSize: DATE_TIME_SIZE,
    },
  ],
];

const VALUES: ReadonlyMap<string, CelValue> = new Map(FORMATS.map(([name, format]) => [name, named.make(format)]));

/** The length by which a check of this format is charged; undefined for what is no format. */
export function formatRegexSize(value: CelValue): number | undefined {
  return typeof value === "object" && value?.kind === "opaque" && value.type.name === namedFormatType.name
    ? named.data(value).regexSize
    : undefined;
}

/** `format.dns1123Label().validate(text)` and `format.named("uri")`. */
export const formatLibrary: Library = {
  name: "kubernetes.format",
  functions: [
    {
      name: "validate",
      overloads: [
        member("format-validate", {
          params: [namedFormatType, stringType],
          result: optionalType(listType(stringType)),
          run: (format, written) => {
            const findings = named.data(format).validate(text(written));
            return findings.length === 0 ? NONE : optionalOf(listOf(findings));
          },
        }),
      ],
    },
    {
      name: "format.named",
      overloads: [
        global("format-named", {
          params: [stringType],
          result: optionalType(namedFormatType),
          run: (name) => {
            const format = VALUES.get(text(name));
            return format === undefined ? NONE : optionalOf(format);
          },
        }),
      ],
    },
    ...Array.from(VALUES, ([name, value]) => ({
      name: `format.${name}`,
      overloads: [global(`format.${name}`, { params: [], result: namedFormatType, run: () => value })],
    })),
  ],
};

/** A name that something is appended to may end in a dash. */
function prefix(validate: (name: string) => readonly string[]): (name: string) => readonly string[] {
  return (name) => validate(name.length > 1 && name.endsWith("-") ? `${name.slice(0, -1)}a` : name);
}

function test(holds: (written: string) => boolean, complaint: string): (written: string) => readonly string[] {
  return (written) => (holds(written) ? [] : [complaint]);
}

function validateUri(written: string): readonly string[] {
  const complaint = urlComplaint(written);
  return complaint === undefined ? [] : [complaint];
}
