import { OperatingError } from "@skates/component-base";

/** The message of a failed call says all; its cause would say it again, in events that users read. */
export async function withoutCause<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    throw new OperatingError(error.code, error.message);
  }
}
