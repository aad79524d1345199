import {
  type FieldError,
  forbidden,
  invalidStatus,
  notSupported,
  required,
  validateFieldManager,
} from "@skates/apimachinery";
import { queryFlag } from "../route.ts";
import type { FieldValidation } from "../wire/body.ts";

/** CreateOptions, UpdateOptions or PatchOptions of a request. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** As sent; may be empty. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Server-side apply takes over fields of others. */
  readonly force: boolean;
  /** The options object, for admission. */
  readonly object: Readonly<Record<string, unknown>>;
}

type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions";

/** Reads and checks the options in a query. `apply`: the rules of server-side apply. Throws Invalid. */
export function writeOptions(query: URLSearchParams, kind: OptionsKind, apply = false): WriteOptions {
  if (query.size === 0 && !apply) return DEFAULTS[kind];
  const dryRun = query.getAll("dryRun");
  const fieldManager = query.get("fieldManager") ?? "";
  const fieldValidation = query.get("fieldValidation") ?? "";
  const force = queryFlag(query, "force");
  const errors: FieldError[] = [...checkDryRun(dryRun), ...validateFieldManager(fieldManager, ["fieldManager"])];
  if (fieldValidation !== "" && !isFieldValidation(fieldValidation)) {
    errors.push(notSupported(["fieldValidation"], fieldValidation, ["Ignore", "Strict", "Warn"]));
  }
  if (kind === "PatchOptions") {
    if (apply && fieldManager === "") errors.push(required(["fieldManager"], "is required for apply patch"));
    if (!apply && query.get("force") !== null)
      errors.push(forbidden(["force"], "may not be specified for non-apply patch"));
  }
  if (errors.length > 0) throw invalidStatus({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: isFieldValidation(fieldValidation) ? fieldValidation : "Warn",
    force,
    object: {
      kind,
      apiVersion: "meta.k8s.io/v1",
      ...(dryRun.length > 0 ? { dryRun } : {}),
      ...(fieldManager === "" ? {} : { fieldManager }),
      ...(fieldValidation === "" ? {} : { fieldValidation }),
      ...(force ? { force } : {}),
    },
  };
}

const PLAIN = { dryRun: false, fieldManager: "", fieldValidation: "Warn", force: false } as const;
const DEFAULTS: Readonly<Record<OptionsKind, WriteOptions>> = {
  CreateOptions: { ...PLAIN, object: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" } },
  UpdateOptions: { ...PLAIN, object: { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1" } },
  PatchOptions: { ...PLAIN, object: { kind: "PatchOptions", apiVersion: "meta.k8s.io/v1" } },
};

/** What is wrong with the values of `dryRun`. */
export function checkDryRun(values: readonly string[]): readonly FieldError[] {
  if (values.every((value) => value === "All")) return [];
  return [{ ...notSupported(["dryRun"], values, ["All"]), value: values }];
}

function isFieldValidation(text: string): text is FieldValidation {
  return text === "Strict" || text === "Warn" || text === "Ignore";
}

/** Who is recorded as owner of fields: the manager that was named, or the program that calls. */
export function managerOf(fieldManager: string, userAgent: string): string {
  if (fieldManager !== "") return fieldManager;
  const slash = userAgent.indexOf("/");
  const program = slash < 0 ? userAgent : userAgent.slice(0, slash);
  // oxlint-disable-next-line no-control-regex
  return program.replaceAll(/[\u0000-\u001f\u007f]/g, "").slice(0, 128);
}
