import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { OperatingError } from "@skates/component-base";

/** One unary gRPC call over a unix socket, with messages as bytes. For the few calls that starting a runtime needs. */
export interface UnaryCall {
  readonly socket: string;
  /** `/package.Service/Method`. */
  readonly method: string;
  readonly request: Uint8Array;
  readonly timeoutMs: number;
}

/**
 * Makes a call on a connection of its own. Throws `RuntimeUnavailable` when nobody answers, `RuntimeCallUnknown` when the
 * other side has no such method, `RuntimeCallFailed` else.
 */
export function unaryCall(call: UnaryCall): Promise<Uint8Array> {
  const client = new Client(`unix://${call.socket}`, credentials.createInsecure(), {
    "grpc.enable_retries": 0,
    "grpc.max_receive_message_length": -1,
  });
  return new Promise<Uint8Array>((done, fail) => {
    client.makeUnaryRequest(
      call.method,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer): Uint8Array => bytes,
      call.request,
      new Metadata(),
      { deadline: Date.now() + call.timeoutMs },
      (error, value) => {
        if (error === null && value !== undefined) return done(value);
        const code = CODES.get(error?.code ?? status.UNKNOWN) ?? "RuntimeCallFailed";
        const text = `${call.method} on ${call.socket}: ${error?.details ?? "no answer"}`;
        fail(new OperatingError(code, text, { cause: error ?? undefined }));
      },
    );
  }).finally(() => client.close());
}

const CODES: ReadonlyMap<status, string> = new Map([
  [status.UNAVAILABLE, "RuntimeUnavailable"],
  [status.DEADLINE_EXCEEDED, "RuntimeUnavailable"],
  [status.UNIMPLEMENTED, "RuntimeCallUnknown"],
]);

/** The name and version of the runtime behind a CRI socket. */
export async function runtimeVersion(socket: string, timeoutMs: number): Promise<{ name: string; version: string }> {
  const answer = await unaryCall({
    socket,
    method: "/runtime.v1.RuntimeService/Version",
    request: new Uint8Array(),
    timeoutMs,
  });
  const fields = stringFields(answer);
  return { name: fields.get(2) ?? "", version: fields.get(3) ?? "" };
}

/** True if the runtime has an image of this name. */
export async function imagePresent(socket: string, name: string): Promise<boolean> {
  const spec = messageField(1, Buffer.from(name));
  const answer = await unaryCall({
    socket,
    method: "/runtime.v1.ImageService/ImageStatus",
    request: messageField(1, spec),
    timeoutMs: 10_000,
  });
  return answer[0] === 0x0a; // field 1: the image, left out when there is none
}

/** A length-delimited protobuf field with a number below 16. */
function messageField(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

/** The length-delimited fields of a message that has no others, as text. */
function stringFields(message: Uint8Array): ReadonlyMap<number, string> {
  const fields = new Map<number, string>();
  for (let at = 0; at < message.length; ) {
    const number = (message[at] ?? 0) >> 3;
    let length = 0;
    let shift = 0;
    let byte = 0x80;
    for (at += 1; byte >= 0x80; at += 1, shift += 7) {
      byte = message[at] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    fields.set(number, Buffer.from(message.subarray(at, at + length)).toString("utf8"));
    at += length;
  }
  return fields;
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.from([...out, rest]);
    out.push((rest & 0x7f) | 0x80);
  }
}
