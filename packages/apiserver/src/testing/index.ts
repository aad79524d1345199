import type { UserInfo } from "@skates/apimachinery";
import type { ApiServerOptions, VersionInfo } from "../options.ts";

/** What `/version` says in tests and benchmarks. */
export const TEST_VERSION: VersionInfo = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.0+skates.test",
  gitCommit: "0",
  buildDate: "2026-11-20T00:00:00Z",
  platform: "linux/amd64",
  goVersion: "node",
};

/** For a server to which everybody is `user`, who may do everything. */
export function openTo(
  user: UserInfo,
): Pick<ApiServerOptions, "version" | "authenticator" | "authorizer" | "admission"> {
  return {
    version: TEST_VERSION,
    authenticator: { authenticate: () => Promise.resolve(user) },
    authorizer: () => ({ authorize: () => Promise.resolve({ decision: "allow", reason: "" }) }),
    admission: () => [],
  };
}
