import type { ApiResponse } from "@skates/apimachinery";
import { textResponse } from "@skates/apiserver";

/** True for an answer that sends the caller elsewhere. */
export function isRedirect({ status, headers }: ApiResponse): boolean {
  return status >= 300 && status < 400 && headers["location"] !== undefined;
}

/** A redirect would have the caller's client call an address of the other server's choice with the caller's credentials. */
export async function refuseRedirect({ body }: ApiResponse): Promise<ApiResponse> {
  if (body.kind === "bytes" && Symbol.asyncIterator in body.chunks) {
    await body.chunks[Symbol.asyncIterator]().return?.();
  }
  return textResponse(502, "the backend attempted to redirect this request, which is not permitted");
}
