import { parseDuration } from "@skates/apimachinery";
import { usageError } from "../cli/errors.ts";
import type { FlagValues } from "../cli/flags.ts";

/** A flag's duration, such as `2m0s`, in ms; undefined: it was not given. Throws a usage error that names the flag. */
export function durationFrom(flags: FlagValues, name: string): number | undefined {
  const text = flags.string(name);
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch {
    throw usageError(`invalid value ${JSON.stringify(text)} for flag --${name}: a duration, as 2m0s`);
  }
}
