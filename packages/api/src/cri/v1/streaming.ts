import { type Infer, bool, bytes, int32, int64, list, opt, string, struct } from "@skates/apimachinery";

// Commands in containers and streams to them.

export const ExecSyncRequest = struct("cri/v1.ExecSyncRequest", {
  containerId: opt(1, string, ""),
  cmd: opt(2, list(string), ""),
  timeout: opt(3, int64, ""),
});
export interface ExecSyncRequest extends Infer<typeof ExecSyncRequest> {}

export const ExecSyncResponse = struct("cri/v1.ExecSyncResponse", {
  stdout: opt(1, bytes, ""),
  stderr: opt(2, bytes, ""),
  exitCode: opt(3, int32, ""),
});
export interface ExecSyncResponse extends Infer<typeof ExecSyncResponse> {}

export const ExecRequest = struct("cri/v1.ExecRequest", {
  containerId: opt(1, string, ""),
  cmd: opt(2, list(string), ""),
  tty: opt(3, bool, ""),
  stdin: opt(4, bool, ""),
  stdout: opt(5, bool, ""),
  stderr: opt(6, bool, ""),
});
export interface ExecRequest extends Infer<typeof ExecRequest> {}

export const ExecResponse = struct("cri/v1.ExecResponse", {
  url: opt(1, string, ""),
});
export interface ExecResponse extends Infer<typeof ExecResponse> {}

export const AttachRequest = struct("cri/v1.AttachRequest", {
  containerId: opt(1, string, ""),
  stdin: opt(2, bool, ""),
  tty: opt(3, bool, ""),
  stdout: opt(4, bool, ""),
  stderr: opt(5, bool, ""),
});
export interface AttachRequest extends Infer<typeof AttachRequest> {}

export const AttachResponse = struct("cri/v1.AttachResponse", {
  url: opt(1, string, ""),
});
export interface AttachResponse extends Infer<typeof AttachResponse> {}

export const PortForwardRequest = struct("cri/v1.PortForwardRequest", {
  podSandboxId: opt(1, string, ""),
  port: opt(2, list(int32), ""),
});
export interface PortForwardRequest extends Infer<typeof PortForwardRequest> {}

export const PortForwardResponse = struct("cri/v1.PortForwardResponse", {
  url: opt(1, string, ""),
});
export interface PortForwardResponse extends Infer<typeof PortForwardResponse> {}
