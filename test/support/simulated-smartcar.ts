/** The environment of an installation for which the simulator plays Smartcar. */
import { demoCredentials } from '../../simulator/credentials.ts';

export interface SimulatedHosts {
  /** Where Connect's pages are. */
  connect: string;
  /** Where tokens are given and cars answer, on v3 and v2. */
  api: string;
  /** Where Smartcar's lists are; as `api` when absent. */
  management?: string;
}

/** @param speaks the platforms that it has credentials for */
export function simulatedSmartcar(
  speaks: 'v3' | 'v2' | 'both',
  { connect, api, management = api }: SimulatedHosts,
): Record<string, string> {
  const { applicationId, apiClientId, apiClientSecret, clientSecret, managementToken } = demoCredentials;
  return {
    SMARTCAR_APPLICATION_ID: applicationId,
    ...(speaks === 'v2' ? {} : { SMARTCAR_API_CLIENT_ID: apiClientId, SMARTCAR_API_CLIENT_SECRET: apiClientSecret }),
    ...(speaks === 'v3' ? {} : { SMARTCAR_CLIENT_SECRET: clientSecret }),
    SMARTCAR_MANAGEMENT_TOKEN: managementToken,
    SMARTCAR_CONNECT_ORIGIN: connect,
    SMARTCAR_IAM_ORIGIN: api,
    SMARTCAR_API_V3_ORIGIN: api,
    SMARTCAR_MANAGEMENT_API_V3_ORIGIN: management,
    SMARTCAR_AUTH_ORIGIN: api,
    SMARTCAR_API_ORIGIN: api,
    SMARTCAR_MANAGEMENT_API_ORIGIN: management,
  };
}

/** Requests enough that no limit of the application's is met. */
export const plenty = { SMARTCAR_REQUEST_BURST: '100000', SMARTCAR_REQUESTS_PER_MINUTE: '100000' } as const;
