export { isStorageUnavailable, openDatabase, type Database, type Db } from './database.ts';
export { EmbeddedPostgresFault, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
export { migrate } from './migrations.ts';
export { statement } from './statement.ts';
