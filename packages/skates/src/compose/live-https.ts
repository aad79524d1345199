import type { Handler } from "@skates/apimachinery";
import { type HttpsClient, type HttpsHandlerOptions, httpsHandler } from "@skates/transport/node";

/** Clients that were replaced and may still carry watches; the oldest is closed when there are more. */
const REPLACED_MAX = 4;

/** A server reached with certificates that may be replaced: requests from then on use the new ones, those under way go on. */
export function liveHttps(options: () => HttpsHandlerOptions): { readonly handler: Handler; close(): Promise<void> } {
  let current: { readonly made: string; readonly client: HttpsClient } | undefined;
  const replaced: HttpsClient[] = [];
  const client = async (): Promise<HttpsClient> => {
    const wanted = options();
    const made = JSON.stringify([wanted.ca, wanted.cert, wanted.key]);
    if (current?.made === made) return current.client;
    if (current !== undefined) replaced.push(current.client);
    current = { made, client: httpsHandler(wanted) };
    const { client: next } = current;
    if (replaced.length > REPLACED_MAX) await replaced.shift()?.close();
    return next;
  };
  return {
    handler: async (request) => await (await client()).handler(request),
    close: async () => {
      await Promise.all([...replaced, ...(current === undefined ? [] : [current.client])].map((each) => each.close()));
    },
  };
}
