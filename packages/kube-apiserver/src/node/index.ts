/** What the API server needs of Node.js: connections to webhook servers. Everything else is handed in by the caller. */
export { webhookDialer } from "./webhook-dialer.ts";
