/**
 * Codes of this package's operating failures.
 *
 * - `BadKubeconfig`: a kubeconfig cannot be read as one, or lacks what it names.
 * - `FileMissing`: a file that a kubeconfig names cannot be read.
 * - `NoAnswer`: the server gave no answer, also not when asked again as often as is allowed.
 * - `UnexpectedAnswer`: what came is no answer of a Kubernetes API server.
 * - `ResponseTooLarge`: an answer or a watch event exceeds the limit of this client.
 * - `PortFailed`, `PortClosed`: the server's end of a message port failed, or is gone.
 */
export type ClientErrorCode =
  | "BadKubeconfig"
  | "FileMissing"
  | "NoAnswer"
  | "UnexpectedAnswer"
  | "ResponseTooLarge"
  | "PortFailed"
  | "PortClosed";
