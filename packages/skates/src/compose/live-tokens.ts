import type { Clock } from "@skates/component-base";
import type { TokenOptions } from "@skates/kube-apiserver";
import { LEGACY_ISSUER } from "@skates/kube-apiserver";
import type { TokenSigner, TokenVerifier } from "@skates/pki";
import type { ServiceAccountSettings } from "../component-flags/service-accounts.ts";
import { type ClusterPki, tokenSigner, tokenVerifier } from "@skates/pki/node";

/** Tokens of service accounts, signed with one key and checked with several; both can be replaced. */
export async function liveTokens(
  pki: ClusterPki,
  { issuers, ...settings }: ServiceAccountSettings,
  clock: Clock,
): Promise<{ readonly tokens: TokenOptions; replace(pki: ClusterPki): Promise<void> }> {
  const signerOf = ({ serviceAccount }: ClusterPki): Promise<TokenSigner> => tokenSigner(serviceAccount.privateKey);
  const verifierOf = ({ serviceAccountKeys: publicKeys }: ClusterPki): Promise<TokenVerifier> =>
    tokenVerifier({ publicKeys, issuers: [...issuers, LEGACY_ISSUER], clock });
  let signer = await signerOf(pki);
  let verifier = await verifierOf(pki);
  return {
    tokens: {
      ...settings,
      issuer: issuers[0],
      signer: {
        get keyId() {
          return signer.keyId;
        },
        sign: (claims) => signer.sign(claims),
      },
      verifier: {
        get jwks() {
          return verifier.jwks;
        },
        verify: (token) => verifier.verify(token),
      },
    },
    async replace(next) {
      [signer, verifier] = await Promise.all([signerOf(next), verifierOf(next)]);
    },
  };
}
