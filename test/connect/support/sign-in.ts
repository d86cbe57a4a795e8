import assert from 'node:assert/strict';
import { personas } from '#sandbox';
import { call, locationIn } from '../../sandbox/support.ts';
import { Visitor, type Stop } from './visitor.ts';
import type { BuiltService, Workshop } from './workshop.ts';

/** How somebody comes from a service's first page to the login. */
export type Leave = (visitor: Visitor) => Promise<Stop>;

const straight: Leave = (visitor) => visitor.go('/');

/**
 * Visits a service as the persona P0, signs in, and comes back.
 *
 * @returns where that ends: what the service shows
 */
export async function signInAt(
  workshop: Workshop,
  service: BuiltService,
  visit: { readonly consent?: boolean; readonly leave?: Leave } = {},
): Promise<Stop> {
  const { consent = true, leave = straight } = visit;
  const visitor = new Visitor(service.origin);
  const { leavesTo } = await leave(visitor);
  assert.ok(leavesTo?.startsWith(workshop.sandbox.origin), `it left to ${leavesTo}:\n${service.output()}`);
  const asked = { authorize_url: leavesTo, persona: 'p0', consent };
  return visitor.go(locationIn(await call(workshop.sandbox, 'POST', '/sign-in', asked)));
}

/** Checks that a service shows all that its page promises. */
export function assertShowsPerson({ status, body }: Stop, service: BuiltService): void {
  assert.equal(status, 200, `${body}\n${service.output()}`);
  const { userinfo, ...shown } = JSON.parse(body);
  const sub = personas.find(({ id }) => id === 'p0')?.account?.sub;
  assert.deepEqual(shown, { sub, vot: 'P0.Cp.Cd', identity_proofing_level: 'P0' });
  const { email, phone_number, phone_number_verified } = userinfo;
  assert.deepEqual([userinfo.sub, email], [sub, 'p0@people.example']);
  assert.deepEqual([phone_number, phone_number_verified], ['+447700900002', true]);
}

/** @returns what an authorization request asks for */
export function requestOf(address: string | undefined): Record<string, string> {
  return Object.fromEntries(new URL(address ?? '').searchParams);
}
