/** Checks of names. Each answers upstream's messages, or none when the text is valid. Lengths are in bytes. */

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const LABEL_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${LABEL_KEY})?`;
const C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*";
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const CONFIG_MAP_KEY = "[-._a-zA-Z0-9]+";
const ENV_VAR_NAME = "[-._a-zA-Z][-._a-zA-Z0-9]*";
const HTTP_HEADER = "[-A-Za-z0-9]+";
const PERCENT = "[0-9]+%";

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const LABEL_KEY_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const C_IDENTIFIER_TEXT =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
const WILDCARD_TEXT =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const CONFIG_MAP_KEY_TEXT = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
const ENV_VAR_TEXT =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
const RELAXED_ENV_VAR_TEXT =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const HTTP_HEADER_TEXT = "a valid HTTP header must consist of alphanumeric characters or '-'";
const PERCENT_TEXT = "a valid percent string must be a numeric string followed by an ending '%'";

const labelPattern = whole(LABEL);
const subdomainPattern = whole(SUBDOMAIN);
const label1035Pattern = whole(LABEL_1035);
const labelKeyPattern = whole(LABEL_KEY);
const labelValuePattern = whole(LABEL_VALUE);
const cIdentifierPattern = whole(C_IDENTIFIER);
const wildcardPattern = whole(WILDCARD);
const configMapKeyPattern = whole(CONFIG_MAP_KEY);
const envVarPattern = whole(ENV_VAR_NAME);
const httpHeaderPattern = whole(HTTP_HEADER);
const percentPattern = whole(PERCENT);

const NONE: readonly string[] = [];

/** A name within one DNS label: lower case, digits, `-`; at most 63. */
export function isDns1123Label(text: string): readonly string[] {
  const long = text.length > 63 ? [tooLong(63, "characters")] : NONE;
  if (labelPattern.test(text)) return long;
  if (subdomainPattern.test(text)) return [...long, "must not contain dots"];
  return [...long, regexError(LABEL_TEXT, LABEL, ["my-name", "123-abc"])];
}

/** Labels joined by dots; at most 253. */
export function isDns1123Subdomain(text: string): readonly string[] {
  const long = text.length > 253 ? [tooLong(253, "characters")] : NONE;
  return subdomainPattern.test(text) ? long : [...long, regexError(SUBDOMAIN_TEXT, SUBDOMAIN, ["example.com"])];
}

/** A DNS label that starts with a letter: names of services. */
export function isDns1035Label(text: string): readonly string[] {
  const long = text.length > 63 ? [tooLong(63, "characters")] : NONE;
  return label1035Pattern.test(text)
    ? long
    : [...long, regexError(LABEL_1035_TEXT, LABEL_1035, ["my-name", "abc-123"])];
}

/** `*.` and a subdomain. */
export function isWildcardDns1123Subdomain(text: string): readonly string[] {
  const long = text.length > 253 ? [tooLong(253, "characters")] : NONE;
  return wildcardPattern.test(text) ? long : [...long, regexError(WILDCARD_TEXT, WILDCARD, ["*.example.com"])];
}

/** A label key: a name with an optional DNS prefix, `example.com/name`. */
export function isQualifiedName(text: string): readonly string[] {
  if (text.length <= 63 && labelKeyPattern.test(text)) return NONE;
  const parts = text.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2) {
    const detail = regexError(LABEL_KEY_TEXT, LABEL_KEY, ["MyName", "my.name", "123-abc"]);
    return [`a valid label key ${detail} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  if (second !== undefined) {
    if (first === "") errors.push("prefix part must be non-empty");
    else for (const message of isDns1123Subdomain(first)) errors.push(`prefix part ${message}`);
  }
  const name = second ?? first;
  if (name === "") errors.push("name part must be non-empty");
  else if (utf8Length(name) > 63) errors.push(`name part ${tooLong(63, "bytes")}`);
  if (!labelKeyPattern.test(name)) {
    errors.push(`name part ${regexError(LABEL_KEY_TEXT, LABEL_KEY, ["MyName", "my.name", "123-abc"])}`);
  }
  return errors;
}

/** A label's value: empty, or like a name; at most 63. */
export function isLabelValue(text: string): readonly string[] {
  const long = text.length > 63 || utf8Length(text) > 63 ? [tooLong(63, "bytes")] : NONE;
  if (labelValuePattern.test(text)) return long;
  return [...long, regexError(LABEL_VALUE_TEXT, LABEL_VALUE, ["MyValue", "my_value", "12345"])];
}

export function isCIdentifier(text: string): readonly string[] {
  if (cIdentifierPattern.test(text)) return NONE;
  return [regexError(C_IDENTIFIER_TEXT, C_IDENTIFIER, ["my_name", "MY_NAME", "MyName"])];
}

/** A key of a config map or secret. */
export function isConfigMapKey(text: string): readonly string[] {
  const errors: string[] = [];
  if (text.length > 253) errors.push(tooLong(253, "characters"));
  if (!configMapKeyPattern.test(text)) {
    errors.push(regexError(CONFIG_MAP_KEY_TEXT, CONFIG_MAP_KEY, ["key.name", "KEY_NAME", "key-name"]));
  }
  return [...errors, ...changesDirectory(text)];
}

export function isEnvVarName(text: string): readonly string[] {
  const errors = envVarPattern.test(text)
    ? NONE
    : [regexError(ENV_VAR_TEXT, ENV_VAR_NAME, ["my.env-name", "MY_ENV.NAME", "MyEnvName1"])];
  return [...errors, ...changesDirectory(text)];
}

/** Printable ASCII other than `=`: what names of environment variables may be since 1.34. */
export function isRelaxedEnvVarName(text: string): readonly string[] {
  if (text === "") return ["environment variable name must be non-empty"];
  return /^[\x20-\x3c\x3e-\x7e]*$/.test(text) ? NONE : [RELAXED_ENV_VAR_TEXT];
}

export function isHttpHeaderName(text: string): readonly string[] {
  return httpHeaderPattern.test(text) ? NONE : [regexError(HTTP_HEADER_TEXT, HTTP_HEADER, ["X-Header-Name"])];
}

/** `25%`. */
export function isPercent(text: string): readonly string[] {
  return percentPattern.test(text) ? NONE : [regexError(PERCENT_TEXT, PERCENT, ["1%", "93%"])];
}

/** The name of a port: at most 15 of a-z, 0-9 and `-`, with a letter. */
export function isPortName(text: string): readonly string[] {
  const errors: string[] = [];
  if (text.length > 15) errors.push(tooLong(15, "characters"));
  if (!/^[-a-z0-9]+$/.test(text)) {
    errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(text)) errors.push("must contain at least one letter (a-z)");
  if (text.includes("--")) errors.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-")) errors.push("must not begin or end with a hyphen");
  return errors;
}

export function isPortNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? NONE : [inclusiveRange(1, 65535)];
}

/** Any name that can be one step of a URL path: the loosest rule there is for object names. */
export function isPathSegmentName(text: string): readonly string[] {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
}

/** `must be between 1 and 65535, inclusive`. */
function inclusiveRange(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** A message about a pattern, as upstream words it. */
function regexError(message: string, pattern: string, examples: readonly string[] = []): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** Bytes of the text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair has two units and four bytes: one more for each.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

function changesDirectory(text: string): readonly string[] {
  if (text === ".") return ["must not be '.'"];
  if (text === "..") return ["must not be '..'"];
  return text.startsWith("..") ? ["must not start with '..'"] : NONE;
}

function tooLong(limit: number, unit: "characters" | "bytes"): string {
  return `must be no more than ${limit} ${unit}`;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}
