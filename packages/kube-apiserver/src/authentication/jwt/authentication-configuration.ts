import {
  type ConfigurationKind,
  type FieldError,
  type Infer,
  invalid,
  list,
  opt,
  readConfiguration,
  ref,
  refuseFindings,
  struct,
  tooMany,
  typeMeta,
} from "@skates/apimachinery";
import { configurationExpressions } from "../../configuration-expressions.ts";
import type { AnonymousAccess } from "../anonymous.ts";
import { type CompiledJwt, compileJwt } from "./compile.ts";
import { AnonymousAuthConfig, JWTAuthenticator } from "./jwt-configuration.ts";
import { jwtFindings } from "./jwt-findings.ts";

const AuthenticationConfiguration = struct("apiserver.k8s.io/v1.AuthenticationConfiguration", {
  ...typeMeta,
  jwt: opt(1, list(ref<JWTAuthenticator>(() => JWTAuthenticator)), "Issuers whose tokens count."),
  anonymous: opt(
    2,
    ref<AnonymousAuthConfig>(() => AnonymousAuthConfig),
    "Who may ask without credentials.",
  ),
});
interface AuthenticationConfiguration extends Infer<typeof AuthenticationConfiguration> {}

const KINDS: readonly ConfigurationKind[] = ["v1", "v1beta1", "v1alpha1"].map((version) => ({
  group: "apiserver.config.k8s.io",
  version,
  kind: "AuthenticationConfiguration",
  schema: AuthenticationConfiguration,
}));
const AUTHENTICATORS_MAX = 64;

/** An AuthenticationConfiguration, checked and compiled. */
export interface AuthenticationFile {
  readonly jwt: readonly CompiledJwt[];
  /** Absent: as the flags say. */
  readonly anonymous?: AnonymousAccess | undefined;
}

export interface AuthenticationFileOptions {
  /** Issuers of this cluster's own tokens. */
  readonly ownIssuers: readonly string[];
}

/** Reads the file of `--authentication-config`. Throws `InvalidConfiguration` with all findings. */
export function readAuthenticationConfiguration(text: string, options: AuthenticationFileOptions): AuthenticationFile {
  const { jwt = [], anonymous } = readConfiguration<AuthenticationConfiguration>(text, KINDS);
  const findings: FieldError[] = [];
  if (jwt.length > AUTHENTICATORS_MAX) findings.push(tooMany(["jwt"], jwt.length, AUTHENTICATORS_MAX));
  findings.push(...jwtFindings(jwt, options.ownIssuers));
  if (anonymous !== undefined && anonymous.enabled !== true && (anonymous.conditions ?? []).length > 0) {
    const message = "enabled should be set to true when conditions are defined";
    findings.push(invalid(["anonymous", "conditions"], anonymous.conditions, message));
  }
  const environment = configurationExpressions();
  const compiled = jwt.map((config, index) => compileJwt(config, environment, ["jwt", index]));
  refuseFindings([...findings, ...compiled.flatMap((each) => each.findings)]);
  return {
    jwt: compiled.map((each) => each.compiled),
    ...(anonymous === undefined ? {} : { anonymous: accessOf(anonymous) }),
  };
}

function accessOf({ enabled = false, conditions }: AnonymousAuthConfig): AnonymousAccess {
  return enabled ? { enabled, conditions } : { enabled };
}
