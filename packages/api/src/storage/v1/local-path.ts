/**
 * Names by which the makers of local-path volumes understand each other: the controller that makes and deletes them, the kubelet that
 * has their directories, and the API server that lets each kubelet see its own.
 */
export const LOCAL_PATH = {
  /** Of the default storage class too, but for the domain. */
  provisioner: "skates.io/local-path",
  className: "local-path",
  /** On a volume: its directory is still to be removed by its node. */
  finalizer: "skates.io/local-path",
  /** On a volume: the node that has its directory. */
  nodeLabel: "skates.io/node",
  /** On a node: the folder below which its kubelet keeps such volumes; without it the node takes none. */
  directoryAnnotation: "skates.io/local-path-directory",
} as const;
