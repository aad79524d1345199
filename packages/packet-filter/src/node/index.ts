/** Carries tables out with the `nft` program of the machine. */
export { nftDataPlane } from "./nft-data-plane.ts";
