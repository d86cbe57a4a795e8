export { createBreaker, type Breaker, type Leave } from './breaker.ts';
export {
  openConnections,
  type ClientCertificate,
  type Outgoing,
  type Received,
  type Send,
} from './connection.ts';
