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
} from "@skates/apimachinery";
import {
  certificateSigningRequestColumns,
  certificateSigningRequestFields,
} from "./certificate-signing-request-table.ts";
import { certificateSigningRequestStrategy } from "./certificate-signing-request-strategy.ts";

export const CertificateSigningRequest = struct("certificates.k8s.io/v1.CertificateSigningRequest", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<CertificateSigningRequestSpec>(() => CertificateSigningRequestSpec),
    "",
  ),
  status: opt(
    3,
    ref<CertificateSigningRequestStatus>(() => CertificateSigningRequestStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface CertificateSigningRequest extends Infer<typeof CertificateSigningRequest> {}

export const CertificateSigningRequestStatus = struct("certificates.k8s.io/v1.CertificateSigningRequestStatus", {
  conditions: opt(
    1,
    list(
      ref<CertificateSigningRequestCondition>(() => CertificateSigningRequestCondition),
      { keys: ["type"] },
    ),
    "",
  ),
  certificate: opt(2, bytes, ""),
});
export interface CertificateSigningRequestStatus extends Infer<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequestCondition = struct("certificates.k8s.io/v1.CertificateSigningRequestCondition", {
  type: req(1, string, "", { known: ["Approved", "Denied", "Failed"] }),
  status: req(6, string, "", { known: ["True", "False", "Unknown"] }),
  reason: opt(2, string, ""),
  message: opt(3, string, ""),
  lastUpdateTime: opt(4, time, "", { emitEmpty: true }),
  lastTransitionTime: opt(5, time, "", { emitEmpty: true }),
});
export interface CertificateSigningRequestCondition extends Infer<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestSpec = struct("certificates.k8s.io/v1.CertificateSigningRequestSpec", {
  request: req(1, bytes, ""),
  signerName: req(7, string, ""),
  expirationSeconds: opt(8, int32, "", { keepZero: true }),
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
    "",
  ),
  username: opt(2, string, ""),
  uid: opt(3, string, ""),
  groups: opt(4, list(string), ""),
  extra: opt(6, map(list(string, "atomic", true)), ""),
});
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
