import { hasCode } from "@skates/component-base";
import type { KeyPair, Pki } from "../pki.ts";

/** Whether a certificate is for this key; false also for what is no certificate or no key. */
export function belongs(pki: Pki, pair: KeyPair): boolean {
  try {
    pki.authority(pair);
    return true;
  } catch (error) {
    if (hasCode(error, "CertificateUnreadable")) return false;
    throw error;
  }
}
