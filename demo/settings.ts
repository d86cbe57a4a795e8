import { readFileSync } from 'node:fs';

/** Everything that this program is told from outside. */
export interface DemoSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** PKCS#8, in PEM. */
  readonly privateKeyPem: string;
  readonly port: number;
  /** Where browsers reach this program, without a slash at the end. */
  readonly origin: string;
  readonly loginName: string;
}

/** @throws {Error} naming what is missing */
export function readDemoSettings(environment: Readonly<Record<string, string | undefined>>): DemoSettings {
  const required = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set`);
    return value;
  };
  const port = Number(environment['DEMO_PORT'] ?? '3001');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('DEMO_PORT must be a port number');
  return {
    issuer: required('DEMO_ISSUER').replace(/\/$/u, ''),
    clientId: required('DEMO_CLIENT_ID'),
    privateKeyPem: readFileSync(required('DEMO_PRIVATE_KEY_FILE'), 'utf8'),
    port,
    origin: (environment['DEMO_ORIGIN'] ?? `http://localhost:${port}`).replace(/\/$/u, ''),
    loginName: environment['DEMO_LOGIN_NAME'] ?? 'Bevan login',
  };
}
