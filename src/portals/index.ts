export { enterAsSandboxChecker } from './id-checker/sandbox-entrance.ts';
export { checkerRoutes } from './id-checker/routes.ts';
export { practiceRoutes } from './practice/routes.ts';
export { addMember, invitationAddress } from './staff/members.ts';
export { checkerDesk } from './staff/roles.ts';
export { seedStaff, type SeededStaff } from './staff/seed.ts';
export { describeSandboxStaff, seedSandboxStaff, type SandboxStaff } from './staff/sandbox-staff.ts';
export { sweepPortals } from './sweep.ts';
export { codeNow } from '#foundation/authenticator';
