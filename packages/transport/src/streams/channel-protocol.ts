import { OperatingError } from "@skates/component-base";
import type { SocketMessage } from "../message-socket.ts";

/** Channels of a remote command over WebSocket: the first byte of each message. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** How a subprotocol puts channels into messages. */
export interface ChannelProtocol {
  readonly name: string;
  /** Text messages: a digit and base64. */
  readonly base64: boolean;
  /** The error channel carries a Status in JSON; before version 4 it was a plain text, and nothing for success. */
  readonly jsonStatus: boolean;
  /** Channel 255 names a channel that its sender has ended. */
  readonly closeSignal: boolean;
}

/** The subprotocols that we speak. A client that names none speaks the oldest. */
export const channelProtocols: readonly ChannelProtocol[] = [
  { name: "v5.channel.k8s.io", base64: false, jsonStatus: true, closeSignal: true },
  { name: "v4.channel.k8s.io", base64: false, jsonStatus: true, closeSignal: false },
  { name: "v4.base64.channel.k8s.io", base64: true, jsonStatus: true, closeSignal: false },
  { name: "channel.k8s.io", base64: false, jsonStatus: false, closeSignal: false },
  { name: "base64.channel.k8s.io", base64: true, jsonStatus: false, closeSignal: false },
  { name: "", base64: false, jsonStatus: false, closeSignal: false },
];

/** Bytes on a channel. */
export interface ChannelMessage {
  readonly channel: number;
  readonly data: Uint8Array;
}

/** A channel's bytes as the message to send. */
export function encodeChannel(protocol: ChannelProtocol, { channel, data }: ChannelMessage): Uint8Array | string {
  if (protocol.base64) return `${channel}${toBase64(data)}`;
  const out = new Uint8Array(data.length + 1);
  out[0] = channel;
  out.set(data, 1);
  return out;
}

/** A received message. `undefined` for an empty one, which means nothing. Throws `ProtocolViolation` for base64 that is none. */
export function decodeChannel(protocol: ChannelProtocol, message: SocketMessage): ChannelMessage | undefined {
  const [first] = message.data;
  if (first === undefined) return undefined;
  const rest = message.data.subarray(1);
  if (!protocol.base64) return { channel: first, data: rest };
  return { channel: first - 0x30, data: fromBase64(new TextDecoder().decode(rest)) };
}

function toBase64(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch (thrown) {
    throw new OperatingError("ProtocolViolation", "a message is not in base64", { cause: thrown });
  }
}
