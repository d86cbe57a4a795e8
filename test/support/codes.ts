import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { checkSecurityCode, sendSecurityCode, type CodeRequest } from '#accounts';
import { createTestHouse, type TestHouse } from './house.ts';
import { openInbox } from './inbox.ts';

/** @returns a code that is another */
export const wrongCode = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

/** Two processes that send security codes and check them. Close them when the test file ends. */
export async function openCodes() {
  const here = await createTestHouse();
  const there = await createTestHouse({ beside: here });
  const inbox = await openInbox(here);

  let people = 0;
  /** Somebody with a phone, an address and a place in the network of their own, in a journey of their own. */
  const somebody = () => {
    people += 1;
    const phone = `+4477009${String(people).padStart(5, '0')}`;
    const email = `person-${people}@mail.example`;
    const from = { boundTo: randomUUID(), remoteAddress: `2001:db8:0:${people.toString(16)}::1` };
    const sms = {
      purpose: 'confirm-phone',
      channel: 'sms',
      destination: phone,
      language: 'en',
      ...from,
    } as const;
    const mail = {
      purpose: 'confirm-email',
      channel: 'email',
      destination: email,
      language: 'en',
      ...from,
    } as const;
    return { phone, email, sms, mail };
  };
  const send = (request: CodeRequest, house: TestHouse = here) =>
    house.house.transact((deps) => sendSecurityCode(deps, request));
  const sendAndRead = async (request: CodeRequest) => {
    const sent = await send(request);
    assert.equal(sent.outcome, 'sent');
    return { codeId: sent.codeId, code: await inbox.nextCode(request.destination) };
  };
  const check = (request: CodeRequest, of: { codeId: string; code: string }, house: TestHouse = here) => {
    const { purpose, boundTo, remoteAddress } = request;
    return house.house.transact((deps) =>
      checkSecurityCode(deps, { purpose, boundTo, remoteAddress, ...of }),
    );
  };
  /** Enters wrong codes until that locks. @returns how many were looked at, and for how many minutes it locked */
  const lockOut = async (request: CodeRequest, of: { codeId: string; code: string }) => {
    for (let tries = 1; ; tries += 1) {
      const now = here.clock.now();
      const checked = await check(
        request,
        { ...of, code: wrongCode(of.code) },
        tries % 2 === 0 ? here : there,
      );
      if (checked.outcome === 'locked') {
        return { tries, minutes: Math.round((checked.until.getTime() - now.getTime()) / 60_000) };
      }
      assert.deepEqual(checked, { outcome: 'no_match' });
    }
  };

  return {
    here,
    there,
    inbox,
    somebody,
    send,
    sendAndRead,
    check,
    lockOut,
    close: async (): Promise<void> => {
      await there.close();
      await here.close();
    },
  };
}
