import type { Readable } from "node:stream";
import { type RequestBody, StatusError } from "@skates/apimachinery";
import { joinChunks } from "../chunks.ts";
import { bodyTooLarge } from "../status-response.ts";
import { callerGone, type ServerContext } from "./server-context.ts";

interface BodyOptions {
  readonly readable: Readable;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called before the first byte is asked for: answers `Expect: 100-continue`. */
  readonly onRead?: (() => void) | undefined;
}

/** The body of a request from the wire, read when the handler asks for it. */
export function requestBody(context: ServerContext, options: BodyOptions): RequestBody {
  const { headers } = options;
  return {
    kind: "bytes",
    mediaType: mediaTypeOf(headers["content-type"] ?? ""),
    read: async (limitBytes) => {
      const announced = headers["content-length"];
      if (announced !== undefined && Number(announced) > limitBytes) throw bodyTooLarge(limitBytes);
      options.onRead?.();
      return await collect(options, limitBytes, context.limits.bodyTimeoutMs);
    },
  };
}

/** `Application/JSON; charset=utf-8` is `application/json`. */
export function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Listeners rather than iteration: leaving an iterator would destroy the stream, and with it the response. */
function collect({ readable, signal }: BodyOptions, limitBytes: number, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const settle = (act: () => void): void => {
      clearImmediate(arming);
      clearTimeout(timer);
      readable.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      act();
    };
    const onLate = (): void =>
      settle(() => reject(new StatusError("Timeout", "the request's body did not arrive in time", { code: 408 })));
    const onEnd = (): void => settle(() => resolve(joinChunks(chunks)));
    const onClose = (): void => settle(() => reject(signal.aborted ? signal.reason : callerGone()));
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        readable.pause();
        settle(() => reject(bodyTooLarge(limitBytes)));
      }
    };
    // A timer of Node.js and not the clock: it costs a tenth of a cancelled sleep, and this is per request. Most bodies have come with
    // their heads and need none.
    let timer: NodeJS.Timeout | undefined;
    const arming = setImmediate(() => (timer = setTimeout(onLate, timeoutMs)));
    if (signal.aborted || readable.destroyed) return onClose();
    readable.on("data", onData).once("end", onEnd).once("close", onClose).once("error", onClose);
  });
}
