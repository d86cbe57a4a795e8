import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * A register that answers every search at once with the same entry, and writes down when it was asked: as little as
 * another side can be. It tells the process that started it its port, and answers each of its messages with how many
 * milliseconds after the message before each request came.
 */

const number = '9990000018';
const body = JSON.stringify({
  resourceType: 'Bundle',
  type: 'searchset',
  timestamp: '2026-01-01T00:00:00+00:00',
  total: 1,
  entry: [
    {
      fullUrl: `https://register.example/FHIR/R4/Patient/${number}`,
      search: { score: 1 },
      resource: {
        resourceType: 'Patient',
        id: number,
        identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: number }],
        meta: { versionId: '2', security: [{ code: 'U', display: 'unrestricted' }] },
        name: [{ id: '1', use: 'usual', period: { start: '2000-01-01' }, given: ['Ada'], family: 'Example' }],
        gender: 'female',
        birthDate: '1985-03-12',
        address: [{ id: '2', use: 'home', line: ['1 High Street', 'Leeds'], postalCode: 'LS1 6AE' }],
        telecom: [{ id: '3', system: 'phone', use: 'mobile', value: '07700900123' }],
        generalPractitioner: [{ id: '4', type: 'Organization', identifier: { value: 'Z99001' } }],
      },
    },
  ],
});

let askedAt: number[] = [];
let began = performance.now();
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const isToken = request.method === 'POST';
    if (!isToken) askedAt.push(performance.now() - began);
    response.writeHead(200, { 'content-type': isToken ? 'application/json' : 'application/fhir+json' });
    response.end(isToken ? JSON.stringify({ access_token: randomUUID(), expires_in: '599' }) : body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
process.on('message', () => {
  process.send?.(askedAt);
  askedAt = [];
  began = performance.now();
});
