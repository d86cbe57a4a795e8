import type { Environment } from '#foundation/settings';
import {
  startFaceServiceSimulator,
  type FaceServiceSimulator,
} from '../../src/face-checks/face-service/simulator.ts';

/** A service that compares faces, and the settings by which it is asked. */
export interface TestFaceService extends FaceServiceSimulator {
  readonly environment: Environment;
}

export async function startTestFaceService(): Promise<TestFaceService> {
  const key = 'a-key-of-a-service-in-tests';
  const simulator = await startFaceServiceSimulator({ key });
  return {
    ...simulator,
    environment: {
      BEVAN_FACE_CHECKS: 'face-service',
      BEVAN_FACE_SERVICE_URL: simulator.url,
      BEVAN_FACE_SERVICE_KEY: key,
    },
  };
}
