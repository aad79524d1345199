import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { pemCertificates } from "@skates/pki";
import {
  announceAuthorities,
  forgetEarlier,
  NEXT_KEY,
  newTokenKey,
  nodePki,
  promoteAuthorities,
  RENEW_BEFORE_MS,
} from "@skates/pki/node";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";
import { preparePki } from "./pki.ts";

/** A certificate of the cluster, and how long it lasts. */
export interface CertificateState {
  /** Below the directory, without ending. */
  readonly file: string;
  readonly commonName: string;
  readonly notAfterMs: number;
  readonly ca: boolean;
  /** `due`: renewed within the hour while the cluster runs, else at the next start. */
  readonly state: "good" | "due" | "expired";
}

/** All certificates in the data directory, those that end first in front. */
export function certificateStates(paths: Paths): readonly CertificateState[] {
  const clock = systemClock();
  const pki = nodePki({ clock, random: systemRandom() });
  const nowMs = clock.nowMs();
  const states = certificatesBelow(paths.pki).flatMap((name) =>
    pemCertificates(readFileSync(join(paths.pki, name), "utf8")).map((pem): CertificateState => {
      const { commonName, notAfterMs, ca } = pki.readCertificate(pem);
      const leftMs = notAfterMs - nowMs;
      const state = leftMs <= 0 ? "expired" : leftMs <= RENEW_BEFORE_MS ? "due" : "good";
      return { file: name.slice(0, -".crt".length), commonName, notAfterMs, ca, state };
    }),
  );
  return states.sort((a, b) => a.notAfterMs - b.notAfterMs);
}

/** What is made anew. */
export type Rotation = "certificates" | "authorities" | "service-account-key" | "forget-earlier";

export interface RotationOptions {
  readonly rotation: Rotation;
  /** Of this machine. */
  readonly address: string;
  /** Resolves when all that use the cluster know the authorities in `ca.crt`; called before new ones sign. Rejects to leave it at that. */
  readonly authoritiesKnown: () => Promise<void>;
  /** Resolves when nobody needs the earlier authorities any more; called before they are forgotten. */
  readonly earlierUnused: () => Promise<void>;
}

/**
 * Makes certificates and keys anew, beside those that are in use, and then puts each pair in its place whole: processes that run take
 * them over within seconds. New authorities are announced first, and sign all certificates once they are known; the earlier ones stay
 * trusted until `forget-earlier`. Also writes the administrator's kubeconfig. Cut short or refused, it goes on when called again.
 */
export async function rotateCertificates(paths: Paths, config: ClusterConfig, options: RotationOptions): Promise<void> {
  const { rotation, address } = options;
  const pki = nodePki({ clock: systemClock(), random: systemRandom() });
  if (rotation === "service-account-key") return await newTokenKey(paths.pki, pki);
  if (rotation === "forget-earlier") {
    await options.earlierUnused();
    await forgetEarlier(paths.pki);
    return await preparePki(paths, config, address);
  }
  if (rotation === "authorities") {
    await announceAuthorities(paths.pki, pki);
    await options.authoritiesKnown();
  }
  const beside = mkdtempSync(`${paths.pki}.new-`);
  try {
    for (const name of filesBelow(paths.pki).filter(isKept)) {
      cpSync(join(paths.pki, name), join(beside, name), { recursive: true, preserveTimestamps: true });
    }
    if (rotation === "authorities") await promoteAuthorities(beside, pki);
    await preparePki({ ...paths, pki: beside }, config, address);
    // Authorities first: whoever looks meanwhile trusts both. Keys last, as `promoteAuthorities` says.
    const names = filesBelow(beside).sort((a, b) => Number(isKept(b)) - Number(isKept(a)) || (a < b ? -1 : 1));
    for (const name of names.filter((each) => each.endsWith(".crt"))) {
      const key = name.replace(/\.crt$/, ".key");
      renameSync(join(beside, name), join(paths.pki, name));
      if (names.includes(key)) renameSync(join(beside, key), join(paths.pki, key));
    }
    if (rotation === "authorities") {
      for (const name of filesBelow(paths.pki).filter((each) => each.endsWith(NEXT_KEY))) rmSync(join(paths.pki, name));
    }
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** CAs and the keys of tokens are not what is made anew with every rotation. */
function isKept(name: string): boolean {
  return /^(ca|front-proxy-ca|etcd\/ca)\.((next\.)?key|(cross\.)?crt)$|^sa\./.test(name);
}

function certificatesBelow(directory: string): readonly string[] {
  return filesBelow(directory).filter((name) => name.endsWith(".crt"));
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(directory, name)).isFile());
}
