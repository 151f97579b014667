/** Postgres: migrations, shard map and router, writer, log, projections, directory. The only package that speaks SQL. @module */
export * from "./src/contract.ts";
export { migrate } from "./src/schema/migrate.ts";
export type { Check, Problem } from "./src/verify/problem.ts";
export { type Verification, verify, type VerifyOptions, type VerifyProgress } from "./src/verify/verify.ts";
export type { OpenOptions } from "./src/assemble.ts";
export { openStorage } from "./src/open.ts";
export { type OpenReads, openReads } from "./src/open_reads.ts";
export { BackupError, DamagedBackup } from "./src/backup/admin.ts";
export { declarePromoted } from "./src/backup/promote.ts";
export { backup, type BackupOptions, type BackupProgress, type BackupSummary } from "./src/backup/backup.ts";
export { restore, type RestoreOptions, type RestoreProgress, type RestoreSummary } from "./src/backup/restore.ts";
export { backupHeader } from "./src/backup/chain.ts";
export type { Header as BackupHeader } from "./src/backup/format.ts";
export { verifyBackup, type VerifyBackupOptions } from "./src/backup/verify_file.ts";
export { exportDiscussion } from "./src/backup/discussion_export.ts";
