import { decodeProtobuf, encodeProtobuf, type Infer, type Struct } from "@skates/apimachinery";
import type { GrpcMethod } from "@skates/transport";

/** What makes the methods of a gRPC service, whose messages are structs of the schema language, from their names. */
export function methodsOf(service: string) {
  return <Q extends Struct, R extends Struct>(name: string, request: Q, reply: R): GrpcMethod<Infer<Q>, Infer<R>> => ({
    path: `/${service}/${name}`,
    encode: (value) => encodeProtobuf(request, value),
    // The codec makes values of the struct's type; the type system cannot see that through `Struct`.
    decode: (bytes) => decodeProtobuf(reply, bytes) as Infer<R>,
  });
}
