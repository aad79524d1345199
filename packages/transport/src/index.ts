/**
 * How bytes travel: codecs of the streaming protocols and the interfaces to connections, free of Node.js. What opens
 * sockets (the TLS server, the HTTPS client, WebSocket, SPDY, gRPC) is in `@skates/transport/node`.
 */
export { BoundedQueue, type BoundedQueueOptions } from "./bounded-queue.ts";
export { byteStreamPair, joinStreams, upgradedStream } from "./byte-streams.ts";
export { joinChunks, pieces, totalBytes } from "./chunks.ts";
export type { TransportErrorCode } from "./errors.ts";
export { type GrpcCallOptions, type GrpcClient, type GrpcMethod, grpcStatusName } from "./grpc.ts";
export { parseRequestTarget, type RequestTarget } from "./request-target.ts";
export { defaultServerLimits, type ServerLimits } from "./server-limits.ts";
export { bodyTooLarge, internalErrorResponse, statusResponse } from "./status-response.ts";
export {
  type ForwardedConnection,
  PORT_FORWARD_PROTOCOL,
  PORT_FORWARD_TUNNEL,
  type PortForwarder,
  type RemoteConnection,
  relayPortForward,
} from "./streams/port-forward.ts";
export {
  type CommandStatus,
  exitStatus,
  failedStatus,
  type RemoteCommand,
  type RemoteCommandOptions,
  type RemoteCommandSession,
  relayRemoteCommand,
  type TerminalSize,
} from "./streams/remote-command.ts";
export { type TokenBucket, tokenBucket } from "./token-bucket.ts";
