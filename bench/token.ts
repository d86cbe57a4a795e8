import { Browser } from './support/browser.ts';
import { rounded } from './support/figures.ts';
import { describeRounds } from './support/load.ts';
import { authorizeAddress } from './support/prepare.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';
import { withStage, type Stage } from './support/stage.ts';
import { assertionType, postToken } from './support/token.ts';

/**
 * The token endpoint: codes are exchanged, then the refresh tokens that came of them. The codes are made beforehand, by
 * people who are signed in already: the product answers their requests without a page.
 */

const usual = { people: 10, codesToWarmUp: 4000, codesThatCount: 4000 };
const small = { people: 1, codesToWarmUp: 1, codesThatCount: 2 };
const atOnceByDefault = 16;
const secondsByDefault = 60;

/** An exchange signs an access token and an ID token, a refresh an access token. */
const signaturesOfExchange = 2;
const signaturesOfRefresh = 1;

const promised = { ratio: 0.5, peakMemoryMb: 300 };

export async function benchToken(options: BenchOptions): Promise<BenchReport> {
  const { atOnce = atOnceByDefault, seconds = secondsByDefault, isSmall } = options;
  const { people, codesToWarmUp, codesThatCount } = isSmall ? small : usual;
  const { result, floor, peakMemoryMb } = await withStage({ people, ...options }, async (stage) => {
    const codes = await makeCodes(stage, codesToWarmUp + codesThatCount);
    await measure(stage, codes.slice(0, codesToWarmUp), { atOnce, seconds });
    return measure(stage, codes.slice(codesToWarmUp), { atOnce, seconds });
  });
  const { exchange, refresh } = result;
  const ratioOf = (signatures: number, cpuMs: number) => rounded((signatures * floor.signatureMs) / cpuMs);
  const signatures = signaturesOfExchange + signaturesOfRefresh;
  return {
    bench: 'token',
    exchange: { ...exchange, ratio: ratioOf(signaturesOfExchange, exchange.serverCpuMs) },
    refresh: { ...refresh, ratio: ratioOf(signaturesOfRefresh, refresh.serverCpuMs) },
    peakMemoryMb: peakMemoryMb ?? null,
    floorCpuMs: rounded(signatures * floor.signatureMs),
    floorOf: { signatures, signatureMs: floor.signatureMs },
    ratio: ratioOf(signatures, exchange.serverCpuMs + refresh.serverCpuMs),
    promised,
  };
}

/** Exchanges every code, and then every refresh token that came of one. */
async function measure(stage: Stage, codes: readonly string[], options: { atOnce: number; seconds: number }) {
  const { network, world, play } = stage;
  const { redirectUri, signAssertions } = world.service;
  const assertions = await signAssertions(codes.length * 2);
  const authenticated = (parameters: Readonly<Record<string, string>>) => ({
    ...parameters,
    client_assertion_type: assertionType,
    client_assertion: assertions.pop() ?? '',
  });
  const refreshTokens: string[] = [];
  const exchange = await play(codes, options, async (code) => {
    const asked = authenticated({ grant_type: 'authorization_code', code, redirect_uri: redirectUri });
    refreshTokens.push((await postToken(network, asked)).refresh_token);
  });
  const refresh = await play(refreshTokens, options, async (token) => {
    await postToken(network, authenticated({ grant_type: 'refresh_token', refresh_token: token }));
  });
  return { exchange: describeRounds([exchange]), refresh: describeRounds([refresh]) };
}

/** Signs everybody in once, and then asks for codes that need no page. */
async function makeCodes(stage: Stage, count: number): Promise<string[]> {
  const { world, network, server } = stage;
  const browsers: Browser[] = [];
  for (const { remoteAddress, email, password } of world.people) {
    const browser = new Browser(network, { origin: server.issuer, remoteAddress });
    const start = await browser.open(authorizeAddress(world.service, 'P0.Cp'));
    const emailPage = await browser.submit(start, { choice: 'sign-in' });
    const passwordPage = await browser.submit(emailPage, { email });
    const { address } = await browser.submit(passwordPage, { password });
    if (!address.searchParams.has('code')) throw new Error(`a sign-in ended at ${address.href}`);
    browsers.push(browser);
  }
  const each = Array.from({ length: Math.ceil(count / browsers.length) });
  const made = await Promise.all(
    browsers.map(async (browser) => {
      const codes: string[] = [];
      for (const _ of each) {
        const { address } = await browser.open(authorizeAddress(world.service, 'P0.Cp'));
        const code = address.searchParams.get('code');
        if (code === null) throw new Error(`a request of somebody signed in ended at ${address.href}`);
        codes.push(code);
      }
      return codes;
    }),
  );
  return made.flat().slice(0, count);
}
