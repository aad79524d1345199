/** Authentication: time to check a service-account token, with and without a remembered signature. */
// Run: npx tsx scripts/bench/tokens.ts
import { performance } from "node:perf_hooks";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { nodePki, tokenSigner, tokenVerifier } from "@skates/pki/node";
import { median, report } from "./lib/figure.ts";

const ROUNDS = 7;
const TOKENS = 500;
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const clock = systemClock();
const { privateKey, publicKey } = await nodePki({ clock, random: systemRandom() }).createTokenKey();
const signer = await tokenSigner(privateKey);
const exp = Math.floor(clock.nowMs() / 1000) + 3600;
const tokens: string[] = [];
for (let i = 0; i < TOKENS; i++) {
  tokens.push(await signer.sign({ iss: ISSUER, sub: `system:serviceaccount:default:sa-${i}`, aud: [ISSUER], exp }));
}
const fresh: number[] = [];
const known: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const verifier = await tokenVerifier({ publicKeys: [publicKey], issuers: [ISSUER], clock });
  fresh.push(await timed(verifier.verify));
  known.push(await timed(verifier.verify));
}
report({ what: "a token checked for the first time (ES256)", value: median(fresh), unit: "us", aim: 300 });
report({ what: "a token checked again", value: median(known), unit: "us", aim: 5 });

async function timed(verify: (token: string) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (const token of tokens) if ((await verify(token)) === undefined) throw new Error("a token of ours is refused");
  return ((performance.now() - start) * 1000) / TOKENS;
}
