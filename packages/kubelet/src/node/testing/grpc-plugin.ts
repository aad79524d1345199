/** What test plugins serve on unix sockets: methods of our own schema language, and the registration by which the kubelet finds them. */
import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type handleUnaryCall, type MethodDefinition, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { decodeProtobuf, encodeProtobuf, type Struct } from "@skates/apimachinery";
import {
  InfoRequest,
  PluginInfo,
  RegistrationStatus,
  RegistrationStatusResponse,
} from "@skates/api/plugin-registration/v1";

export type Message = Readonly<Record<string, unknown>>;

export interface Method {
  readonly definition: MethodDefinition<Message, object>;
  readonly handler: handleUnaryCall<Message, object>;
}

/** A method of a service; an error that is thrown with a `code` is answered with it. */
export function method(
  service: string,
  name: string,
  types: { readonly request: Struct; readonly reply: Struct },
  answer: (request: Message) => object | Promise<object>,
): Method {
  return {
    definition: {
      path: `/${service}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: () => Buffer.alloc(0),
      requestDeserialize: (bytes: Buffer) => decodeProtobuf(types.request, bytes) as Message,
      responseSerialize: (value: object) => Buffer.from(encodeProtobuf(types.reply, value)),
      responseDeserialize: () => ({}),
    },
    handler: ({ request: value }, done) => {
      Promise.resolve(value)
        .then(answer)
        .then(
          (answered) => done(null, answered),
          (error: Error & { readonly code?: number }) =>
            done({ code: error.code ?? status.INTERNAL, details: error.message }),
        );
    },
  };
}

/** How a plugin is asked what it is, and told whether it was taken. */
export function registrationMethods(
  info: () => PluginInfo,
  told: (status: RegistrationStatus) => void,
): readonly Method[] {
  const service = "pluginregistration.Registration";
  return [
    method(service, "GetInfo", { request: InfoRequest, reply: PluginInfo }, info),
    method(
      service,
      "NotifyRegistrationStatus",
      { request: RegistrationStatus, reply: RegistrationStatusResponse },
      (request) => {
        told(request as RegistrationStatus);
        return {};
      },
    ),
  ];
}

export async function serveUnix(socket: string, methods: readonly Method[]): Promise<Server> {
  mkdirSync(dirname(socket), { recursive: true });
  rmSync(socket, { force: true });
  const server = new Server();
  server.addService(
    Object.fromEntries(methods.map((one) => [one.definition.path, one.definition])),
    Object.fromEntries(methods.map((one) => [one.definition.path, one.handler])),
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return server;
}
