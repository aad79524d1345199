// Who one is and what one may, as stock kubectl shows it, on the real server over TLS: identities, rights, tokens, certificates.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { nodePki } from "@skates/pki/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";
import { oldAndNew } from "./kubectls.ts";

const { newest } = oldAndNew();
let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).code).toBe(0);
  await ok("create", "serviceaccount", "bot");
  await ok("create", "rolebinding", "bot", "--clusterrole=view", "--serviceaccount=default:bot");
  await ok("run", "p", "--image=i", '--overrides={"spec":{"serviceAccountName":"bot"}}');
  await ok("wait", "--for=condition=Ready", "pod/p", "--timeout=30s");
}, 90_000);
afterAll(async () => await cluster.remove());

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function kubectl(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, KUBECONFIG: join(cluster.dataDir, "kubeconfig") };
  return new Promise((resolve) => {
    execFile(newest.command, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}

async function ok(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(...args);
  expect([args.join(" "), code, stderr]).toEqual([args.join(" "), 0, expect.any(String)]);
  return stdout;
}

/** With these credentials and no others. */
function as(credentials: readonly string[], ...args: readonly string[]): Promise<Ran> {
  const ca = join(cluster.dataDir, "pki/ca.crt");
  const server = `https://127.0.0.1:${cluster.port}`;
  return kubectl(
    "--kubeconfig=/dev/null",
    `--server=${server}`,
    `--certificate-authority=${ca}`,
    ...credentials,
    ...args,
  );
}

const token = (text: string): readonly string[] => [`--token=${text}`];
const whoAmI = async (...credentials: readonly string[]): Promise<unknown> => {
  const { code, stdout, stderr } = await as(credentials, "auth", "whoami", "-o", "json");
  return code === 0 ? JSON.parse(stdout).status.userInfo : stderr;
};
const UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)";

describe("kubectl auth whoami", () => {
  test("tells the administrator, and whom one acts as", async () => {
    const told = async (...args: readonly string[]) => {
      const { extra: _extra, ...user } = JSON.parse(await ok("auth", "whoami", "-o", "json", ...args)).status.userInfo;
      return user;
    };
    expect([
      await told(),
      await told("--as=jane", "--as-group=dev", "--as-group=ops", "--as-uid=u1"),
      await told("--as=system:serviceaccount:default:bot"),
    ]).toEqual([
      { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] },
      { username: "jane", uid: "u1", groups: ["dev", "ops", "system:authenticated"] },
      {
        username: "system:serviceaccount:default:bot",
        groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      },
    ]);
  });

  test("tells whoever comes with bad tokens, or a password, to log in", async () => {
    const good = await ok("create", "token", "bot");
    const [head = "", payload = "", signature = ""] = good.split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const forged = `${head}.${payload}.${signature.slice(0, -8)}AAAAAAAA`;
    for (const bad of ["opaque", forged, `${none}.${payload}.`, `${head}.${payload}`]) {
      expect(await whoAmI(...token(bad))).toBe(UNAUTHORIZED);
    }
    expect(await whoAmI("--username=admin", "--password=admin")).toBe(UNAUTHORIZED);
  });
});

describe("kubectl auth can-i", () => {
  test("answers for oneself and for others, by its words and its exit code", async () => {
    const bot = token(await ok("create", "token", "bot"));
    const ask = async (...args: readonly string[]) => {
      const { code, stdout } = await as(bot, "auth", "can-i", ...args);
      return `${stdout} ${code}`;
    };
    expect([
      await ask("list", "pods"),
      await ask("get", "pods", "--subresource=log"),
      await ask("list", "pods", "-n", "kube-system"),
      await ask("get", "secrets"),
      await ask("get", "/version"),
      await ask("get", "/metrics"),
    ]).toEqual(["yes 0", "yes 0", "no 1", "no 1", "yes 0", "no 1"]);
    expect((await kubectl("auth", "can-i", "delete", "pods", "--as=jane")).stdout).toBe("no");
    expect(await ok("auth", "can-i", "*", "*", "--all-namespaces")).toBe("yes");
  });

  test("--list shows all rules of a role, and those of everybody", async () => {
    const { stdout } = await as(token(await ok("create", "token", "bot")), "auth", "can-i", "--list");
    const rows = stdout.split("\n").map((line) => line.replaceAll(/\s+/g, " ").trim());
    expect(rows[0]).toBe("Resources Non-Resource URLs Resource Names Verbs");
    expect(rows).toEqual(
      expect.arrayContaining([
        "selfsubjectreviews.authentication.k8s.io [] [] [create]",
        "selfsubjectaccessreviews.authorization.k8s.io [] [] [create]",
        "selfsubjectrulesreviews.authorization.k8s.io [] [] [create]",
        "configmaps [] [] [get list watch]",
        "pods/log [] [] [get list watch]",
        "deployments.apps [] [] [get list watch]",
        "[/healthz] [] [get]",
        "[/.well-known/openid-configuration] [] [get]",
      ]),
    );
    expect(rows.filter((row) => row.startsWith("secrets"))).toEqual([]);
    expect(await ok("auth", "can-i", "--list", "--as=jane", "--as-group=system:masters")).toMatch(
      /^\*\.\*\s+\[\]\s+\[\]\s+\[\*\]/m,
    );
  });
});

describe("kubectl create token", () => {
  const uidOf = async (...of: readonly string[]) => await ok("get", ...of, "-o", "jsonpath={.metadata.uid}");
  const bound = (kind: string, name: string, ...more: readonly string[]) =>
    kubectl("create", "token", "bot", `--bound-object-kind=${kind}`, `--bound-object-name=${name}`, ...more);

  test("of a pod tells the pod and its node, and ends with it", async () => {
    const { stdout: text } = await bound("Pod", "p", `--bound-object-uid=${await uidOf("pod", "p")}`);
    expect(await whoAmI(...token(text))).toMatchObject({
      username: "system:serviceaccount:default:bot",
      extra: {
        "authentication.kubernetes.io/pod-name": ["p"],
        "authentication.kubernetes.io/node-name": ["simulated-0"],
      },
    });
    const other = await bound("Pod", "p", "--bound-object-uid=00000000-0000-0000-0000-000000000000");
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("does not match the UID in record")]);
    await ok("delete", "pod", "p", "--now", "--wait=true");
    expect(await whoAmI(...token(text))).toBe(UNAUTHORIZED);
  });

  test("of a secret and of a node ends with them", async () => {
    await ok("create", "secret", "generic", "s");
    const { stdout: ofSecret } = await bound("Secret", "s");
    const { stdout: ofNode } = await bound("Node", "simulated-0");
    expect(await whoAmI(...token(ofSecret))).toMatchObject({ username: "system:serviceaccount:default:bot" });
    expect(await whoAmI(...token(ofNode))).toMatchObject({
      extra: { "authentication.kubernetes.io/node-name": ["simulated-0"] },
    });
    await ok("delete", "secret", "s");
    expect(await whoAmI(...token(ofSecret))).toBe(UNAUTHORIZED);
  });

  test("has a time and an audience, and neither too short nor for the API when it is for another", async () => {
    const long = await ok("create", "token", "bot", "--duration=2h");
    const { exp, iat } = JSON.parse(Buffer.from(long.split(".")[1] ?? "", "base64url").toString());
    expect(exp - iat).toBe(7200);
    const short = await kubectl("create", "token", "bot", "--duration=1m");
    expect(short.stderr).toContain("may not specify a duration less than 10 minutes");
    expect(await whoAmI(...token(await ok("create", "token", "bot", "--audience=vault")))).toBe(UNAUTHORIZED);
    const missing = await kubectl("create", "token", "nobody");
    expect(missing.stderr).toContain('serviceaccounts "nobody" not found');
  });
});

describe("kubectl certificate", () => {
  const pki = nodePki({ clock: systemClock(), random: seededRandom("kubectl-access") });
  const CSR = "certificatesigningrequest.certificates.k8s.io";

  /** Asks for a client certificate; gives what kubectl needs to use it. */
  async function request(name: string): Promise<{ readonly key: string; readonly cert: string }> {
    const { request: pem, key } = await pki.createRequest({ commonName: name, organizations: ["dev"] });
    const file = join(cluster.dataDir, `${name}.json`);
    const spec = {
      request: Buffer.from(pem).toString("base64"),
      signerName: "kubernetes.io/kube-apiserver-client",
      usages: ["client auth"],
    };
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "certificates.k8s.io/v1",
        kind: "CertificateSigningRequest",
        metadata: { name },
        spec,
      }),
    );
    await ok("create", "-f", file);
    const paths = { key: join(cluster.dataDir, `${name}.key`), cert: join(cluster.dataDir, `${name}.crt`) };
    writeFileSync(paths.key, key);
    return paths;
  }
  const condition = async (name: string) => (await ok("get", "csr", name, "--no-headers")).split(/\s+/).at(-1);
  const issued = (name: string) => ok("get", "csr", name, "-o", "jsonpath={.status.certificate}");

  test("approve: it is signed, and lets its owner in as whom it names", async () => {
    const paths = await request("jane");
    expect(await condition("jane")).toBe("Pending");
    expect(await ok("certificate", "approve", "jane")).toBe(`${CSR}/jane approved`);
    await expect.poll(() => condition("jane"), { timeout: 10_000 }).toBe("Approved,Issued");
    writeFileSync(paths.cert, Buffer.from(await issued("jane"), "base64"));
    const credentials = [`--client-certificate=${paths.cert}`, `--client-key=${paths.key}`];
    expect(await whoAmI(...credentials)).toMatchObject({ username: "jane", groups: ["dev", "system:authenticated"] });
    expect((await as(credentials, "get", "pods")).stderr).toBe(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    // Cut within the body, it is no certificate at all; nothing is asked.
    writeFileSync(paths.cert, readFileSync(paths.cert, "utf8").slice(0, 300));
    expect(await whoAmI(...credentials)).toContain("failed to find any PEM data in certificate input");
  });

  test("deny: it is never signed, and cannot be approved any more", async () => {
    await request("joe");
    expect(await ok("certificate", "deny", "joe")).toBe(`${CSR}/joe denied`);
    expect([await condition("joe"), await issued("joe")]).toEqual(["Denied", ""]);
    const late = await kubectl("certificate", "approve", "joe");
    expect([late.code, late.stderr]).toEqual([1, expect.stringMatching(/Denied|denied/)]);
  });

  test("needs the right to write approvals, and to approve for the signer", async () => {
    await request("jim");
    const approve = async () => (await kubectl("certificate", "approve", "jim", "--as=clerk")).stderr;
    const cannot = (what: string) =>
      expect.stringContaining(`User "clerk" cannot ${what} resource "certificatesigningrequests`);
    expect(await approve()).toEqual(cannot("get"));
    await ok(
      "create",
      "clusterrole",
      "clerk",
      "--verb=get,update,patch",
      "--resource=certificatesigningrequests,certificatesigningrequests/approval",
    );
    await ok("create", "clusterrolebinding", "clerk", "--clusterrole=clerk", "--user=clerk");
    await expect
      .poll(approve)
      .toContain('user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"');
    expect(await condition("jim")).toBe("Pending");
  });
});
