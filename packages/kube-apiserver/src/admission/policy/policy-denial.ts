import { forbiddenRequest, StatusError } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

/** A policy's refusal: worded as forbidden, with the policy's reason and its code. */
export function denialByPolicy(attributes: AdmissionAttributes, message: string, reason: string): StatusError {
  const refusal = forbiddenRequest(attributes.requested, nameOf(attributes), message);
  const told = reason === "" ? "Invalid" : reason;
  return new StatusError(told, refusal.message, {
    code: CODES[told] ?? 422,
    details: { ...refusal.details, causes: [{ message }] },
  });
}

function nameOf({ name, object }: AdmissionAttributes): string {
  if (name !== "") return name;
  const generated = object?.metadata.generateName ?? "";
  return generated === "" ? "Unknown" : generated;
}

/** The refusal where mutating policies could not be evaluated: all say why, the first aloud. */
export function denialByMutation(attributes: AdmissionAttributes, messages: readonly string[]): StatusError {
  const { details } = forbiddenRequest(attributes.requested, nameOf(attributes), "");
  return new StatusError("Invalid", messages[0] ?? "", {
    code: 403,
    details: { ...details, causes: messages.map((message) => ({ message })) },
  });
}
