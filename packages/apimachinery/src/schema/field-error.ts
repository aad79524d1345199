/** A step into a value: a field's name, an index, or the key of a map (`metadata.labels[app]`). */
export type Step = string | number | { readonly key: string };
export type Path = readonly Step[];

export type FieldErrorReason =
  | "Required"
  | "Invalid"
  | "NotSupported"
  | "Duplicate"
  | "Forbidden"
  | "TooLong"
  | "TooMany"
  | "NotFound"
  | "TypeInvalid"
  | "Internal";

/** One finding of validation, with the path as the user wrote it. */
export interface FieldError {
  readonly path: Path;
  readonly reason: FieldErrorReason;
  /** The rest of upstream's message, after the value: `must be greater than or equal to 0`. */
  readonly detail: string;
  readonly value?: unknown;
}

/** `spec.containers[0].ports[1].name`, `metadata.labels[app]`. */
export function formatPath(path: Path): string {
  let out = "";
  for (const step of path) {
    if (typeof step === "number") out += `[${step}]`;
    else if (typeof step === "object") out += `[${step.key}]`;
    else out += out === "" ? step : `.${step}`;
  }
  return out;
}

export function required(path: Path, detail = ""): FieldError {
  return { path, reason: "Required", detail };
}
export function invalid(path: Path, value: unknown, detail: string): FieldError {
  return { path, reason: "Invalid", detail, value };
}
export function forbidden(path: Path, detail: string): FieldError {
  return { path, reason: "Forbidden", detail };
}
export function duplicate(path: Path, value: unknown): FieldError {
  return { path, reason: "Duplicate", detail: "", value };
}
/** `values` are the supported ones, listed as upstream does. */
export function notSupported(path: Path, value: unknown, values: readonly string[]): FieldError {
  const detail = `supported values: ${values.map((v) => JSON.stringify(v)).join(", ")}`;
  return { path, reason: "NotSupported", detail, value };
}
