import {
  type ApiObject,
  DecodeError,
  type FieldError,
  invalidStatus,
  isRecord,
  type Struct,
} from "@skates/apimachinery";
import type { Expected } from "./body.ts";

/**
 * Runs a decoding. What a custom kind's schema has otherwise (a text in the place of an object) is a finding of validation, as
 * upstream has it: then it throws Invalid with all findings. Everything else rises as it is.
 */
export function orMisshapen<T>(
  expected: Pick<Expected, "group" | "kind" | "schema" | "custom">,
  read: () => unknown,
  decode: () => T,
): T {
  try {
    return decode();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (expected.custom !== true || !(cause instanceof DecodeError)) throw error;
    const value = valueOf(read);
    if (!isRecord(value)) throw error;
    const findings = findingsOf(expected.schema, value);
    if (findings.length === 0) throw error;
    const metadata = isRecord(value["metadata"]) ? value["metadata"] : {};
    const name = typeof metadata["name"] === "string" ? metadata["name"] : "";
    throw invalidStatus(expected, name, findings);
  }
}

/** Text that is no JSON has been complained about already. */
function valueOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function findingsOf(schema: Struct, value: object): readonly FieldError[] {
  // Rules of custom kinds look at values whatever their shape, and need the metadata only to be there.
  const self = value as ApiObject;
  return isRecord(self.metadata) ? (schema.options.rules ?? []).flatMap((rule) => rule(self, undefined, [])) : [];
}
