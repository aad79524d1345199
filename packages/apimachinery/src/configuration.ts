import { OperatingError } from "@skates/component-base";
import { formatGroupVersion, type GroupVersion } from "./object.ts";
import { decodeValue } from "./schema/decode.ts";
import { DecodeError } from "./schema/decode-error.ts";
import { applyDefaults } from "./schema/defaults.ts";
import { type FieldError, formatFieldError } from "./schema/field-error.ts";
import { parseYaml } from "./schema/read-yaml.ts";
import { isRecord } from "./schema/record.ts";
import type { Struct } from "./schema/struct.ts";
import { validateValue } from "./schema/validate.ts";
import { StatusError } from "./status.ts";

/** A kind of configuration file in one of its versions: `AuditPolicy`, `EncryptionConfiguration`, and so on. */
export interface ConfigurationKind extends GroupVersion {
  readonly kind: string;
  readonly schema: Struct;
}

/**
 * Reads a component's configuration file, YAML or JSON: strictly, with defaults, and checked by its schema. `kinds` are the versions that
 * are read, all with the same meaning. Throws `InvalidConfiguration` with every finding in its message; values never stand in it where
 * their rule redacts them.
 */
export function readConfiguration<T>(text: string, kinds: readonly ConfigurationKind[]): T {
  const value = parsed(text);
  const kind = kindOf(value, kinds);
  const { object, strictErrors } = decoded<T>(kind.schema, value);
  if (strictErrors.length > 0) throw invalidConfiguration(`strict decoding error: ${strictErrors.join(", ")}`);
  const whole = applyDefaults(kind.schema, object);
  refuseFindings(validateValue(kind.schema, whole));
  return whole;
}

/** Throws `InvalidConfiguration` when there are findings: for rules that no schema can tell. */
export function refuseFindings(findings: readonly FieldError[]): void {
  if (findings.length > 0) throw invalidConfiguration(findings.map(formatFieldError).join(", "));
}

/** A configuration that cannot be used; the message says what is wrong with it. */
export function invalidConfiguration(message: string, cause?: unknown): OperatingError {
  return new OperatingError("InvalidConfiguration", message, cause === undefined ? undefined : { cause });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw invalidConfiguration(error.message, error);
  }
  if (!isRecord(value)) throw invalidConfiguration("an object with apiVersion and kind is expected");
  return value;
}

function kindOf(value: Readonly<Record<string, unknown>>, kinds: readonly ConfigurationKind[]): ConfigurationKind {
  const { apiVersion, kind } = value;
  const found = kinds.find((known) => known.kind === kind && formatGroupVersion(known) === apiVersion);
  if (found !== undefined) return found;
  const names = kinds.map((known) => `${formatGroupVersion(known)} ${known.kind}`).join(" or ");
  throw invalidConfiguration(`${String(apiVersion)} ${String(kind)} cannot be read here: ${names} is expected`);
}

function decoded<T>(schema: Struct, value: unknown): { readonly object: T; readonly strictErrors: readonly string[] } {
  try {
    return decodeValue<T>(schema, value);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw invalidConfiguration(error.message, error);
  }
}
