/** Bounds of a server; each has a stated answer when it is reached. */
export interface ServerLimits {
  /** Connections at one time; further ones are closed at once. */
  readonly connectionsMax: number;
  /** Of those, from one address; further ones are closed at once. A single caller cannot keep all others out. */
  readonly connectionsPerAddressMax: number;
  /** All headers of a request; more is answered with 431. */
  readonly headerBytesMax: number;
  /** From a connection's first byte, or the end of the last request, to the end of the headers; then 408 or the connection is closed. */
  readonly headersTimeoutMs: number;
  /** To receive a whole body; then 408. */
  readonly bodyTimeoutMs: number;
  /** TLS handshake; then the connection is closed. */
  readonly handshakeTimeoutMs: number;
  /** Connections without a request are closed after this. Longer than the 90 s of Go's clients, so that the client closes first. */
  readonly idleTimeoutMs: number;
  /** A response of which the caller takes nothing for so long is cut. */
  readonly stallTimeoutMs: number;
  /** Requests at one time on an HTTP/2 connection; the client waits with further ones. */
  readonly streamsMax: number;
  /** Requests sent ahead on an HTTP/1.1 connection; with more it is closed. */
  readonly pipelinedMax: number;
  /** Requests that an HTTP/2 client may abandon at once, and per second; with more its connection is closed. */
  readonly resetsMax: number;
  readonly resetsPerSecond: number;
  /** Frames that ask for an acknowledgement and nothing else (PING, SETTINGS), at once and per second; with more it is closed. */
  readonly controlFramesMax: number;
  readonly controlFramesPerSecond: number;
}

/** Limits as upstream has them where it states one. */
export const defaultServerLimits: ServerLimits = {
  connectionsMax: 20_000,
  connectionsPerAddressMax: 10_000,
  headerBytesMax: 64 * 1024,
  headersTimeoutMs: 32_000,
  bodyTimeoutMs: 60_000,
  handshakeTimeoutMs: 10_000,
  idleTimeoutMs: 120_000,
  stallTimeoutMs: 60_000,
  streamsMax: 250,
  pipelinedMax: 100,
  resetsMax: 500,
  resetsPerSecond: 100,
  controlFramesMax: 500,
  controlFramesPerSecond: 50,
};
