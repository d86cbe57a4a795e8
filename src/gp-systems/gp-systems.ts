import type { House } from '#foundation/deps';
import type { NhsNumber, OdsCode } from '#foundation/identifiers';
import { createBreaker, openConnections } from '#foundation/outgoing';
import type { Environment } from '#foundation/settings';
import { beginCall, down, type Ask, type Line } from './ask.ts';
import { refuse, type Refused } from './refusal.ts';
import { readRegistrationDetail } from './registration-detail.ts';
import { selectPractice } from './store.ts';
import type {
  Connecting,
  Connection,
  Linkage,
  NotUnderstood,
  OnlineServices,
  PatientAtPractice,
  Registration,
  Supplier,
  SystemUnavailable,
  Verification,
} from './supplier.ts';
import type { SupplierPlug } from './supplier-plug.ts';
import { loadSupplierPlugs, openSuppliers } from './suppliers.ts';

/** What is to be known of a supplier, whether or not it can be asked. */
export type SupplierFacts = Pick<SupplierPlug, 'id' | 'words' | 'differences'> & {
  /** Whether there are settings for it. */
  readonly isOn: boolean;
};

/** All of a call takes no longer than this; the settings’ limit when left out. */
export interface CallOptions {
  readonly withinMs?: number;
}

/**
 * The way to the GP systems of practices. Each function finds the supplier of the practice by itself, and none throws for what a
 * GP system answers or for its absence. None may be called within a transaction.
 */
export interface GpSystems {
  readonly suppliers: readonly SupplierFacts[];
  /** @returns undefined for a practice that nobody knows, or whose supplier nobody knows */
  supplierOf(odsCode: OdsCode): Promise<SupplierFacts | undefined>;
  /** Makes registration details for a patient. Where a key can’t be asked for again, those that were issued before are worth nothing from then on. */
  createLinkage(patient: PatientAtPractice, options?: CallOptions): Promise<Linkage>;
  /** Asks for the details that there are. @returns `no_key_yet` when some have to be made first, always where none can be asked for */
  fetchLinkage(patient: PatientAtPractice, options?: CallOptions): Promise<Linkage>;
  /** Asks for a patient’s details where that can be done, and makes some if there are none. */
  obtainLinkage(patient: PatientAtPractice, options?: CallOptions): Promise<Linkage>;
  /** Connects somebody by their details, which are used up by that. */
  register(registration: Registration, options?: CallOptions): Promise<Connecting>;
  /** Tells whether a connection still works, and whose it is. */
  verifyConnection(connection: Connection, options?: CallOptions): Promise<Verification>;
  /** Tells whether online services are on for a patient, and how the practice has checked who they are. */
  onlineServicesOf(
    patient: { readonly odsCode: OdsCode; readonly nhsNumber: NhsNumber },
    options?: CallOptions,
  ): Promise<OnlineServices>;
}

/** @returns a signed token in which this platform says who a patient is */
export type VouchFor = (patient: PatientAtPractice) => Promise<string>;

export type GpSystemsHouse = Pick<House, 'settings' | 'clock' | 'log' | 'database' | 'metrics'>;

/**
 * Opens the way to the GP systems that the settings have. It asks nothing yet.
 *
 * @param parts.environment where the suppliers’ own settings are; `process.env` when left out
 * @param parts.folder where their folders are; this room when left out
 * @param parts.simulatedOn a port of this machine where those suppliers are simulated that have no settings; in a sandbox
 * @param parts.vouchFor says who a patient is, for suppliers that want to be told, when the caller brings no token for it
 * @throws {SettingsFault} with a line for each setting that is missing or malformed although others of its supplier are set
 */
export async function loadGpSystems(
  house: GpSystemsHouse,
  parts: {
    readonly environment?: Environment | undefined;
    readonly folder?: string | undefined;
    readonly simulatedOn?: number | undefined;
    readonly vouchFor?: VouchFor | undefined;
  } = {},
): Promise<GpSystems> {
  const { settings, clock, database } = house;
  const plugs = await loadSupplierPlugs(parts.folder);
  const { environment, simulatedOn } = parts;
  const opened = openSuppliers(plugs, { settings, clock, environment, simulatedOn });
  const lines = new Map<string, OpenLine>(
    opened.map(({ plug, supplier }) => [
      plug.id,
      { plug, supplier, line: openLine(house, plug, supplier), vouchFor: parts.vouchFor },
    ]),
  );
  const suppliers = plugs.map(({ id, words, differences }) => ({
    id,
    words,
    differences,
    isOn: lines.has(id),
  }));
  const lineOf = async (odsCode: OdsCode): Promise<OpenLine | undefined> => {
    const practice = await selectPractice(database.db, odsCode);
    return practice?.isOpen === true ? lines.get(practice.supplierId) : undefined;
  };
  return {
    suppliers,
    supplierOf: async (odsCode) => {
      const practice = await selectPractice(database.db, odsCode);
      return suppliers.find(({ id }) => id === practice?.supplierId);
    },
    ...operationsOn(lineOf),
  };
}

interface OpenLine {
  readonly plug: SupplierPlug;
  readonly supplier: Supplier;
  readonly line: Line;
  readonly vouchFor: VouchFor | undefined;
}

function openLine({ settings, metrics, log }: GpSystemsHouse, plug: SupplierPlug, supplier: Supplier): Line {
  return {
    supplierId: plug.id,
    send: openConnections(supplier.certificate),
    breaker: createBreaker(),
    metrics,
    log,
    requestMs: settings.gpRequestSeconds * 1000,
    callMs: settings.gpCallSeconds * 1000,
  };
}

type Operations = Omit<GpSystems, 'suppliers' | 'supplierOf'>;

const notEnabled = refuse('practice_not_enabled');

function operationsOn(lineOf: (odsCode: OdsCode) => Promise<OpenLine | undefined>): Operations {
  const calling = async <T extends Outcome>(
    asked: {
      readonly odsCode: OdsCode;
      readonly operation: string;
      readonly options?: CallOptions | undefined;
    },
    work: (open: OpenLine, ask: Ask) => Promise<T | NotUnderstood>,
  ): Promise<T | Refused | SystemUnavailable> => {
    const open = await lineOf(asked.odsCode);
    if (open === undefined) return notEnabled;
    const answer = await work(open, beginCall(open.line, asked.options));
    return understand(open.line, asked.operation, answer);
  };
  return {
    createLinkage: (patient, options) =>
      calling({ odsCode: patient.odsCode, operation: 'create-linkage', options }, async (open, ask) =>
        open.supplier.createLinkage(ask, await withToken(open, patient)),
      ),
    fetchLinkage: (patient, options) =>
      calling({ odsCode: patient.odsCode, operation: 'fetch-linkage', options }, async (open, ask) =>
        fetchFrom(open, ask, await withToken(open, patient)),
      ),
    obtainLinkage: (patient, options) =>
      calling({ odsCode: patient.odsCode, operation: 'obtain-linkage', options }, async (open, ask) =>
        obtainFrom(open, ask, await withToken(open, patient)),
      ),
    register: async (registration, options) => {
      const malformed = malformedIn(registration);
      if (malformed !== undefined) return malformed;
      return calling({ odsCode: registration.odsCode, operation: 'register', options }, ({ supplier }, ask) =>
        supplier.register(ask, registration),
      );
    },
    verifyConnection: (connection, options) =>
      calling({ odsCode: connection.odsCode, operation: 'verify', options }, ({ supplier }, ask) =>
        supplier.verifyConnection(ask, connection),
      ),
    onlineServicesOf: (patient, options) =>
      calling({ odsCode: patient.odsCode, operation: 'online-services', options }, ({ supplier }, ask) =>
        supplier.onlineServicesOf(ask, patient),
      ),
  };
}

async function withToken(
  { plug, vouchFor }: OpenLine,
  patient: PatientAtPractice,
): Promise<PatientAtPractice> {
  const isNeeded = plug.differences.needsIdentityToken && patient.identityToken === undefined;
  return isNeeded && vouchFor !== undefined
    ? { ...patient, identityToken: await vouchFor(patient) }
    : patient;
}

function fetchFrom(
  { plug, supplier }: OpenLine,
  ask: Ask,
  patient: PatientAtPractice,
): Promise<Linkage | NotUnderstood> {
  const { hasLinkageKey, fetchesLinkage } = plug.differences;
  return hasLinkageKey && !fetchesLinkage
    ? Promise.resolve(refuse('no_key_yet'))
    : supplier.fetchLinkage(ask, patient);
}

async function obtainFrom(
  open: OpenLine,
  ask: Ask,
  patient: PatientAtPractice,
): Promise<Linkage | NotUnderstood> {
  const fetched = await fetchFrom(open, ask, patient);
  if (fetched.outcome !== 'refused' || fetched.reason !== 'no_key_yet') return fetched;
  const created = await open.supplier.createLinkage(ask, patient);
  const wasOvertaken = created.outcome === 'refused' && created.reason === 'conflict';
  return wasOvertaken && open.plug.differences.fetchesLinkage ? fetchFrom(open, ask, patient) : created;
}

function malformedIn(registration: Registration): Refused | undefined {
  if ('idToken' in registration) return undefined;
  const { accountId, linkageKey, familyName } = registration;
  if (readRegistrationDetail(accountId) !== accountId) return refuse('invalid_account_id');
  if (readRegistrationDetail(linkageKey) !== linkageKey) return refuse('invalid_linkage_key');
  return /\p{C}/u.test(familyName) ? refuse('invalid_details') : undefined;
}

/** A supplier’s codes are short words: what is anything else may hold more than a code, and is not written down. */
const codeForm = /^[\w-]{1,20}$/u;

type Outcome = { readonly outcome: string };

function isNotUnderstood(answer: Outcome): answer is NotUnderstood {
  return answer.outcome === 'unreadable' || answer.outcome === 'unmapped';
}

/** Tells the operator of an answer that can’t be made sense of, or that says that this platform asks wrongly. */
function understand<T extends Outcome>(
  line: Line,
  operation: string,
  answer: T | NotUnderstood,
): T | Refused | SystemUnavailable {
  const facts = { supplier: line.supplierId, operation };
  const count = (reason: string): void =>
    line.metrics.outgoingFaults.inc({ system: line.supplierId, operation, reason });
  if (isNotUnderstood(answer)) {
    count(answer.outcome);
    if (answer.outcome === 'unreadable') {
      line.log.error(facts, 'a GP system answered what can’t be read');
      return down;
    }
    const supplierCode = codeForm.test(answer.supplierCode) ? answer.supplierCode : undefined;
    line.log.warn({ ...facts, supplierCode }, 'a GP system refused for a reason that is not known here');
    return refuse('unknown');
  }
  if ('reason' in answer && answer.reason === 'invalid_provider') {
    count(answer.reason);
    line.log.error(facts, 'a GP system does not know this platform: look at the settings of its supplier');
  }
  return answer;
}
