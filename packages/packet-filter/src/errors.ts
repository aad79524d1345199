/**
 * Codes of this package's operating failures.
 *
 * - `NftFailed`: the program nft could not be run, or the kernel refused the rules; the old ones are in force.
 */
export type PacketFilterErrorCode = "NftFailed";
