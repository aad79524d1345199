import { spawnSync } from "node:child_process";
import { detectHost, type Host, installCommand } from "@skates/kubelet/node";
import { failure } from "../cli/errors.ts";
import type { Steps } from "../cli/steps.ts";
import type { Paths } from "./data-dir.ts";

const SIMULATED = "or run 'skates up --runtime simulated' for a control plane whose containers are only acted out";

/** Looks at the machine, installs what is missing unless that is forbidden, and gives what was found. */
export async function prepareHost(
  paths: Paths,
  options: { readonly install: boolean; readonly steps: Steps },
  signal: AbortSignal,
): Promise<Host> {
  if (process.platform !== "linux") throw failure(`real containers need Linux, this is ${process.platform}`, SIMULATED);
  if (process.getuid?.() !== 0) throw failure("real containers need root", `run it with sudo, ${SIMULATED}`);
  const question = { dataDir: paths.dataDir, busybox: true };
  let host = await detectHost(question, signal);
  if (host.missingPackages.length > 0) {
    await install(host, options);
    host = await detectHost(question, signal);
  }
  const hindrance = host.findings.find((finding) => finding.level === "error");
  if (hindrance !== undefined)
    throw failure(hindrance.text, `${hindrance.remedy ?? "use another machine"}, ${SIMULATED}`);
  for (const finding of host.findings) if (finding.level === "warning") options.steps.note(finding.text);
  return host;
}

async function install(
  host: Host,
  { install: allowed, steps }: { readonly install: boolean; readonly steps: Steps },
): Promise<void> {
  const names = host.missingPackages.join(" ");
  const manager = host.packageManager;
  if (manager === undefined)
    throw failure(`missing: ${names}`, `install them by the means of this distribution, ${SIMULATED}`);
  if (!allowed) throw failure(`missing packages: ${names}`, "install them, or leave out --no-install");
  steps.note(`will install from the distribution: ${names}`);
  await steps.step("packages installed", async () => {
    if (manager === "apt") run(["apt-get", "update", "-qq"]); // a new machine has no lists yet
    run(installCommand(manager, host.missingPackages));
    await Promise.resolve();
  });
}

function run([program = "", ...args]: readonly string[]): void {
  const ran = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (ran.status === 0) return;
  const last = (ran.stderr ?? "").trim().split("\n").at(-1) ?? "";
  throw failure(`'${program} ${args.join(" ")}' failed`, ran.error?.message ?? last);
}
