import type { Service } from "@skates/api/core/v1";

/** The variables by which services of the pod's namespace, and the API itself, are found without DNS. */
export function serviceEnv(services: readonly Service[]): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const service of services) {
    const { clusterIP = "", ports = [] } = service.spec ?? {};
    const first = ports[0];
    if (clusterIP === "" || clusterIP === "None" || first === undefined) continue;
    const prefix = variableName(service.metadata.name ?? "");
    env.set(`${prefix}_SERVICE_HOST`, clusterIP);
    env.set(`${prefix}_SERVICE_PORT`, String(first.port));
    const host = clusterIP.includes(":") ? `[${clusterIP}]` : clusterIP;
    for (const port of ports) {
      const protocol = port.protocol ?? "TCP";
      const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
      if (port.name !== undefined && port.name !== "") {
        env.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
      }
      if (port === first) env.set(`${prefix}_PORT`, url);
      const base = `${prefix}_PORT_${port.port}_${protocol}`;
      env.set(base, url);
      env.set(`${base}_PROTO`, protocol.toLowerCase());
      env.set(`${base}_PORT`, String(port.port));
      env.set(`${base}_ADDR`, clusterIP);
    }
  }
  return env;
}

function variableName(name: string): string {
  return name.replaceAll("-", "_").toUpperCase();
}
