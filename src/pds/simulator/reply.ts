/** What the simulated register answers. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Kind {
  readonly status: number;
  /** The FHIR code of the issue. */
  readonly issue: string;
  readonly severity?: 'information';
  readonly display: string;
}

const kinds = {
  ACCESS_DENIED: { status: 401, issue: 'forbidden', display: 'Access Denied - Unauthorised' },
  ADDITIONAL_PROPERTIES: {
    status: 400,
    issue: 'invariant',
    display: 'Additional properties should not be included',
  },
  FORBIDDEN_UPDATE: { status: 403, issue: 'forbidden', display: 'Update not permitted' },
  INVALIDATED_RESOURCE: {
    status: 404,
    issue: 'processing',
    display: 'Resource that has been marked as invalid was requested - invalid resources cannot be retrieved',
  },
  INVALID_METHOD: {
    status: 403,
    issue: 'forbidden',
    display: 'Cannot update resource with application-restricted access token',
  },
  INVALID_RESOURCE_ID: { status: 400, issue: 'value', display: 'Resource Id is invalid' },
  INVALID_SEARCH_DATA: { status: 400, issue: 'value', display: 'Search data is invalid' },
  INVALID_UPDATE: { status: 400, issue: 'structure', display: 'Update is invalid' },
  INVALID_VALUE: { status: 400, issue: 'value', display: 'Provided value is invalid' },
  MISSING_VALUE: { status: 400, issue: 'required', display: 'Required value is missing' },
  PRECONDITION_FAILED: { status: 412, issue: 'structure', display: 'Required condition was not fulfilled' },
  RESOURCE_NOT_FOUND: {
    status: 404,
    issue: 'not-found',
    severity: 'information',
    display: 'Resource not found',
  },
  RESOURCE_VERSION_MISMATCH: {
    status: 409,
    issue: 'conflict',
    display: 'Resource version supplied does not match actual version',
  },
  SERVICE_UNAVAILABLE: { status: 503, issue: 'timeout', display: 'Service unavailable' },
  TOO_MANY_MATCHES: {
    status: 200,
    issue: 'multiple-matches',
    severity: 'information',
    display: 'Too Many Matches',
  },
  TOO_MANY_REQUESTS: { status: 429, issue: 'value', display: 'Too many requests' },
  UNABLE_TO_CALL_SERVICE: { status: 408, issue: 'timeout', display: 'Unable to call Service' },
  UNKNOWN_ERROR: { status: 500, issue: 'processing', display: 'Unknown error' },
  UNSUPPORTED_SERVICE: { status: 400, issue: 'processing', display: 'Unsupported Service' },
} as const satisfies Record<string, Kind>;

export type OutcomeCode = keyof typeof kinds;

/**
 * Answers with a FHIR `OperationOutcome`.
 *
 * @see NHS Personal Demographics Service, FHIR R4 API: error codes of each operation
 */
export function outcome(
  code: OutcomeCode,
  more: {
    readonly diagnostics?: string;
    readonly status?: number;
    readonly display?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Reply {
  const kind: Kind = kinds[code];
  const issue = {
    severity: kind.severity ?? 'error',
    code: kind.issue,
    details: {
      coding: [
        {
          system: 'https://fhir.hl7.org.uk/CodeSystem/Spine-ErrorOrWarningCode',
          version: '1',
          code,
          display: more.display ?? kind.display,
        },
      ],
    },
    ...(more.diagnostics === undefined ? {} : { diagnostics: more.diagnostics }),
  };
  return {
    status: more.status ?? kind.status,
    body: { resourceType: 'OperationOutcome', issue: [issue] },
    ...(more.headers === undefined ? {} : { headers: more.headers }),
  };
}
