/** What people are assured of, as a service registers it. The NHS body is made up. */
export const assurances = {
  benefit: {
    en: 'People get the care they need sooner.',
    cy: 'Mae pobl yn cael y gofal sydd ei angen arnynt yn gynt.',
  },
  nhs_body: { name: 'Made-up Vale Integrated Care Board', ods_code: 'ZZ9', relation: 'commissioned' },
  free_at_point_of_delivery: true,
} as const;

/** How a service stands in the directory, as it registers it. */
export const listing = {
  description: {
    en: 'Book and cancel appointments at your surgery.',
    cy: 'Trefnu a chanslo apwyntiadau yn eich meddygfa.',
  },
  operator: 'Riverbank Digital Ltd',
  languages: ['en', 'cy'],
  help_uri: 'https://riverbank.example/help',
  accessibility_uri: 'https://riverbank.example/accessibility',
} as const;

/** All that a registration must hold for its service to be listed. */
export const listed = {
  assurances,
  listing,
  client_uri: 'https://riverbank.example/',
  policy_uri: 'https://riverbank.example/privacy',
} as const;
