// Log lines as text and as JSON, with levels, pairs and errors.
import { expect, it } from "vitest";
import type { LoggerOptions } from "./create-logger.ts";
import { createLogger } from "./create-logger.ts";

function lines(options: Omit<LoggerOptions, "destination" | "component">): string[] {
  const out: string[] = [];
  const log = createLogger({ ...options, component: "test", destination: { write: (line) => out.push(line) } });
  log.debug("Hidden unless debugging");
  const pod = log.with({ pod: "default/web" });
  pod.info("Pod started", { restarts: 2, ready: true });
  pod.error("Pod failed", { error: new Error("no image", { cause: new Error("timed out") }) });
  return out;
}

it("writes klog's text", () => {
  const [info, error, ...rest] = lines({});
  expect(info).toMatch(
    /^I\d{4} \d\d:\d\d:\d\d\.\d{6} \d+ test\] "Pod started" pod="default\/web" restarts=2 ready=true\n$/,
  );
  expect(error).toMatch(/^E.*"Pod failed" pod="default\/web" error="no image: timed out"\n$/);
  expect(rest).toEqual([]);
});

it("writes JSON", () => {
  const [debug, info, error] = lines({ format: "json", level: "debug" }).map((line) => JSON.parse(line));
  expect(debug).toMatchObject({ level: 20, msg: "Hidden unless debugging", component: "test" });
  expect(info).toMatchObject({ level: 30, msg: "Pod started", pod: "default/web", restarts: 2, ready: true });
  expect(error).toMatchObject({ level: 50, error: "no image: timed out" });
});
