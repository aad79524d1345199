import { type ApiResponse, type Handler, jsonText } from "@skates/apimachinery";
import type { Clock, Logger } from "@skates/component-base";
import { deadline } from "@skates/component-base";
import type { AuditEvent, AuditSink } from "./audit-event.ts";
import { type BatchOptions, batchSink } from "./batch-sink.ts";

export interface WebhookSinkOptions extends BatchOptions {
  /** Sends a request to the server of the audit log. */
  readonly handler: Handler;
  /** Where events are posted to. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  lost(count: number): void;
}

const ANSWER_MS = 30_000;

/** Posts events, in batches, as `audit.k8s.io/v1` EventList. */
export function webhookSink(options: WebhookSinkOptions): AuditSink {
  const { handler, path, clock } = options;
  return batchSink({
    ...options,
    name: "webhook",
    async write(events, signal) {
      using limit = deadline(clock, ANSWER_MS, signal);
      const response = await handler(request(path, events, limit.signal));
      await drained(response);
      if (response.status < 200 || response.status > 299)
        throw new Error(`the audit webhook answered ${response.status}`);
    },
  });
}

function request(path: string, events: readonly AuditEvent[], signal: AbortSignal): Parameters<Handler>[0] {
  const list = { kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items: events };
  const bytes = new TextEncoder().encode(jsonText(list));
  return {
    method: "POST",
    path,
    query: new URLSearchParams(),
    headers: { "user-agent": "kube-apiserver" },
    body: { kind: "bytes", mediaType: "application/json", read: () => Promise.resolve(bytes) },
    peer: { tls: { remoteAddress: "" } },
    signal,
  };
}

/** The answer's text says nothing; an unread one would keep the connection. */
async function drained({ body }: ApiResponse): Promise<void> {
  if (body.kind !== "bytes") return;
  for await (const _ of body.chunks);
}
