import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import { OperatingError } from "@skates/component-base";
import { pemCertificates, pemPublicKeys } from "../pem-bundle.ts";
import type { Pki } from "../pki.ts";
import { CA_VALID_MS } from "./cluster-pki.ts";
import { readIfPresent, writeWhole } from "./pem-files.ts";

/** The CAs of a cluster: their files without ending, below its directory. */
export const AUTHORITY_FILES: readonly string[] = ["ca", "front-proxy-ca", "etcd/ca"];

/**
 * A new key and certificate for each CA. The certificates before stay behind it in the file: what they signed counts on. The key comes
 * last: where this is cut short, the key that is there still has its certificate, and the next start puts that one first again.
 */
export async function newAuthorities(directory: string, pki: Pki): Promise<void> {
  for (const file of AUTHORITY_FILES) {
    const path = join(directory, file);
    const before = await present(`${path}.crt`);
    const made = await pki.createCa(pki.readCertificate(before).commonName, CA_VALID_MS);
    await writeWhole(`${path}.crt`, [made.cert, ...pemCertificates(before)].join(""), 0o600);
    await writeWhole(`${path}.key`, made.key, 0o600);
  }
}

/** A new key for tokens of service accounts. Tokens signed with the one before count on. */
export async function newTokenKey(directory: string, pki: Pki): Promise<void> {
  const path = join(directory, "sa");
  const current = createPublicKey(await present(`${path}.key`))
    .export({ type: "spki", format: "pem" })
    .toString();
  const before = pemPublicKeys((await readIfPresent(`${path}.pub`)) ?? "");
  const made = await pki.createTokenKey();
  await writeWhole(`${path}.key`, made.privateKey, 0o600);
  const kept = [made.publicKey, current, ...before.filter((key) => key !== current)];
  await writeWhole(`${path}.pub`, kept.join(""), 0o600);
}

/** Only the newest CAs and the newest key count from now on: whatever an earlier one signed is refused. */
export async function forgetEarlier(directory: string): Promise<void> {
  for (const file of AUTHORITY_FILES) await keepFirst(join(directory, `${file}.crt`), pemCertificates);
  await keepFirst(join(directory, "sa.pub"), pemPublicKeys);
}

async function keepFirst(path: string, split: (text: string) => readonly string[]): Promise<void> {
  const [first, ...others] = split(await present(path));
  if (first !== undefined && others.length > 0) await writeWhole(path, first, 0o600);
}

async function present(path: string): Promise<string> {
  const text = await readIfPresent(path);
  if (text === undefined) throw new OperatingError("CaKeyMissing", `${path} is not there`);
  return text;
}
