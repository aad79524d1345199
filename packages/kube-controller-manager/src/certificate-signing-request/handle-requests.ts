import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import { isStatus } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, hasCode, messageOf } from "@skates/component-base";
import { createWorkQueue, type Informers } from "@skates/controller-runtime";

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
  let ready = false;
  return {
    name,
    ready: () => ready,
    async run(signal) {
      const queue = createWorkQueue<string>({ clock: env.clock, id: (key) => key, backoffMs: BACKOFF_MS }, signal);
      const end = requests.subscribe(({ type, object }) => {
        if (type !== "deleted") queue.add(object.metadata.name);
      });
      try {
        await requests.whenSynced(signal);
        ready = true;
        for (;;) {
          const key = await queue.take(signal);
          const request = requests.get({ name: key });
          queue.done(key, request === undefined ? "ok" : await attempt(request));
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        end();
      }

      async function attempt(request: CertificateSigningRequest): Promise<"ok" | "retry"> {
        try {
          await handle(request, signal);
          return "ok";
        } catch (error) {
          signal.throwIfAborted();
          // What cannot be read will not be readable later.
          if (isStatus(error, "NotFound") || hasCode(error, "RequestUnreadable")) return "ok";
          if (!isStatus(error, "Conflict")) {
            const { name: of } = request.metadata;
            env.log.warn("a certificate signing request could not be handled", {
              controller: name,
              request: of,
              cause: messageOf(error),
            });
          }
          return "retry";
        }
      }
    },
  };
}
