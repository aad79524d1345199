/** Servers and clients on sockets of Node.js. Start with `serve-handler.ts` and `https-handler.ts`. */
export { type GrpcClientOptions, grpcClient } from "./grpc-client.ts";
