import { jsonText } from "@skates/apimachinery";
import type { AuditEvent, AuditSink } from "./audit-event.ts";

/** Upstream's default limit of one event, in bytes of JSON. */
export const EVENT_BYTES_MAX = 102_400;

/** A sink whose events are at most so long: larger ones lose the objects of request and answer, and say so; what is still too long is lost. */
export function truncating(sink: AuditSink, bytesMax: number, lost: (count: number) => void): AuditSink {
  return {
    ...sink,
    take(event) {
      if (lengthOf(event) <= bytesMax) return sink.take(event);
      const annotations = { ...event.annotations, "audit.k8s.io/truncated": "true" };
      const shorter: AuditEvent = { ...event, requestObject: undefined, responseObject: undefined, annotations };
      if (lengthOf(shorter) <= bytesMax) return sink.take(shorter);
      lost(1);
      return true;
    },
  };
}

function lengthOf(event: AuditEvent): number {
  return new TextEncoder().encode(jsonText(event)).length;
}
