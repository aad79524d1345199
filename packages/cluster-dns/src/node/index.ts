/** DNS on real sockets: a server for the resolver, and a forwarder to other servers. */
export { forwardTo, nameServersOf } from "./forward.ts";
export { type DnsListener, listenDns } from "./listen.ts";
