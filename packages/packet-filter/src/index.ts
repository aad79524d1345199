/**
 * Packet filter tables as values, and the script that turns one into the next: start with `table.ts`. What a table means is
 * decided by kube-proxy and network-policy; `node/` carries tables out with nftables.
 */
export type { PacketFilterErrorCode } from "./errors.ts";
export { type DataPlane, memoryDataPlane } from "./data-plane.ts";
export { fullScript } from "./nft-script.ts";
export type { Chain, ElementMap, ElementSet, Table } from "./table.ts";
