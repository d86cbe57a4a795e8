import {
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresQueryCompiler,
  type ConnectionProvider,
} from 'kysely';
import type { Ask } from './driver.ts';

const compiler = new PostgresQueryCompiler();
const adapter = new PostgresAdapter();

/** The query builder's way to the database, and `ask` beside it: for statements that are put together already. */
export class DirectExecutor extends DefaultQueryExecutor {
  readonly ask: Ask;

  constructor(provider: ConnectionProvider, ask: Ask) {
    super(compiler, adapter, provider);
    this.ask = ask;
  }
}
