/** Extenders over HTTP on sockets of Node.js. */
export { extenderTransport } from "./extender-transport.ts";
