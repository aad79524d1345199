/**
 * How bytes travel: codecs of the streaming protocols and the interfaces to connections, free of Node.js. What opens
 * sockets (the TLS server, the HTTPS client, WebSocket, SPDY, gRPC) is in `@skates/transport/node`.
 */
export { type GrpcCallOptions, type GrpcClient, type GrpcMethod, grpcStatusName } from "./grpc.ts";
