/** Servers and clients on sockets of Node.js. Start with `serve-handler.ts` and `https-handler.ts`. */
export {
  type AcceptCommandOptions,
  type AcceptPortForwardOptions,
  acceptPortForward,
  acceptRemoteCommand,
} from "./accept-streams.ts";
export { type DialOptions, dialPortForward, dialRemoteCommand } from "./dial-streams.ts";
export { type GrpcClientOptions, grpcClient } from "./grpc-client.ts";
export { type HttpsClient, type HttpsHandlerOptions, httpsHandler } from "./https-handler.ts";
export { type ServeOptions, type ServerTls, type ServingHandle, serveHandler } from "./serve-handler.ts";
export { type Messages, overWebSocket } from "./over-web-socket.ts";
export { CIPHER_SUITES, STRONG_TLS, type TlsPolicy } from "./tls-policy.ts";
