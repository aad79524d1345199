import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import { keyOf } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, hasCode } from "@skates/component-base";
import { type Informers, keyWorker } from "@skates/controller-runtime";

export interface RequestHandlerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
}

/** A request that fails is tried again after this, doubled each time up to 1,000 s: upstream's first wait. */
const BACKOFF_MS = 200;

/** A controller that does something to each certificate signing request when it is made and when it changes. */
export function requestHandler(
  name: string,
  { informers, env }: RequestHandlerOptions,
  handle: (request: CertificateSigningRequest, signal: AbortSignal) => Promise<void>,
): Component {
  const requests = informers.for(certificateSigningRequests);
  return keyWorker({
    name,
    env,
    informers: [requests],
    backoffMs: BACKOFF_MS,
    failure: "a certificate signing request could not be handled",
    follow: (add) => [
      requests.subscribe(({ type, object }) => {
        if (type !== "deleted") add(keyOf(object));
      }),
    ],
    async work(key, signal) {
      const request = requests.get(key);
      try {
        if (request !== undefined) await handle(request, signal);
      } catch (error) {
        // What cannot be read will not be readable later.
        if (!hasCode(error, "RequestUnreadable")) throw error;
      }
      return undefined;
    },
  });
}
