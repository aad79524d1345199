/** A message of a WebSocket. */
export interface SocketMessage {
  readonly binary: boolean;
  readonly data: Uint8Array;
}

/** An open WebSocket, on either side. Pings are answered without anyone noticing. */
export interface MessageSocket {
  /** One reader. Ends with a normal close (1000, 1001, 1005); throws `StreamClosed` if the connection broke, `ProtocolViolation` else. */
  readonly messages: AsyncIterable<SocketMessage>;
  /** Text goes as a text message, bytes as a binary one. Resolves when more may be sent. */
  send(data: Uint8Array | string): Promise<void>;
  /** Says goodbye and resolves when the connection has ended. */
  close(code: number, reason: string): Promise<void>;
  destroy(): void;
}
