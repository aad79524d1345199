import type { ProbeNetwork } from "../probe/probe-network.ts";

/** Every server answers well. */
export const simulatedNetwork: ProbeNetwork = {
  httpGet: () => Promise.resolve({ status: 200, body: "" }),
  tcpConnect: () => Promise.resolve(),
  grpcHealth: () => Promise.resolve(1),
};
