import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KeyPair } from "@skates/pki";
import type { Paths } from "../data-dir.ts";
import type { NodeCertificate } from "./request-certificate.ts";

/** What a joined node keeps of its cluster in `<data-dir>/pki`. */
export interface NodeFiles {
  readonly ca: string;
  readonly client: KeyPair;
  readonly server: KeyPair;
}

export function readNodeFiles(paths: Paths): NodeFiles {
  const text = (name: string): string => readFileSync(join(paths.pki, name), "utf8");
  // Pair and certificate in one file, as kubelets keep theirs: they are replaced together.
  const pair = (which: NodeCertificate): KeyPair => {
    const whole = text(`kubelet-${which}.pem`);
    const at = whole.indexOf("-----BEGIN PRIVATE KEY-----");
    return { cert: whole.slice(0, at), key: whole.slice(at) };
  };
  return { ca: text("ca.crt"), client: pair("client"), server: pair("server") };
}

export function writeNodeCa(paths: Paths, ca: string): void {
  mkdirSync(paths.pki, { recursive: true, mode: 0o700 });
  write(join(paths.pki, "ca.crt"), ca);
}

export function writeNodePair(paths: Paths, which: NodeCertificate, { cert, key }: KeyPair): void {
  write(join(paths.pki, `kubelet-${which}.pem`), cert + key);
}

function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
