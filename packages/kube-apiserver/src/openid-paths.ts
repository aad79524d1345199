import type { ApiResponse } from "@skates/apimachinery";
import type { PathHandler } from "@skates/apiserver";
import type { TokenOptions } from "./authentication/token-options.ts";

const JWKS_PATH = "/openid/v1/jwks";

/** Where others learn how to check this cluster's tokens. */
export function openidPaths({ issuer, verifier, jwksUri }: TokenOptions): readonly PathHandler[] {
  const configuration = {
    issuer,
    jwks_uri: jwksUri ?? `${issuer.replace(/\/$/, "")}${JWKS_PATH}`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(verifier.jwks.keys.map((key) => key["alg"] ?? ""))].sort(),
  };
  return [
    { path: "/.well-known/openid-configuration", handle: async () => document("application/json", configuration) },
    { path: JWKS_PATH, handle: async () => document("application/jwk-set+json", verifier.jwks) },
  ];
}

function document(mediaType: string, value: unknown): ApiResponse {
  const chunks = [new TextEncoder().encode(JSON.stringify(value))];
  return {
    status: 200,
    headers: { "cache-control": "public, max-age=3600" },
    body: { kind: "bytes", mediaType, chunks },
  };
}
