import {
  startFaceServiceSimulator,
  type SimulatedFinding,
} from '../../../src/face-checks/face-service/simulator.ts';
import type { OpenFaceWorld, SitterKind } from './world.ts';

const findings: Readonly<Record<SitterKind, SimulatedFinding>> = {
  self: {},
  photo: { checks: { pose: { end: 'fail', reasons: ['act_not_followed'] } } },
  'somebody-else': { checks: { likeness: { end: 'fail', reasons: ['not_like_document'] } } },
  'two-people': { checks: { 'one-face': { end: 'unsure', reasons: ['more_than_one_face'] } } },
};

const open: OpenFaceWorld = async () => {
  const key = 'a-key-of-the-contract-tests';
  const simulator = await startFaceServiceSimulator({ key });
  return {
    environment: { BEVAN_FACE_SERVICE_URL: simulator.url, BEVAN_FACE_SERVICE_KEY: key },
    expect: (kind) => simulator.find(findings[kind]),
    close: simulator.close,
  };
};

export default open;
