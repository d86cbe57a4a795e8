export type { DemoClient } from './demo-client.ts';
export { readOrMakeKey } from './kept-key.ts';
export { personas, sandboxPassword, type Persona } from './personas.ts';
export { openRequestLog, type RequestLog } from './requests/log.ts';
export { sandboxRoutes, startSandboxWork } from './routes.ts';
export { seedSandbox } from './seed.ts';
