import type { Deps } from '#foundation/deps';
import { readAutomation } from '#review';

/** @returns who may decide on a scan first: nobody is promised an answer at once where no machine gives one */
export async function whoDecides(deps: Pick<Deps, 'db' | 'settings'>): Promise<'machine' | 'people'> {
  const { isOn, percent } = await readAutomation(deps);
  return isOn && percent > 0 ? 'machine' : 'people';
}
