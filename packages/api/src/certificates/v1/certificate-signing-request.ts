import {
  type Infer,
  bytes,
  int32,
  list,
  map,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import {
  certificateSigningRequestColumns,
  certificateSigningRequestFields,
} from "./certificate-signing-request-table.ts";
import { certificateSigningRequestStrategy } from "./certificate-signing-request-strategy.ts";
import { csrSpecRules } from "./certificate-signing-request-rules.ts";

export const CertificateSigningRequest = struct(
  "certificates.k8s.io/v1.CertificateSigningRequest",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<CertificateSigningRequestSpec>(() => CertificateSigningRequestSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<CertificateSigningRequestStatus>(() => CertificateSigningRequestStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Asks a signer for a certificate." },
);
export interface CertificateSigningRequest extends Infer<typeof CertificateSigningRequest> {}

export const CertificateSigningRequestStatus = struct(
  "certificates.k8s.io/v1.CertificateSigningRequestStatus",
  {
    conditions: opt(
      1,
      list(
        ref<CertificateSigningRequestCondition>(() => CertificateSigningRequestCondition),
        { keys: ["type"] },
      ),
      "Decisions on the request.",
    ),
    certificate: opt(2, bytes, "The certificate and those of its issuers, in PEM."),
  },
  { doc: "What was decided, and the certificate." },
);
export interface CertificateSigningRequestStatus extends Infer<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequestCondition = struct(
  "certificates.k8s.io/v1.CertificateSigningRequestCondition",
  {
    type: req(1, string, "Approved, Denied or Failed.", { known: ["Approved", "Denied", "Failed"] }),
    status: req(6, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    reason: opt(2, string, "One word in CamelCase on why, for programs."),
    message: opt(3, string, "A sentence on why, for people."),
    lastUpdateTime: opt(4, time, "When this condition was last written.", { emitEmpty: true }),
    lastTransitionTime: opt(5, time, "When the status last changed.", { emitEmpty: true }),
  },
  { doc: "A decision on a request." },
);
export interface CertificateSigningRequestCondition extends Infer<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestSpec = struct(
  "certificates.k8s.io/v1.CertificateSigningRequestSpec",
  {
    request: req(1, bytes, "The request in PKCS#10 and PEM."),
    signerName: req(7, string, "Who is to sign."),
    expirationSeconds: opt(8, int32, "How long it is to be good; the signer may decide otherwise.", { keepZero: true }),
    usages: opt(
      5,
      list(
        oneOf(
          "any",
          "cert sign",
          "client auth",
          "code signing",
          "content commitment",
          "crl sign",
          "data encipherment",
          "decipher only",
          "digital signature",
          "email protection",
          "encipher only",
          "ipsec end system",
          "ipsec tunnel",
          "ipsec user",
          "key agreement",
          "key encipherment",
          "microsoft sgc",
          "netscape sgc",
          "ocsp signing",
          "s/mime",
          "server auth",
          "signing",
          "timestamping",
        ),
      ),
      "What the key is for.",
    ),
    username: opt(2, string, "Who asked; set by the server."),
    uid: opt(3, string, "Id of who asked; set by the server."),
    groups: opt(4, list(string), "Groups of who asked; set by the server."),
    extra: opt(6, map(list(string, "atomic", true)), "Whatever else is known of who asked; set by the server."),
  },
  (): AnyStructOptions => ({ doc: "What certificate is asked for; it stays.", rules: [csrSpecRules] }),
);
export interface CertificateSigningRequestSpec extends Infer<typeof CertificateSigningRequestSpec> {}

export const certificateSigningRequests = resource<CertificateSigningRequest>({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  shortNames: ["csr"],
  namespaced: false,
  schema: CertificateSigningRequest,
  subresources: [
    {
      name: "approval",
      group: "certificates.k8s.io",
      version: "v1",
      kind: "CertificateSigningRequest",
      verbs: ["get", "patch", "update"],
    },
  ],
  storage: "certificatesigningrequests",
  storageVersionHash: "95fRKMXA+00=",
  generationFields: [],
  columns: certificateSigningRequestColumns,
  selectableFields: certificateSigningRequestFields,
  strategy: certificateSigningRequestStrategy,
});
