import { usageError } from "../cli/errors.ts";
import type { FlagSpec, FlagSpecs, FlagValues } from "../cli/flags.ts";

/** A flag of upstream that has one value here: it may be given with that, as hardening guides do. */
interface FixedFlag {
  readonly value: string;
  readonly why: string;
}

/** What guides ask for that is so here in any case, and cannot be otherwise. */
const FIXED: Readonly<Record<string, FixedFlag>> = {
  profiling: { value: "false", why: "there are no profiling pages" },
  "service-account-lookup": { value: "true", why: "tokens of accounts that are gone never count" },
  "use-service-account-credentials": { value: "true", why: "each controller has an identity of its own" },
  "read-only-port": { value: "0", why: "the kubelet has no port without authentication" },
  "rotate-certificates": { value: "true", why: "certificates are renewed before they end" },
  "rotate-server-certificates": { value: "true", why: "certificates are renewed before they end" },
};

/** Files that guides have one name: the cluster makes and renews its own. */
const OWN_FILES: Readonly<Record<string, string>> = {
  "tls-cert-file": "pki/apiserver.crt",
  "tls-private-key-file": "pki/apiserver.key",
  "kubelet-client-certificate": "pki/apiserver-kubelet-client.crt",
  "kubelet-client-key": "pki/apiserver-kubelet-client.key",
  "kubelet-certificate-authority": "pki/ca.crt",
  "service-account-key-file": "pki/sa.pub",
  "service-account-signing-key-file": "pki/sa.key",
  "service-account-private-key-file": "pki/sa.key",
  "root-ca-file": "pki/ca.crt",
  "cluster-signing-cert-file": "pki/ca.crt",
  "cluster-signing-key-file": "pki/ca.key",
};

const BOOL: FlagSpec = { type: "bool", doc: "", hidden: true };
const STRING: FlagSpec = { type: "string", value: "VALUE", doc: "", hidden: true };

/** Refused by name, with the reason; not in the help. What is true or false may stand alone, as upstream's `--rotate-certificates`. */
export const FIXED_FLAGS: FlagSpecs = {
  ...Object.fromEntries(
    Object.entries(FIXED).map(([name, { value }]) => [name, /^(true|false)$/.test(value) ? BOOL : STRING]),
  ),
  ...Object.fromEntries(Object.keys(OWN_FILES).map((name) => [name, STRING])),
};

/** Throws a usage error for flags whose value cannot be chosen. */
export function checkFixedFlags(flags: FlagValues): void {
  for (const [name, { value, why }] of Object.entries(FIXED)) {
    const given = flags.string(name);
    if (given !== undefined && given !== value) throw usageError(`--${name} can only be ${value}: ${why}`);
  }
  for (const [name, file] of Object.entries(OWN_FILES)) {
    if (flags.string(name) === undefined) continue;
    throw usageError(
      `--${name} cannot be given: the cluster's own is <data-dir>/${file}, which 'skates certificate' renews`,
    );
  }
}
