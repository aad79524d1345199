/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export type CertificateUsage = "server" | "client";

/** What a certificate says. */
export interface CertificateTemplate {
  readonly commonName: string;
  /** In client certificates: the groups of the user. */
  readonly organizations?: readonly string[] | undefined;
  readonly dnsNames?: readonly string[] | undefined;
  readonly ipAddresses?: readonly string[] | undefined;
  readonly usages: readonly CertificateUsage[];
  readonly validMs: number;
}

/** A certificate, read. Times are ms since the epoch. */
export interface CertificateInfo {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  /** In canonical form. */
  readonly ipAddresses: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly ca: boolean;
}

/** A PKCS #10 request, read; its signature was checked. */
export interface SigningRequestInfo {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

export interface SigningOptions {
  /** In the words of a CertificateSigningRequest: `client auth`, `digital signature`. Words that X.509 does not know are left out. */
  readonly usages: readonly string[];
  readonly validMs: number;
}

/** Signs certificates with one CA. */
export interface CertificateAuthority {
  /** The CA's own certificate. */
  readonly cert: string;
  /** A new key with a certificate for it. */
  issue(template: CertificateTemplate): Promise<KeyPair>;
  /**
   * A certificate for the key of a request. Subject and names are the request's: names of other kinds than `SigningRequestInfo` shows
   * are left out, since nobody has looked at them. Throws `RequestUnreadable`.
   */
  sign(request: string, options: SigningOptions): Promise<string>;
}

/**
 * Certificates as the cluster needs them: EC P-256 keys, SHA-256. Valid from five minutes ago, so that a clock that is a little late
 * accepts them, and never longer than their CA. Implemented under `node/` on libraries; simulation brings its own.
 */
export interface Pki {
  createCa(commonName: string, validMs: number): Promise<KeyPair>;
  /** The same name and key with new dates: what it has signed stays valid. */
  renewCa(ca: KeyPair, validMs: number): Promise<KeyPair>;
  /** A certificate for another CA's name and key: who trusts `ca` with it trusts what the other has signed. Ends with the first of the two. */
  certifyCa(ca: KeyPair, other: string): Promise<string>;
  /** Throws `CertificateUnreadable` if certificate and key do not belong together. */
  authority(ca: KeyPair): CertificateAuthority;
  /** Throws `CertificateUnreadable`. */
  readCertificate(cert: string): CertificateInfo;
  /** Throws `RequestUnreadable`, also if the signature is wrong. */
  readRequest(request: string): Promise<SigningRequestInfo>;
  /** A new key with a request to sign it. */
  createRequest(subject: RequestSubject): Promise<SigningRequest>;
  /** A new key, for signing tokens. */
  createTokenKey(): Promise<TokenKey>;
}

/** Whom a certificate is asked for. */
export type RequestSubject = Pick<CertificateTemplate, "commonName" | "organizations" | "dnsNames">;

/** A PKCS #10 request and the key that it is for, both as PEM. */
export interface SigningRequest {
  readonly request: string;
  readonly key: string;
}

/** Keys for service account tokens, as PEM: `sa.key` and `sa.pub`. */
export interface TokenKey {
  readonly privateKey: string;
  readonly publicKey: string;
}
