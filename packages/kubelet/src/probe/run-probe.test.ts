// What a probe makes of the answers it gets.
import { virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import type { ExecSync } from "../runtime.ts";
import { simulatedNetwork } from "../simulated/simulated-network.ts";
import { SimulatedRuntime } from "../simulated/simulated-runtime.ts";
import { runProbe } from "./run-probe.ts";

const { signal } = new AbortController();
const runtime = () => new SimulatedRuntime({ clock: virtualClock(), podCidr: "10.244.0.0/24", node: "n" });
const call = { container: { name: "a" }, containerId: "c", podIp: "10.0.0.1", version: "v1.36" };

test.each([
  [200, { result: "success" }],
  [302, { result: "success", warning: "Probe terminated redirects, Response body: elsewhere" }],
  [503, { result: "failure", output: "HTTP probe failed with statuscode: 503" }],
])("an HTTP answer %i", async (status, outcome) => {
  const network = { ...simulatedNetwork, httpGet: () => Promise.resolve({ status, body: "elsewhere" }) };
  const probe = { httpGet: { port: 80 } };
  expect(await runProbe({ runtime: runtime(), network }, { ...call, probe }, signal)).toEqual(outcome);
});

test("the command of a probe may name variables of its container", async () => {
  const ran: (readonly string[])[] = [];
  class Listening extends SimulatedRuntime {
    override execSync(run: ExecSync) {
      ran.push(run.command);
      return Promise.resolve({ stdout: new Uint8Array(), stderr: new Uint8Array(), exitCode: 0 });
    }
  }
  const listening = new Listening({ clock: virtualClock(), podCidr: "10.244.0.0/24", node: "n" });
  const container = { name: "a", env: [{ name: "PORT", value: "80" }] };
  const probe = { exec: { command: ["check", "$(PORT)", "$(OTHER)", "$$(PORT)"] } };
  await runProbe({ runtime: listening, network: simulatedNetwork }, { ...call, container, probe }, signal);
  expect(ran).toEqual([["check", "80", "$(OTHER)", "$(PORT)"]]);
});
