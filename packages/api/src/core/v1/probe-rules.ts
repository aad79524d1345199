import { forbidden, invalid, isHttpHeaderName, type Path, required } from "@skates/apimachinery";
import { checkPort, type Findings, invalidFor, membersOf } from "../../checks.ts";
import type { Container } from "./container.ts";
import { stopSignalFindings } from "./pod-restart-rules.ts";
import type { PodSpec } from "./pod-spec.ts";
import type { HTTPGetAction, LifecycleHandler, Probe } from "./probe.ts";

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;

interface Handler extends Pick<Probe, "exec" | "httpGet" | "tcpSocket" | "grpc">, Pick<LifecycleHandler, "sleep"> {}

/** Probes and hooks of a container; a hook may not sleep longer than the pod's grace period. */
export function containerHealthFindings(container: Container, spec: PodSpec, path: Path): Findings {
  const { terminationGracePeriodSeconds: graceSeconds } = spec;
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const at = (name: string): Path => [...path, name];
  return [
    ...(["postStart", "preStop"] as const).flatMap((hook) => {
      const handler = lifecycle?.[hook];
      return handler === undefined ? [] : handlerFindings(handler, graceSeconds, [...path, "lifecycle", hook]);
    }),
    ...stopSignalFindings(lifecycle?.stopSignal, spec, [...path, "lifecycle", "stopSignal"]),
    ...onceFindings(livenessProbe, at("livenessProbe")),
    ...readinessFindings(readinessProbe, at("readinessProbe")),
    ...onceFindings(startupProbe, at("startupProbe")),
  ];
}

/** Liveness and startup are settled by one success. */
function onceFindings(probe: Probe | undefined, path: Path): Findings {
  if (probe === undefined) return [];
  const once = probe.successThreshold === undefined || probe.successThreshold === 1;
  const wrong = once ? [] : [invalid([...path, "successThreshold"], probe.successThreshold, "must be 1")];
  return [...probeFindings(probe, path), ...wrong];
}

function readinessFindings(probe: Probe | undefined, path: Path): Findings {
  if (probe === undefined) return [];
  const seconds = probe.terminationGracePeriodSeconds;
  const at = [...path, "terminationGracePeriodSeconds"];
  const wrong = seconds === undefined ? [] : [invalid(at, seconds, "must not be set for readinessProbes")];
  return [...probeFindings(probe, path), ...wrong];
}

function probeFindings(probe: Probe, path: Path): Findings {
  const seconds = probe.terminationGracePeriodSeconds;
  const at = [...path, "terminationGracePeriodSeconds"];
  const wrong = seconds === undefined || seconds > 0 ? [] : [invalid(at, seconds, "must be greater than 0")];
  return [...handlerFindings(probe, undefined, path), ...wrong];
}

function handlerFindings(handler: Handler, graceSeconds: number | undefined, path: Path): Findings {
  const [first, ...others] = membersOf(handler, HANDLERS);
  if (first === undefined) return [required(path, "must specify a handler type")];
  const more = others.map((name) => forbidden([...path, name], "may not specify more than 1 handler type"));
  return [...actionFindings(handler, first, { graceSeconds, path: [...path, first] }), ...more];
}

interface ActionContext {
  readonly graceSeconds: number | undefined;
  readonly path: Path;
}

function actionFindings(
  handler: Handler,
  name: (typeof HANDLERS)[number],
  { graceSeconds, path }: ActionContext,
): Findings {
  switch (name) {
    case "exec":
      return (handler.exec?.command ?? []).length === 0 ? [required([...path, "command"])] : [];
    case "httpGet":
      return handler.httpGet === undefined ? [] : httpGetFindings(handler.httpGet, path);
    case "tcpSocket":
      return checkPort([...path, "port"], handler.tcpSocket?.port ?? 0);
    case "grpc":
      return checkPort([...path, "port"], handler.grpc?.port ?? 0);
    case "sleep":
      return sleepFindings(handler.sleep?.seconds ?? 0, { graceSeconds, path });
  }
}

function httpGetFindings(action: HTTPGetAction, path: Path): Findings {
  const headers = action.httpHeaders ?? [];
  return [
    ...checkPort([...path, "port"], action.port),
    ...headers.flatMap(({ name }) => invalidFor([...path, "httpHeaders"], name, isHttpHeaderName(name))),
  ];
}

function sleepFindings(seconds: number, { graceSeconds = 0, path }: ActionContext): Findings {
  if (seconds >= 0 && seconds <= graceSeconds) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  return [invalid(path, seconds, detail)];
}
