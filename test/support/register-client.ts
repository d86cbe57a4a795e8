import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { createLog } from '#foundation/log';
import { readNhsNumber } from '#foundation/identifiers';
import { openRegister, type Register } from '#pds';
import { createTestHouse } from './house.ts';
import { startRegisterDouble } from './register-double.ts';

export const ada = {
  familyName: 'Example',
  givenName: 'Ada',
  birthdate: '1985-03-12',
  postcode: 'LS1 6AE',
};
export const adasNumber = readNhsNumber('9990000018') ?? assert.fail();

interface LogLine {
  readonly level: number;
  readonly [name: string]: unknown;
}
const errorLevel = 50;

/** A house that asks a register which answers as a test says, with little patience, and what it logs. */
export async function openRegisterClient() {
  const double = await startRegisterDouble();
  let log = '';
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log += chunk.toString();
      done();
    },
  });
  const open = await createTestHouse({
    environment: { ...double.environment, BEVAN_PDS_REQUEST_SECONDS: '2', BEVAN_PDS_CALL_SECONDS: '8' },
    log: createLog({ level: 'info', destination }),
  });
  const openOne = (): Register => openRegister(open.house) ?? assert.fail();
  let register = openOne();
  return {
    double,
    open,
    /** The way to the register, opened anew for each test. */
    get register() {
      return register;
    },
    /** What was logged since the test began. */
    get log() {
      return log;
    },
    errorLines: (): LogLine[] =>
      log
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine)
        .filter(({ level }) => level >= errorLevel),
    begin: (): void => {
      double.requests.length = 0;
      double.tokenRequests.length = 0;
      double.answerTokens();
      log = '';
      register = openOne();
    },
    assertNothingTold: (): void => {
      for (const told of ['Example', 'Ada', '9990000018', '1985-03-12', 'LS1', 'LS*'])
        assert.ok(!log.includes(told), `the log holds ${told}: ${log}`);
    },
    close: async (): Promise<void> => {
      await open.close();
      await double.close();
    },
  };
}
