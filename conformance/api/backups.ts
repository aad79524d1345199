import { defineResource } from "@skates/api/custom-resource";
import { int32, list, oneOf, opt, ref, req, string, struct, time, type Infer } from "@skates/apimachinery";

const BackupTarget = struct("example.com/v1.BackupTarget", {
  name: req(1, string, "Name of the volume."),
  path: opt(2, string, "Folder within it.", { default: "/" }),
});
interface BackupTarget extends Infer<typeof BackupTarget> {}

const BackupSpec = struct("example.com/v1.BackupSpec", {
  schedule: req(1, string, "When, as cron has it.", { minLength: 1 }),
  keep: opt(2, int32, "So many are kept.", { default: 3, minimum: 1, maximum: 100 }),
  mode: opt(3, oneOf("Full", "Incremental"), "How much is copied.", { default: "Full" }),
  targets: req(
    4,
    list(
      ref<BackupTarget>(() => BackupTarget),
      { keys: ["name"] },
    ),
    "What is copied.",
  ),
});

const BackupStatus = struct("example.com/v1.BackupStatus", {
  lastSuccess: opt(1, time, "When one was finished."),
});

/** Backups of volumes. */
export const backups = defineResource({
  group: "example.com",
  version: "v1",
  kind: "Backup",
  plural: "backups",
  shortNames: ["bk"],
  spec: BackupSpec,
  status: BackupStatus,
  columns: [
    { name: "Schedule", type: "string", jsonPath: ".spec.schedule" },
    { name: "Last", type: "date", jsonPath: ".status.lastSuccess" },
  ],
});
