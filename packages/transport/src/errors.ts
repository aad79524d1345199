/**
 * Codes of this package's operating failures. Failed gRPC calls carry `Grpc` and the status name.
 *
 * - `CallerGone`: the reason of a request's signal when its caller closed the connection.
 * - `ConnectFailed`: no connection could be made; the request was certainly not seen.
 * - `ConnectionLost`: the connection broke before the response came; the request may have been carried out.
 * - `ResponseTimeout`: the server did not begin to answer in time; the request may have been carried out.
 * - `ResponseCut`: a response's body ended too early.
 * - `UpgradeRefused`: the other side did not switch protocols.
 * - `ProtocolViolation`: bytes that do not follow WebSocket, SPDY or the protocol spoken on it.
 * - `StreamClosed`: writing to a stream that has ended, or reading from one that broke.
 * - `GrpcInternal`: the server of a gRPC call sent no reply.
 */
export type TransportErrorCode =
  | "CallerGone"
  | "ConnectFailed"
  | "ConnectionLost"
  | "ResponseTimeout"
  | "ResponseCut"
  | "UpgradeRefused"
  | "ProtocolViolation"
  | "StreamClosed"
  | "GrpcInternal";
