// `npm test` from a bare clone: installs, builds, checks, and runs every suite; ends with a line `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, isInstalled, isNodeSupported, NODE_FLOOR } from "./lib/install.mjs";

const root = join(fileURLToPath(import.meta.url), "..", "..");
const only = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), "skates-test-"));
const startedMs = Date.now();

/** Debian packages that the suites with real containers, nftables and etcd need, each with a file that tells that it is there. */
const DEBIAN_PACKAGES = {
  containerd: "/usr/bin/containerd",
  runc: "/usr/sbin/runc",
  "containernetworking-plugins": "/usr/lib/cni/ptp",
  nftables: "/usr/sbin/nft",
  iptables: "/usr/sbin/iptables",
  conntrack: "/usr/sbin/conntrack",
  iproute2: "/usr/sbin/ip",
  busybox: "/bin/busybox",
  "etcd-server": "/usr/bin/etcd",
  openssl: "/usr/bin/openssl",
  curl: "/usr/bin/curl",
};

main();

function main() {
  if (!isNodeSupported(process.versions.node)) {
    console.log(`Node.js ${NODE_FLOOR} or newer is needed, this is ${process.versions.node}`);
    return finish(1);
  }
  if (!isInstalled(root)) {
    section("npm packages from the lock file");
    const error = install(root);
    if (error !== undefined) {
      console.log(error);
      totals.failed += 1;
      return finish(1);
    }
  }
  step("build", ["node", "scripts/build.mjs"]);
  step("types", ["npx", "tsc", "-p", "tsconfig.json"]);
  step("lint", ["npx", "oxlint", "--type-aware", "--deny-warnings"]);
  step("format", ["npx", "biome", "format", "."]);
  step("layers", ["npx", "tsx", "scripts/layers.ts"]);
  step("tidy", ["npx", "tsx", "scripts/tidy.ts"]);
  // Before the suites: some of them use a real etcd, openssl or nft where there is one, and say so where there is none.
  const hindrance = containersHindrance();
  suite("unit");
  suite("integration");
  for (const name of ["node", "e2e"]) {
    if (hindrance === undefined) suite(name);
    else skipSuite(name, hindrance);
  }
  finish(totals.failed > 0 ? 1 : 0);
}

function section(title) {
  console.log(`\n=== ${title} (${Math.round((Date.now() - startedMs) / 1000)} s)`);
}

function wanted(name) {
  return only.length === 0 || only.includes(name);
}

/** A check that passes or fails as one. */
function step(name, [command, ...args]) {
  if (!wanted(name)) return;
  section(name);
  const ran = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (ran.status === 0) totals.passed += 1;
  else {
    totals.failed += 1;
    console.log(`FAILED: ${name}`);
  }
}

/** A project of vitest, counted test by test. */
function suite(name) {
  if (!wanted(name)) return;
  section(name);
  const report = join(scratch, `${name}.json`);
  const ran = spawnSync(
    "npx",
    ["vitest", "run", "--project", name, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  if (!existsSync(report)) {
    totals.failed += 1;
    console.log(`FAILED: ${name} left no report`);
    return;
  }
  const result = JSON.parse(readFileSync(report, "utf8"));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + result.numTodoTests;
  // A file that cannot be loaded has no failed test of its own.
  const broken = result.testResults.filter(
    (f) => f.status === "failed" && !f.assertionResults.some((a) => a.status === "failed"),
  );
  totals.failed += broken.length;
  if (ran.status !== 0 && result.numFailedTests + broken.length === 0) {
    totals.failed += 1;
    console.log(`FAILED: ${name} ended with an error outside its tests`);
  }
}

function skipSuite(name, reason) {
  if (!wanted(name)) return;
  section(name);
  console.log(`skipped: ${reason}`);
  totals.skipped += 1;
}

/** Why real containers cannot run here, or undefined; installs what is missing where it can. */
function containersHindrance() {
  if (!["integration", "node", "e2e"].some(wanted)) return "not asked for";
  if (process.platform !== "linux") return `real containers need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "real containers need root";
  const missing = Object.entries(DEBIAN_PACKAGES)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
  if (missing.length > 0) {
    section(`Debian packages: ${missing.join(" ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env });
    const ran = spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], {
      stdio: "inherit",
      env,
    });
    if (ran.error !== undefined) return `missing: ${missing.join(", ")}, and there is no apt-get to install them`;
    if (ran.status !== 0) return `'apt-get install ${missing.join(" ")}' failed`;
  }
  return undefined;
}

function finish(code) {
  rmSync(scratch, { recursive: true, force: true });
  console.log(`\ntook ${Math.round((Date.now() - startedMs) / 1000)} s`);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
  console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
  process.exitCode = code;
}
