import type { Deps } from '#foundation/deps';
import type { Nation } from '#foundation/identifiers';
import { clientRegistration, listClients, registerClient } from '#partners';

interface Example {
  /** Its client id, and its host below `.example`. */
  readonly id: string;
  readonly name: string;
  readonly levels: readonly ('P0' | 'P5' | 'P9')[];
  readonly nations?: readonly Nation[];
  readonly description: { readonly en: string; readonly cy?: string };
  readonly benefit: { readonly en: string; readonly cy?: string };
  readonly body: string;
  readonly relation: 'commissioned' | 'contracted' | 'sponsored';
  readonly operator: string;
  readonly languages: readonly string[];
}

/** Made-up services, so that the directory has something to search and every filter finds something. */
const examples: readonly Example[] = [
  {
    id: 'hilltop-prescriptions',
    name: 'Hilltop Prescriptions',
    levels: ['P9'],
    nations: ['england', 'wales'],
    description: {
      en: 'Order repeat prescriptions and see when they are ready. An example: nobody can sign in to it.',
      cy: 'Archebu presgripsiynau amlroddadwy a gweld pryd y maent yn barod. Enghraifft: ni all neb fewngofnodi iddi.',
    },
    benefit: {
      en: 'Medicines are ready when people need them.',
      cy: 'Mae meddyginiaethau’n barod pan fydd eu hangen ar bobl.',
    },
    body: 'Made-up Vale Integrated Care Board',
    relation: 'commissioned',
    operator: 'Hilltop Made-up Software',
    languages: ['en', 'cy', 'pl'],
  },
  {
    id: 'anadl',
    name: 'Anadl',
    levels: ['P0'],
    nations: ['wales'],
    description: {
      en: 'A course in six weeks for people who feel anxious. An example: nobody can sign in to it.',
      cy: 'Cwrs chwe wythnos i bobl sy’n teimlo’n bryderus. Enghraifft: ni all neb fewngofnodi iddi.',
    },
    benefit: {
      en: 'People learn to feel better without a wait.',
      cy: 'Mae pobl yn dysgu teimlo’n well heb aros.',
    },
    body: 'Bwrdd Iechyd Dychmygol Aber',
    relation: 'sponsored',
    operator: 'Prifysgol Ddychmygol Aber',
    languages: ['cy', 'en'],
  },
  {
    id: 'glen-vaccinations',
    name: 'Glen Vaccinations',
    levels: ['P5', 'P9'],
    nations: ['scotland'],
    description: { en: 'Choose a time and place for a vaccination. An example: nobody can sign in to it.' },
    benefit: { en: 'More people are protected from illness.' },
    body: 'NHS Made-up Glens',
    relation: 'contracted',
    operator: 'Glen Made-up Software',
    languages: ['en', 'gd', 'ur'],
  },
  {
    id: 'lough-carers',
    name: 'Lough Carers’ Line',
    levels: ['P0'],
    nations: ['northern-ireland'],
    description: {
      en: 'Advice and breaks for people who look after somebody. An example: nobody can sign in to it.',
    },
    benefit: { en: 'Carers find social care and support near them.' },
    body: 'Made-up Lough Health and Social Care Trust',
    relation: 'commissioned',
    operator: 'Made-up Lough Carers',
    languages: ['en', 'ga'],
  },
  {
    id: 'island-eye-checks',
    name: 'Island Eye Checks',
    levels: ['P5'],
    nations: ['england', 'isle-of-man'],
    description: { en: 'See when your next diabetic eye check is. An example: nobody can sign in to it.' },
    benefit: { en: 'Harm to the eyes is found and treated early.' },
    body: 'Made-up Island Care',
    relation: 'contracted',
    operator: 'Island Made-up Software',
    languages: ['en', 'gv'],
  },
  {
    id: 'signed-care',
    name: 'Signed Care',
    levels: ['P0', 'P5', 'P9'],
    description: {
      en: 'Talk to a nurse in British Sign Language by video. An example: nobody can sign in to it.',
      cy: 'Siarad â nyrs yn Iaith Arwyddion Prydain drwy fideo. Enghraifft: ni all neb fewngofnodi iddi.',
    },
    benefit: {
      en: 'Deaf people get advice in their own language.',
      cy: 'Mae pobl fyddar yn cael cyngor yn eu hiaith eu hunain.',
    },
    body: 'Made-up Vale Integrated Care Board',
    relation: 'sponsored',
    operator: 'Signed Made-up Care',
    languages: ['bfi', 'en'],
  },
];

export const exampleServiceIds: readonly string[] = examples.map(({ id }) => id);

/** Registers those example services that are not there. Nobody has their keys: people can't sign in to them. */
export async function registerExampleServices(deps: Deps): Promise<void> {
  const known = new Set((await listClients(deps)).map(({ clientId }) => clientId));
  const schema = clientRegistration(deps.settings);
  for (const example of examples) {
    if (!known.has(example.id))
      await registerClient(deps, schema.parse(describe(example)), { clientId: example.id });
  }
}

function describe(example: Example) {
  const { id, name, levels, nations, description, benefit, body, relation, operator, languages } = example;
  const home = `https://${id}.example`;
  return {
    client_name: name,
    redirect_uris: [`${home}/callback`],
    jwks_uri: `${home}/jwks.json`,
    vectors: levels.flatMap((level) => [`${level}.Cp.Cd`, `${level}.Cp.Ck`, `${level}.Cm`]),
    ...(nations === undefined ? {} : { nations }),
    client_uri: `${home}/`,
    policy_uri: `${home}/privacy`,
    assurances: { benefit, nhs_body: { name: body, relation }, free_at_point_of_delivery: true },
    listing: {
      description,
      operator,
      languages,
      help_uri: `${home}/help`,
      accessibility_uri: `${home}/accessibility`,
    },
  };
}
