export { isStorageUnavailable, openDatabase, type Database, type Db } from './database.ts';
export { migrate } from './migrations.ts';
