import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";
import { type RemoteCommandOptions, relayPortForward, relayRemoteCommand } from "@skates/transport";
import {
  acceptPortForward,
  acceptRemoteCommand,
  dialPortForward,
  dialRemoteCommand,
  httpsHandler,
} from "@skates/transport/node";
import type { Runtime } from "../../runtime.ts";
import type { PodStreams } from "../../server/kubelet-handler.ts";

/** Joins clients to the streaming server of the container runtime. */
export function runtimeStreams(runtime: Runtime, clock: Clock): PodStreams {
  return {
    async exec(request, call) {
      const url = await runtime.execUrl(call, request.signal);
      return joined(request, { url, clock, options: call });
    },
    async attach(request, call) {
      const url = await runtime.attachUrl(call, request.signal);
      return joined(request, { url, clock, options: call });
    },
    async portForward(request, sandboxId) {
      const url = await runtime.portForwardUrl(sandboxId, request.signal);
      const dial = () => dialPortForward({ ...target(url), signal: request.signal });
      let forwarder: ReturnType<typeof dial> | undefined;
      const response = acceptPortForward(request, { clock }, async (connection) => {
        forwarder ??= dial();
        await relayPortForward(await forwarder)(connection);
      });
      return closing(response, async () => {
        const open = await forwarder?.catch(() => undefined); // told to the client already
        open?.close();
      });
    },
  };
}

/** The same response; once its connection is over, `close` is called. */
function closing(response: ApiResponse, close: () => Promise<void>): ApiResponse {
  const { body } = response;
  if (body.kind !== "upgrade") return response;
  const accept: typeof body.accept = async (stream) => {
    try {
      await body.accept(stream);
    } finally {
      await close();
    }
  };
  return { ...response, body: { kind: "upgrade", accept } };
}

interface Joint {
  readonly url: string;
  readonly clock: Clock;
  readonly options: RemoteCommandOptions;
}

function joined(request: ApiRequest, { url, clock, options }: Joint): ApiResponse {
  const streams = { ...options, stderr: options.stderr && !options.tty };
  return acceptRemoteCommand(request, { ...streams, clock }, async (session) => {
    const command = await dialRemoteCommand({ ...target(url), signal: session.signal }, streams);
    return await relayRemoteCommand(session, command);
  });
}

function target(url: string): { readonly handler: Handler; readonly path: string; readonly query: URLSearchParams } {
  const { origin, pathname, searchParams } = new URL(url);
  return { handler: httpsHandler({ server: origin }).handler, path: pathname, query: searchParams };
}
