import { createPublicKey } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OperatingError } from "@skates/component-base";
import { pemCertificates, pemPublicKeys } from "../pem-bundle.ts";
import type { Pki } from "../pki.ts";
import { belongs } from "./belongs.ts";
import { CA_VALID_MS, CROSS_FILE } from "./cluster-pki.ts";
import { readIfPresent, writeWhole } from "./pem-files.ts";

/** The CAs of a cluster: their files without ending, below its directory. */
const AUTHORITY_FILES: readonly string[] = ["ca", "front-proxy-ca", "etcd/ca"];

/** What the file of a key ends with that is announced and does not sign yet. */
export const NEXT_KEY = ".next.key";

/**
 * A new key and certificate for each CA. The certificate goes behind those that count, so that whoever trusts the CA can learn of it before
 * anything is signed with the new key, which waits beside. Called again, it goes on with what it made before.
 */
export async function announceAuthorities(directory: string, pki: Pki): Promise<void> {
  for (const file of AUTHORITY_FILES) {
    const path = join(directory, file);
    const before = pemCertificates(await present(`${path}.crt`));
    const key = await readIfPresent(path + NEXT_KEY);
    if (key !== undefined && before.some((cert) => belongs(pki, { cert, key }))) continue;
    const made = await pki.createCa(pki.readCertificate(before.join("")).commonName, CA_VALID_MS);
    await writeWhole(path + NEXT_KEY, made.key, 0o600);
    await writeWhole(`${path}.crt`, [...before, made.cert].join(""), 0o600);
  }
}

/**
 * From now on the announced keys sign. The certificates before stay behind theirs: what they signed counts on. Who trusts only those finds
 * the way by a certificate of the new CA that the earlier one has signed. The key comes last: where this is cut short, the key that is
 * there still has its certificate, the next start puts that one first again, and another call goes on.
 */
export async function promoteAuthorities(directory: string, pki: Pki): Promise<void> {
  for (const file of AUTHORITY_FILES) {
    const path = join(directory, file);
    const key = await readIfPresent(path + NEXT_KEY);
    if (key === undefined) continue;
    const certs = pemCertificates(await present(`${path}.crt`));
    const own = certs.find((cert) => belongs(pki, { cert, key }));
    if (own === undefined)
      throw new OperatingError("CaKeyMissing", `${path}.crt lacks the certificate of ${file}${NEXT_KEY}`);
    if (file === "ca") await certifyByEarlier(directory, pki, { own, certs });
    await writeWhole(`${path}.crt`, [own, ...certs.filter((cert) => cert !== own)].join(""), 0o600);
    await writeWhole(`${path}.key`, key, 0o600);
    await rm(path + NEXT_KEY);
  }
}

async function certifyByEarlier(
  directory: string,
  pki: Pki,
  { own, certs }: { readonly own: string; readonly certs: readonly string[] },
): Promise<void> {
  const key = await readIfPresent(join(directory, "ca.key"));
  // An external CA's key is elsewhere; ours has it already where this was cut short.
  const earlier = key === undefined ? undefined : certs.find((cert) => belongs(pki, { cert, key }));
  if (key === undefined || earlier === undefined || earlier === own) return;
  const before = (await readIfPresent(join(directory, CROSS_FILE))) ?? "";
  await writeWhole(join(directory, CROSS_FILE), (await pki.certifyCa({ cert: earlier, key }, own)) + before, 0o600);
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

/**
 * Only the newest CAs and the newest key count from now on: whatever an earlier one signed is refused. CAs that are announced are
 * given up with the earlier ones.
 */
export async function forgetEarlier(directory: string): Promise<void> {
  for (const file of AUTHORITY_FILES) {
    await rm(join(directory, file + NEXT_KEY), { force: true });
    await keepFirst(join(directory, `${file}.crt`), pemCertificates);
  }
  await rm(join(directory, CROSS_FILE), { force: true });
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
