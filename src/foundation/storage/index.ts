export { isStorageUnavailable, openDatabase, type Database, type Db } from './database.ts';
export { deleteExpired } from './expired.ts';
export { EmbeddedPostgresFault, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
export { migrate } from './migrations.ts';
export { findPurpose, markPurpose, readPurpose, type DatabasePurpose } from './purpose.ts';
export { sendAlong, statement, type ValueOf } from './statement.ts';
export { storedBytes, storedDate } from './stored-json.ts';
export { selectionsOf, together, type Part } from './together.ts';
