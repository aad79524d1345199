import { type IdentityTrust, REQUEST_HEADERS } from "@skates/kube-apiserver";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const IDENTITY_FLAGS: FlagSpecs = {
  "client-ca-file": {
    type: "file",
    value: "FILE",
    doc: "CAs whose client certificates count, besides the cluster's own.",
  },
  "requestheader-client-ca-file": {
    type: "file",
    value: "FILE",
    doc: "CAs of front proxies, besides the cluster's own.",
  },
  "requestheader-allowed-names": {
    type: "string",
    value: "NAMES",
    doc: "Common names of front proxies, separated by commas; empty: any that the CAs signed (default front-proxy-client).",
  },
  "requestheader-username-headers": {
    type: "list",
    value: "NAMES",
    doc: "Headers in which front proxies tell the user (default X-Remote-User).",
  },
  "requestheader-uid-headers": {
    type: "list",
    value: "NAMES",
    doc: "Headers in which front proxies tell the user's UID (default X-Remote-Uid).",
  },
  "requestheader-group-headers": {
    type: "list",
    value: "NAMES",
    doc: "Headers in which front proxies tell the user's groups (default X-Remote-Group).",
  },
  "requestheader-extra-headers-prefix": {
    type: "list",
    value: "PREFIXES",
    doc: "What headers with more about the user start with (default X-Remote-Extra-).",
  },
};

/** Bundles of PEM certificates that the flags' files hold at the moment. */
export interface IdentityFiles {
  readonly clientCa: string;
  readonly frontProxyCa: string;
}

/** Whom the API server trusts. */
export function trustFrom(flags: FlagValues, { clientCa, frontProxyCa }: IdentityFiles): IdentityTrust {
  const listed = (name: string, fallback: readonly string[]): readonly string[] => {
    const given = flags.strings(name).map((value) => value.trim());
    return given.length === 0 ? fallback : given;
  };
  const names = flags.string("requestheader-allowed-names");
  return {
    clientCa,
    requestHeader: {
      clientCa: frontProxyCa,
      allowedNames: names === undefined ? ["front-proxy-client"] : flags.strings("requestheader-allowed-names"),
      usernameHeaders: listed("requestheader-username-headers", REQUEST_HEADERS.usernameHeaders),
      uidHeaders: listed("requestheader-uid-headers", REQUEST_HEADERS.uidHeaders),
      groupHeaders: listed("requestheader-group-headers", REQUEST_HEADERS.groupHeaders),
      extraHeaderPrefixes: listed("requestheader-extra-headers-prefix", REQUEST_HEADERS.extraHeaderPrefixes),
    },
  };
}
