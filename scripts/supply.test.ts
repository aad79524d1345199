// What the program is made of: each package pinned by a hash, listed, and in need of no install script.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { billOfMaterials, lockedPackages } from "./lib/bill-of-materials.ts";
import { ROOT } from "./lib/sources.ts";

const lock: unknown = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

/** Their scripts are not run, here as anywhere: all three bring prebuilt parts or only print advice. */
const WORK_WITHOUT_SCRIPT = ["lmdb", "msgpackr-extract", "protobufjs"];
/** Prebuilt parts for platforms on which the lock file was never made; npm wrote it without their hashes. Nothing may join them. */
const WITHOUT_HASH = ["darwin-arm64", "darwin-x64", "linux-arm", "win32-x64"].map(
  (platform) => `@msgpackr-extract/msgpackr-extract-${platform}`,
);

// An install script runs whatever a stolen package's new owner likes, on every machine that installs it.
test("nothing new wants an install script, and the lock file has a hash of all that Linux needs", () => {
  const packages = lockedPackages(lock);
  expect(packages.length).toBeGreaterThan(50);
  expect(packages.filter((each) => each.hasInstallScript).map(({ name }) => name)).toEqual(WORK_WITHOUT_SCRIPT);
  const unhashed = packages.filter(({ integrity }) => !integrity.startsWith("sha512-")).map(({ name }) => name);
  expect(unhashed).toEqual(WITHOUT_HASH);
});

test("the bill of materials names what runs, with its hash, and no tools", () => {
  const integrity = `sha512-${Buffer.from("abc").toString("base64")}`;
  const packages = {
    "": { name: "skates" },
    "node_modules/@a/b": { version: "1.0.0", integrity, license: "MIT" },
    "node_modules/tool": { version: "2.0.0", integrity, dev: true },
  };
  expect(billOfMaterials({ packages }).components).toEqual([
    {
      type: "library",
      name: "@a/b",
      version: "1.0.0",
      purl: "pkg:npm/%40a/b@1.0.0",
      licenses: [{ expression: "MIT" }],
      hashes: [{ alg: "SHA-512", content: "616263" }],
    },
  ]);
});
