import type { EventEmitter } from 'node:events';
import pg from 'pg';

/** What PostgreSQL answers to a statement. */
export interface Answer<R> {
  readonly rows: R[];
  /** What was done, and to how many rows: `UPDATE 1`. */
  readonly tag: string;
}

export interface PreparedQuery {
  /** Never the same for another text. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly SentValue[];
  /** A transaction begins with it. */
  readonly begins?: boolean;
}

/** A value as PostgreSQL reads it. */
export type SentValue = string | Buffer | null;

/**
 * Runs a statement that each connection prepares at its first run there. From then on PostgreSQL is not asked again what
 * the rows look like, which costs more than the rows do: a statement that would give others is refused by PostgreSQL.
 */
export function runPrepared<R>(client: pg.ClientBase, query: PreparedQuery): Promise<Answer<R>> {
  return new Promise<Answer<R>>((resolve, reject) => {
    client.query(new Run(query, { resolve: (answer: Answer<R>) => resolve(answer), reject }));
  });
}

interface Settle {
  resolve(answer: Answer<unknown>): void;
  reject(error: unknown): void;
}

type Parser = (text: string) => unknown;
const parserOf: (type: number) => Parser = pg.types.getTypeParser;

interface Shape {
  readonly names: readonly string[];
  readonly parsers: readonly Parser[];
  /** A row without its values: a copy of it is the fastest way to a row. */
  readonly empty: Readonly<Record<string, unknown>>;
}
const noRows: Shape = { names: [], parsers: [], empty: {} };

/** A statement in a connection since it was last asked to prepare it; what its rows look like is known from its first answer. */
interface Prepared {
  shape: Shape | undefined;
}
type PreparedByName = Map<string, Prepared | undefined>;
/** A name without a value may stand for a prepared statement or not: its first run failed, in part or altogether. */
const preparedIn = new WeakMap<pg.Connection, PreparedByName>();

function namesIn(connection: pg.Connection): PreparedByName {
  const known = preparedIn.get(connection) ?? new Map<string, Prepared>();
  preparedIn.set(connection, known);
  return known;
}

function shapeOf(fields: readonly pg.FieldDef[]): Shape {
  return {
    names: fields.map(({ name }) => name),
    parsers: fields.map(({ dataTypeID }) => parserOf(dataTypeID)),
    empty: Object.fromEntries(fields.map(({ name }) => [name, null])),
  };
}

function readRow(fields: readonly (string | null)[], { names, parsers, empty }: Shape): object {
  const row = { ...empty };
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const field = fields[index];
    if (name !== undefined && typeof field === 'string') row[name] = parsers[index]?.(field);
  }
  return row;
}

/** `pg` pipelines what asks and answers in one go, and knows it by this class. */
const Query: new (text: string) => EventEmitter = pg.Query;

/** One run of a prepared statement. `pg` calls its methods as the answer arrives. */
class Run extends Query {
  readonly #query: PreparedQuery;
  readonly #settle: Settle;
  readonly #rows: object[] = [];
  #prepared: Prepared | undefined;
  /** Where this run has asked for it to be prepared. */
  #names: PreparedByName | undefined;
  #shape: Shape | undefined;
  /** The next that is done is not the statement, but the beginning ahead of it. */
  #isBeginning: boolean;
  #tag = '';
  #failure: { readonly error: unknown } | undefined;

  constructor(query: PreparedQuery, settle: Settle) {
    super('');
    this.#query = query;
    this.#settle = settle;
    this.#isBeginning = query.begins === true;
  }

  submit(connection: pg.Connection): null {
    const { name: statement, values } = this.#query;
    connection.stream.cork();
    if (this.#isBeginning) {
      connection.parse({ name: '', text: 'begin', types: [] }, true);
      connection.bind({ statement: '', values: [] }, true);
      connection.execute(null, true);
    }
    this.#prepared = this.#prepare(connection);
    this.#shape = this.#prepared.shape;
    connection.bind({ statement, values: [...values] }, true);
    if (this.#shape === undefined) connection.describe({ type: 'P' }, true);
    connection.execute(null, true);
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  #prepare(connection: pg.Connection): Prepared {
    const names = namesIn(connection);
    const { name, text } = this.#query;
    const known = names.get(name);
    if (known !== undefined) return known;
    if (names.has(name)) connection.close({ type: 'S', name }, true);
    connection.parse({ name, text, types: [] }, true);
    const prepared = { shape: undefined };
    names.set(name, prepared);
    this.#names = names;
    return prepared;
  }

  handleRowDescription({ fields }: { readonly fields: readonly pg.FieldDef[] }): void {
    this.#shape = shapeOf(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(readRow(fields, this.#shape ?? noRows));
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    if (this.#isBeginning) {
      this.#isBeginning = false;
      return;
    }
    this.#tag = text;
    if (this.#prepared !== undefined) this.#prepared.shape ??= this.#shape ?? noRows;
  }

  handleError(error: unknown): void {
    const { name } = this.#query;
    const isUncertain = this.#prepared?.shape === undefined && this.#names?.get(name) === this.#prepared;
    if (isUncertain) this.#names?.set(name, undefined);
    this.#settle.reject(error);
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#settle.resolve({ rows: this.#rows, tag: this.#tag });
    else this.#settle.reject(this.#failure.error);
  }
}
