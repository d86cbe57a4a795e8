import type { Asked, SupplierRequest } from '../../src/gp-systems/ask.ts';

/** Stands in for a supplier's servers: gives the answers it was told, and keeps what it was asked. */
export interface SupplierSpy {
  readonly asked: readonly SupplierRequest[];
  readonly ask: (request: SupplierRequest) => Promise<Asked>;
}

export function spyOn(...answers: readonly (readonly [status: number, text: string])[]): SupplierSpy {
  const asked: SupplierRequest[] = [];
  return {
    asked,
    ask: (request) => {
      asked.push(request);
      const [status, text] = answers[asked.length - 1] ?? [500, ''];
      return Promise.resolve({ outcome: 'answered', status, text });
    },
  };
}
