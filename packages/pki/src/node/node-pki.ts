import { createPrivateKey, createPublicKey, type KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { type Clock, OperatingError, type Random } from "@skates/component-base";
import type { CertificateAuthority, KeyPair, Pki, SigningOptions, TokenKey } from "../pki.ts";
import { readCertificate } from "./read-certificate.ts";
import { createRequest, EC, exportKey, generateKeys, subjectName } from "./create-request.ts";
import { extendedUsages, keyUsageFlags } from "./key-usages.ts";
import { readRequest } from "./read-request.ts";
import { type X509, x509 } from "./x509.ts";

const BACKDATED_MS = 5 * 60_000;

export interface NodePkiOptions {
  readonly clock: Clock;
  /** For serial numbers. Keys always come from the system. */
  readonly random: Random;
}

/** The real implementation: keys by the system's cryptography, DER by @peculiar/x509. */
export function nodePki(options: NodePkiOptions): Pki {
  return {
    createCa: async (commonName, validMs) => {
      const keys = await generateKeys();
      return await selfSign(options, { commonName, keys, validMs });
    },
    renewCa: async (ca, validMs) => {
      const { commonName } = readCertificate(ca.cert);
      return await selfSign(options, { commonName, keys: await importKeys(privateKeyOf(ca)), validMs });
    },
    certifyCa: (ca, other) => certifyCa(options, ca, other),
    authority: (ca) => authority(options, ca),
    readCertificate,
    readRequest,
    createRequest,
    createTokenKey,
  };
}

function authority(options: NodePkiOptions, ca: KeyPair): CertificateAuthority {
  const caKey = privateKeyOf(ca);
  const issuer = new X509Certificate(ca.cert);
  const caInfo = readCertificate(ca.cert);
  let loaded: Promise<webcrypto.CryptoKeyPair> | undefined;
  let parsedIssuer: { readonly name: InstanceType<X509["Name"]>; readonly keyId: Extension } | undefined;

  const sign = async (to: Subject, { usages, validMs }: SigningOptions): Promise<string> => {
    loaded ??= importKeys(caKey);
    const lib = await x509();
    const signing = await loaded;
    parsedIssuer ??= {
      name: new lib.X509Certificate(issuer.raw).subjectName,
      keyId: await lib.AuthorityKeyIdentifierExtension.create(signing.publicKey),
    };
    const nowMs = options.clock.nowMs();
    const flags = keyUsageFlags(usages);
    const extended = extendedUsages(usages);
    const cert = await lib.X509CertificateGenerator.create({
      serialNumber: serialNumber(options.random),
      subject: to.name,
      issuer: parsedIssuer.name,
      notBefore: new Date(nowMs - BACKDATED_MS),
      notAfter: new Date(Math.min(nowMs + validMs, caInfo.notAfterMs)),
      publicKey: to.publicKey,
      signingKey: signing.privateKey,
      signingAlgorithm: EC,
      extensions: [
        new lib.BasicConstraintsExtension(false, undefined, true),
        ...(flags === 0 ? [] : [new lib.KeyUsagesExtension(flags, true)]),
        ...(extended.length === 0 ? [] : [new lib.ExtendedKeyUsageExtension(extended)]),
        parsedIssuer.keyId,
        ...to.alternativeNames,
      ],
    });
    return pem(cert.toString("pem"));
  };

  return {
    cert: ca.cert,
    issue: async (template) => {
      const lib = await x509();
      const keys = await generateKeys();
      const names = [
        ...(template.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
        ...(template.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
      ];
      const cert = await sign(
        {
          name: subjectName(template),
          publicKey: keys.publicKey,
          alternativeNames: names.length === 0 ? [] : [new lib.SubjectAlternativeNameExtension(names)],
        },
        {
          usages: ["digital signature", "key encipherment", ...template.usages.map((usage) => `${usage} auth`)],
          validMs: template.validMs,
        },
      );
      return { cert, key: await exportKey(keys) };
    },
    sign: async (request, extra) => {
      const info = await readRequest(request); // checks the signature
      const lib = await x509();
      const parsed = new lib.Pkcs10CertificateRequest(request);
      const names = [
        ...info.dnsNames.map((value) => ({ type: "dns" as const, value })),
        ...info.emailAddresses.map((value) => ({ type: "email" as const, value })),
        ...info.ipAddresses.map((value) => ({ type: "ip" as const, value })),
        ...info.uris.map((value) => ({ type: "url" as const, value })),
      ];
      const alternativeNames = names.length === 0 ? [] : [new lib.SubjectAlternativeNameExtension(names)];
      return await sign({ name: parsed.subjectName, publicKey: parsed.publicKey, alternativeNames }, extra);
    },
  };
}

type Extension = InstanceType<X509["Extension"]>;

interface Subject {
  readonly name: ReturnType<typeof subjectName> | InstanceType<X509["Name"]>;
  readonly publicKey: webcrypto.CryptoKey | InstanceType<X509["PublicKey"]>;
  readonly alternativeNames: Extension[];
}

interface SelfSigned {
  readonly commonName: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly validMs: number;
}

async function selfSign(options: NodePkiOptions, { commonName, keys, validMs }: SelfSigned): Promise<KeyPair> {
  const lib = await x509();
  const nowMs = options.clock.nowMs();
  const cert = await lib.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(options.random),
    name: subjectName({ commonName }),
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + validMs),
    keys,
    signingAlgorithm: EC,
    extensions: [
      ...caExtensions(lib),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new lib.SubjectAlternativeNameExtension([{ type: "dns", value: commonName }]),
    ],
  });
  return { cert: pem(cert.toString("pem")), key: await exportKey(keys) };
}

async function certifyCa(options: NodePkiOptions, ca: KeyPair, other: string): Promise<string> {
  const lib = await x509();
  const signing = await importKeys(privateKeyOf(ca));
  const [issuer, subject] = [new lib.X509Certificate(ca.cert), new lib.X509Certificate(other)];
  const cert = await lib.X509CertificateGenerator.create({
    serialNumber: serialNumber(options.random),
    subject: subject.subjectName,
    issuer: issuer.subjectName,
    notBefore: subject.notBefore,
    notAfter: new Date(Math.min(issuer.notAfter.getTime(), subject.notAfter.getTime())),
    publicKey: subject.publicKey,
    signingKey: signing.privateKey,
    signingAlgorithm: EC,
    extensions: [
      ...caExtensions(lib),
      await lib.SubjectKeyIdentifierExtension.create(subject.publicKey),
      // Both have the same name: the key tells them apart.
      await lib.AuthorityKeyIdentifierExtension.create(signing.publicKey),
    ],
  });
  return pem(cert.toString("pem"));
}

function caExtensions(lib: X509): Extension[] {
  const { keyCertSign, digitalSignature, keyEncipherment } = lib.KeyUsageFlags;
  return [
    new lib.BasicConstraintsExtension(true, undefined, true),
    new lib.KeyUsagesExtension(keyCertSign | digitalSignature | keyEncipherment, true),
  ];
}

/** 127 random bits: positive, and never zero in practice. */
function serialNumber(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function importKeys(key: KeyObject): Promise<webcrypto.CryptoKeyPair> {
  const secret = key.export({ type: "pkcs8", format: "der" });
  const open = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", secret, EC, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", open, EC, true, ["verify"]),
  };
}

async function createTokenKey(): Promise<TokenKey> {
  const privateKey = await exportKey(await generateKeys());
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return { privateKey, publicKey };
}

function privateKeyOf(pair: KeyPair): KeyObject {
  try {
    const key = createPrivateKey(pair.key);
    if (new X509Certificate(pair.cert).checkPrivateKey(key)) return key;
  } catch (thrown) {
    throw new OperatingError("CertificateUnreadable", "a certificate or its key cannot be read", { cause: thrown });
  }
  throw new OperatingError("CertificateUnreadable", "a certificate and its key do not belong together");
}

/** One line break at the end, as every other tool writes it. */
function pem(text: string): string {
  return `${text.trimEnd()}\n`;
}
