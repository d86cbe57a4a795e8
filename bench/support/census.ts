import pg from 'pg';
import { rounded } from './figures.ts';

/** A table whose rows go when their time has passed. */
interface ExpiringTable {
  readonly name: string;
  readonly expiry: string;
  /** No row lasts longer. */
  readonly mostSeconds: number;
  /** Whose clock its times are by. */
  readonly clock: 'house' | 'machine';
  /** What a copy of a row has instead, as SQL; tables of which nothing is copied are bounded for each account. */
  readonly fresh?: Readonly<Record<string, string>>;
  /** How many rows a sign-in leaves, where those of other days are still there. */
  readonly perSignIn?: number;
}

const hour = 3600;
const day = 24 * hour;
const freshText = `replace(gen_random_uuid()::text, '-', '')`;
const freshBytes = `'\\x' || encode(sha256(gen_random_uuid()::text::bytea), 'hex')`;

const expiring: readonly ExpiringTable[] = [
  {
    name: 'openid.entity',
    expiry: 'expires_at',
    mostSeconds: hour,
    clock: 'house',
    fresh: { id: freshBytes },
  },
  {
    name: 'openid.token_family',
    expiry: 'expires_at',
    mostSeconds: 30 * day,
    clock: 'house',
    perSignIn: 1,
    fresh: { family: freshText },
  },
  {
    name: 'openid.spent_assertion',
    expiry: 'expires_at',
    // A service's assertion may last an hour, and its clock be a little ahead.
    mostSeconds: hour + 600,
    clock: 'machine',
    perSignIn: 1,
    fresh: { id: freshBytes },
  },
  {
    name: 'openid.ticket',
    expiry: 'expires_at',
    mostSeconds: hour,
    clock: 'house',
    fresh: { id: freshBytes },
  },
  { name: 'openid.pushed_request', expiry: 'expires_at', mostSeconds: hour, clock: 'house' },
  {
    name: 'journey.visit',
    expiry: 'expires_at',
    mostSeconds: day,
    clock: 'house',
    fresh: { ref: freshText },
  },
  {
    name: 'security.limit_count',
    expiry: 'expires_at',
    mostSeconds: 2 * day,
    clock: 'house',
    fresh: { key: freshText },
  },
  {
    name: 'accounts.security_code',
    expiry: 'expires_at',
    mostSeconds: hour,
    clock: 'house',
    fresh: { id: 'gen_random_uuid()::text', bound_to: freshText },
  },
  { name: 'accounts.remembered_device', expiry: 'expires_at', mostSeconds: 180 * day, clock: 'house' },
  { name: 'accounts.password_reset', expiry: 'expires_at', mostSeconds: hour, clock: 'house' },
  { name: 'messaging.outgoing_message', expiry: 'useful_until', mostSeconds: 6 * day, clock: 'house' },
];

/**
 * What is kept on purpose: the trail for years, jobs that are done for a week, of the inbox the newest messages, and
 * signing keys, of which time and not traffic makes more.
 */
const keptTables =
  /^(?:audit\.(?:event|seal)|jobs\..*|messaging\.inbox_message|openid\.(?:published|signing)_key)$/u;

/** The product sweeps once a minute; a sweep may itself take a while. */
const sweptWithinMs = 75_000;
const mib = 2 ** 20;

/** Counts what is in the tables of the product, and knows what may be. */
export interface Census {
  /** Remembers what the first sign-ins of a day have left, when those of the day before have expired. */
  takeSample(signIns: number): Promise<void>;
  /**
   * Writes what was remembered again and again under fresh keys.
   *
   * @param signIns how many sign-ins' worth
   * @param sampled how many sign-ins had left it
   * @returns how many it was
   */
  copySample(signIns: number, sampled: number): Promise<number>;
  /** The product's time was moved. */
  moveOn(seconds: number): void;
  /** Counts all. @returns how many rows there are that expire, or wait to be sealed */
  count(): Promise<number>;
  report(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function openCensus(databaseUrl: string): Promise<Census> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const atFirst = await countAll(client);
  const moreThanAtFirst = (name: string, rows: number) => Math.max(0, rows - (atFirst.get(name) ?? 0));
  const times = createTimes();
  const tally = createTally(client);
  let rowsTooMany = 0;
  let rowsLeft = 0;
  return {
    takeSample: async (signIns) => {
      for (const table of expiring)
        await sample(client, table, { now: times.of(table, Date.now()), signIns });
    },
    copySample: async (signIns, sampled) => {
      const copies = Math.ceil(Math.max(0, signIns) / sampled);
      for (const table of expiring) await copy(client, table, copies);
      return copies * sampled;
    },
    moveOn: times.moveOn,
    count: async () => {
      rowsLeft = 0;
      for (const table of expiring) {
        const now = Date.now();
        const overdue = times.of(table, now - sweptWithinMs);
        const latest = new Date(times.of(table, now).getTime() + table.mostSeconds * 1000);
        const { rows, tooMany } = await countExpiring(client, table, { overdue, latest });
        await tally.note(table.name, rows);
        rowsTooMany = Math.max(rowsTooMany, tooMany);
        rowsLeft += moreThanAtFirst(table.name, rows);
      }
      for (const [name, rows] of await countAll(client)) {
        if (expiring.some((table) => table.name === name)) continue;
        await tally.note(name, rows);
        if (!keptTables.test(name)) rowsLeft += moreThanAtFirst(name, rows);
      }
      return rowsLeft;
    },
    report: () => ({ rowsTooMany, rowsLeft, tables: tally.tables() }),
    close: () => client.end(),
  };
}

/** What time it was by a table's clock, at a moment of the machine's. */
function createTimes() {
  const moves = [{ atMs: 0, shiftMs: 0 }];
  const shiftAt = (ms: number) => moves.findLast(({ atMs }) => atMs <= ms)?.shiftMs ?? 0;
  return {
    of: ({ clock }: ExpiringTable, ms: number) => new Date(ms + (clock === 'house' ? shiftAt(ms) : 0)),
    moveOn: (seconds: number) => {
      const atMs = Date.now();
      moves.push({ atMs, shiftMs: shiftAt(atMs) + seconds * 1000 });
    },
  };
}

/** Remembers of every table the most that was in it. */
function createTally(client: pg.Client) {
  const found = new Map<string, { peakRows: number; rows: number; peakMb: number }>();
  return {
    note: async (name: string, rows: number) => {
      const megabytes = await sizeOf(client, name);
      const { peakRows = 0, peakMb = 0 } = found.get(name) ?? {};
      found.set(name, { peakRows: Math.max(peakRows, rows), rows, peakMb: Math.max(peakMb, megabytes) });
    },
    tables: () => Object.fromEntries([...found].filter(([, { peakRows }]) => peakRows > 0)),
  };
}

const sampleOf = ({ name }: ExpiringTable) => `pg_temp.${name.replace('.', '_')}`;

async function sample(
  client: pg.Client,
  table: ExpiringTable,
  { now, signIns }: { now: Date; signIns: number },
): Promise<void> {
  const { name, expiry, fresh, perSignIn } = table;
  if (fresh === undefined) return;
  const most = perSignIn === undefined ? null : perSignIn * signIns;
  const where = `WHERE ${expiry} > $1 ORDER BY ${expiry} DESC LIMIT $2`;
  await client.query(`DROP TABLE IF EXISTS ${sampleOf(table)}`);
  await client.query(
    `CREATE TEMPORARY TABLE ${sampleOf(table).slice(8)} AS SELECT * FROM ${name} WHERE false`,
  );
  await client.query(`INSERT INTO ${sampleOf(table)} SELECT * FROM ${name} ${where}`, [now, most]);
}

async function copy(client: pg.Client, table: ExpiringTable, times: number): Promise<void> {
  const { name, fresh } = table;
  if (fresh === undefined) return;
  const values = Object.entries(fresh).map(([column, value]) => `'${column}', ${value}`);
  await client.query(
    `INSERT INTO ${name}
     SELECT (jsonb_populate_record(left_behind, jsonb_build_object(${values.join(', ')}))).*
     FROM ${sampleOf(table)} AS left_behind, generate_series(1, $1)`,
    [times],
  );
}

/** @returns all rows; and of them those that should have been swept, or last too long */
async function countExpiring(
  client: pg.Client,
  { name, expiry }: ExpiringTable,
  { overdue, latest }: { overdue: Date; latest: Date },
): Promise<{ rows: number; tooMany: number }> {
  const { rows } = await client.query<{ rows: number; tooMany: number }>(
    `SELECT count(*)::integer AS rows,
       (count(*) FILTER (WHERE ${expiry} < $1 OR ${expiry} > $2))::integer AS "tooMany"
     FROM ${name}`,
    [overdue, latest],
  );
  return rows[0] ?? { rows: 0, tooMany: 0 };
}

/** Counts every table that there is: one that grows and that nobody has thought of is one too many. */
async function countAll(client: pg.Client): Promise<Map<string, number>> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname !~ '^(pg_|information_schema)' ORDER BY 1`,
  );
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::integer AS rows FROM ${name}`);
    counts.set(name, rows[0]?.rows ?? 0);
  }
  return counts;
}

/** @returns MiB with all indexes */
async function sizeOf(client: pg.Client, name: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_total_relation_size($1) AS bytes', [
    name,
  ]);
  return rounded(Number(rows[0]?.bytes) / mib, 1);
}
