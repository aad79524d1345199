import {
  type FieldError,
  invalid,
  isDns1123Label,
  isDns1123Subdomain,
  isPortName,
  isPortNumber,
  isQualifiedName,
  type Path,
  required,
} from "@skates/apimachinery";

/** What a rule finds; empty when all is well. */
export type Findings = readonly FieldError[];
/** A check of text that answers messages. */
export type TextCheck = (text: string) => readonly string[];

const INT32_MAX = 2_147_483_647;

/** One finding per message. */
export function invalidFor(path: Path, value: unknown, messages: readonly string[]): Findings {
  return messages.map((message) => invalid(path, value, message));
}

/** Checks text that is there. */
export function checkText(path: Path, text: string | undefined, check: TextCheck): Findings {
  return text === undefined || text === "" ? [] : invalidFor(path, text, check(text));
}

/** Checks text that must be there. */
export function checkRequiredText(path: Path, text: string | undefined, check: TextCheck): Findings {
  return text === undefined || text === "" ? [required(path)] : invalidFor(path, text, check(text));
}

/** A DNS label, if given. */
export function checkLabel(path: Path, text: string | undefined): Findings {
  return checkText(path, text, isDns1123Label);
}

/** A DNS subdomain, if given. */
export function checkSubdomain(path: Path, text: string | undefined): Findings {
  return checkText(path, text, isDns1123Subdomain);
}

/** The key of a label or annotation, also when empty. */
export function checkQualifiedName(path: Path, text: string): Findings {
  return invalidFor(path, text, isQualifiedName(text));
}

/** A port by number or by name. */
export function checkPort(path: Path, port: number | string): Findings {
  return invalidFor(path, port, typeof port === "number" ? isPortNumber(port) : isPortName(port));
}

/** Zero or more, if given. */
export function checkNotNegative(path: Path, value: number | undefined): Findings {
  return value !== undefined && value < 0 ? [invalid(path, value, "must be greater than or equal to 0")] : [];
}

/** A user or group id, if given. */
export function checkId(path: Path, id: number | undefined): Findings {
  if (id === undefined || (id >= 0 && id <= INT32_MAX)) return [];
  return [invalid(path, id, `must be between 0 and ${INT32_MAX}, inclusive`)];
}

/** A relative path that stays below where it starts. */
export function checkLocalPath(path: Path, text: string): Findings {
  if (text.startsWith("/")) return [invalid(path, text, "must be a relative path")];
  return checkNoBacksteps(path, text);
}

/** No `..` among the parts of a path. */
export function checkNoBacksteps(path: Path, text: string): Findings {
  return text.split("/").includes("..") ? [invalid(path, text, "must not contain '..'")] : [];
}

/** A relative path whose name is not reserved by leading dots. */
export function checkVolumeFilePath(path: Path, text: string): Findings {
  const local = checkLocalPath(path, text);
  if (!text.startsWith("..") || text.startsWith("../")) return local;
  return [...local, invalid(path, text, "must not start with '..'")];
}

/** The bits of a file's mode, if given. */
export function checkFileMode(path: Path, mode: number | undefined): Findings {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return [];
  return [invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive")];
}

/** The names of the members that are set, of those listed. */
export function membersOf<T extends object, K extends keyof T & string>(value: T, names: readonly K[]): readonly K[] {
  return names.filter((name) => value[name] !== undefined);
}
