/** A page that is the same for every reader of its language. */
export interface PublicPage {
  readonly address: string;
  /** The folder below `src`. */
  readonly page: string;
}

/** Every page whose words alone make it. */
export const pages: readonly PublicPage[] = [{ address: '/', page: 'guidance/front' }];
