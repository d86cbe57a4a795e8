import type { Nation } from '#foundation/identifiers';

/** The scopes that a service may be registered for. */
export const registrableScopes = [
  'openid',
  'profile',
  'basic_demographics',
  'profile_extended',
  'email',
  'phone',
  'landline',
  'gp_registration_details',
  'gp_integration_credentials',
  'client_metadata',
] as const;

/** The levels of identity that a service may ask for, the lowest first. */
export const registrableLevels = ['P0', 'P5', 'P9'] as const;
export type RegistrableLevel = (typeof registrableLevels)[number];

/** The Vectors of Trust that a service may be registered for. */
export const registrableVectors = registrableLevels.flatMap((level) =>
  ['Cp', 'Cp.Cd', 'Cp.Ck', 'Cm'].map((factors) => `${level}.${factors}`),
);

/** An RSA public key with which a service signs its client assertions. */
export interface ClientKey {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly alg: 'RS512';
  readonly use: 'sig';
  readonly n: string;
  readonly e: string;
}

/** Whether a service may, or must, make its requests in a certain way. */
export const requestUses = ['allowed', 'required'] as const;
export type RequestUse = (typeof requestUses)[number];
/** How a service takes part in signing out. */
export interface ClientLogout {
  /** Where people may be sent back to afterwards. */
  readonly redirectUris: readonly string[];
  /** Is told when somebody signs out who signed in to the service. */
  readonly backChannelUri?: string | undefined;
  /** Whether what it is told must name the session, as its ID tokens then do. */
  readonly needsSid: boolean;
}

/** What an NHS body does for a service that it answers for. */
export const nhsRelations = ['commissioned', 'contracted', 'sponsored'] as const;
export type NhsRelation = (typeof nhsRelations)[number];

/** The languages that a service may say it speaks (RFC 5646); `bfi` is British Sign Language. */
export const serviceLanguages = [
  'en',
  'cy',
  'gd',
  'ga',
  'gv',
  'bfi',
  'ar',
  'bn',
  'es',
  'fa',
  'fr',
  'gu',
  'it',
  'lt',
  'ne',
  'pa',
  'pl',
  'pt',
  'ro',
  'ru',
  'so',
  'ta',
  'tr',
  'uk',
  'ur',
  'yue',
  'zh',
] as const;
export type ServiceLanguage = (typeof serviceLanguages)[number];

/** Words in English and, where somebody wrote them, in Welsh. */
export interface LocalText {
  readonly en: string;
  readonly cy?: string | undefined;
}

/** What people are assured of who use a service with this login. */
export interface Assurances {
  /** What it is good for in health or social care. */
  readonly benefit: LocalText;
  /** The NHS body that commissions, contracts or sponsors it. */
  readonly nhsBody: {
    readonly name: string;
    readonly odsCode?: string | undefined;
    readonly relation: NhsRelation;
  };
  readonly freeAtPointOfDelivery: true;
}

/** How a service stands in the public directory. */
export interface Listing {
  /** What it does. */
  readonly description: LocalText;
  /** Who runs it. */
  readonly operator: string;
  readonly languages: readonly ServiceLanguage[];
  readonly helpUri: string;
  readonly accessibilityUri: string;
}

/** What a service is registered with. */
export interface ClientRegistration {
  /** The public name, which people read. */
  readonly clientName: string;
  readonly redirectUris: readonly string[];
  /** The keys themselves; none when the service publishes them at `jwksUri`. */
  readonly jwks: { readonly keys: readonly ClientKey[] };
  readonly jwksUri?: string | undefined;
  readonly scopes: readonly string[];
  /** Permitted Vectors of Trust, such as `P0.Cp.Cd`. */
  readonly vectors: readonly string[];
  readonly nations: readonly Nation[];
  /** Client ids of the services that it may share a sign-in with. */
  readonly ssoWith: readonly string[];
  readonly im1Enabled: boolean;
  /** Whether a request without `nonce` is refused. */
  readonly requireNonce: boolean;
  /** Absent for a service that takes no part in signing out. */
  readonly logout?: ClientLogout | undefined;
  readonly homeUri?: string | undefined;
  readonly termsUri?: string | undefined;
  readonly privacyUri?: string | undefined;
  /** Absent only for a service that was registered before they were asked for, or for a test in a sandbox. */
  readonly assurances?: Assurances | undefined;
  /** Absent for a service that does not stand in the directory; never there without `assurances`. */
  readonly listing?: Listing | undefined;
  /** Pushed authorization requests (RFC 9126); not at all when left out. */
  readonly pushedRequests?: RequestUse | undefined;
  /** Signed request objects (RFC 9101); not at all when left out. */
  readonly signedRequests?: RequestUse | undefined;
  /** Whether its access tokens are bound to a key that it proves to hold (RFC 9449). */
  readonly dpopBound?: boolean | undefined;
  /** Whether it may revoke tokens (RFC 7009). */
  readonly tokenRevocation?: boolean | undefined;
  /**
   * As what its app calls itself (FIDO `appID`) besides ours, where it signs people in by a key that it keeps for them; it
   * keeps none when left out. Whoever may register such keys can sign in as whoever signs in there.
   */
  readonly fidoUafAppIds?: readonly string[] | undefined;
}

/** A connected service's registration, with the id that was allocated to it. */
export interface Client extends ClientRegistration {
  readonly clientId: string;
  readonly createdAt: Date;
  /** By which the public knows it; absent for a service that is not listed. */
  readonly directoryId?: string | undefined;
}
