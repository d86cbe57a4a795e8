import type { Environment } from '#foundation/settings';
import type { SupplierPlug } from '../supplier-plug.ts';

/** @returns the suppliers’ settings for reaching simulators that listen on a port of this machine */
export function simulatedEnvironment(plugs: readonly SupplierPlug[], port: number): Environment {
  return Object.fromEntries(
    plugs.flatMap(({ id, simulator }) =>
      Object.entries(simulator.environment(`http://127.0.0.1:${port}/${id}`)),
    ),
  );
}
