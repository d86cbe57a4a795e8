import {
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresQueryCompiler,
  type ConnectionProvider,
} from 'kysely';
import type { SendAlong } from './driver.ts';
import type { Ask } from './sending.ts';

const compiler = new PostgresQueryCompiler();
const adapter = new PostgresAdapter();

/** The query builder's way to the database, and `ask` and `sendAlong` beside it: for statements that are put together already. */
export class DirectExecutor extends DefaultQueryExecutor {
  readonly ask: Ask;
  readonly sendAlong: SendAlong;

  constructor(provider: ConnectionProvider, direct: { readonly ask: Ask; readonly sendAlong: SendAlong }) {
    super(compiler, adapter, provider);
    this.ask = direct.ask;
    this.sendAlong = direct.sendAlong;
  }
}
