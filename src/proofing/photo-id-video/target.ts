import type { Deps } from '#foundation/deps';
import type { Language } from '#foundation/web';

export function reviewTarget({ settings }: Deps): Promise<{
  readonly hours: number;
  readonly notice?: Readonly<Record<Language, string>>;
}> {
  return Promise.resolve({ hours: settings.reviewTargetHours });
}
