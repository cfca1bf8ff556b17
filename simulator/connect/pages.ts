/** Connect's pages. Element ids are the ones that Smartcar's own end-to-end tests click. @see docs/smartcar.md §1.1 */
import { html, raw, type Html } from '../html.ts';
import type { Car } from '../seed/fleet.ts';
import type { Make } from '../seed/makes.ts';
import { complaint, connectPage, hidden } from './layout.ts';
import type { Session } from './session.ts';

const permissionWords: Record<string, string> = {
  read_vehicle_info: 'Make, model and year',
  read_vin: 'Vehicle identification number',
  read_location: 'Where the vehicle is',
  read_odometer: 'Odometer',
  read_fuel: 'Fuel level',
  read_battery: 'Battery level and range',
  read_charge: 'Whether it is charging',
  read_security: 'Whether it is locked, doors and windows',
  read_tires: 'Tyre pressures',
  read_engine_oil: 'Engine oil',
  read_diagnostics: 'Diagnostics and the 12-volt battery',
  control_security: 'Lock and unlock the vehicle',
  control_charge: 'Start and stop charging',
};

export function preamblePage(session: Session, sealed: string): string {
  const next = session.make === null ? '/connect/brands' : '/connect/login';
  const content = html`<h1>Connect your vehicle</h1>
    <p>
      <strong>${session.application}</strong> asks to connect to your vehicle through the account you have with its
      manufacturer.
    </p>
    <ul class="soft">
      <li>You sign in with your manufacturer.</li>
      <li>You choose what is shared.</li>
      <li>You can end it at any time.</li>
    </ul>
    <form action="${next}">${hidden(sealed)}<button id="continue-button" class="primary">Continue</button></form>`;
  return connectPage('Connect your vehicle', content, sealed);
}

// Narrows the list while one types; without it, the form searches on the server.
const searchScript = raw(
  `<script>document.getElementById('brand-search').addEventListener('input',e=>{const q=e.target.value.toLowerCase();for(const b of document.querySelectorAll('.brand-list-item'))b.parentElement.hidden=!(b.textContent+b.id).toLowerCase().includes(q)})</script>`,
);

export function brandsPage(sealed: string, brands: readonly Make[], search: string): string {
  const item = (brand: Make): Html =>
    html`<li>
      <button id="${brand.make}" class="brand-list-item" name="make" value="${brand.make}" formaction="/connect/brand">
        ${brand.label}
      </button>
    </li>`;
  const content = html`<h1>Choose your brand</h1>
    <form action="/connect/brands" role="search">
      ${hidden(sealed)}<label
        >Search<input id="brand-search" type="search" name="q" value="${search}" autocomplete="off"
      /></label>
    </form>
    <form action="/connect/brand">
      ${hidden(sealed)}
      <ul>
        ${brands.map(item)}
      </ul>
      ${brands.length === 0 ? html`<p>No brand is called “${search}”.</p>` : null}
    </form>
    <p class="soft">
      <a id="brand-missing-link" href="/connect/leave?error=vehicle_incompatible&amp;s=${sealed}"
        >I don't see my brand</a
      >
    </p>
    ${searchScript}`;
  return connectPage('Choose your brand', content, sealed);
}

export function loginPage(
  session: Session,
  sealed: string,
  brand: string,
  refusal: string | null,
  username: string,
): string {
  const intro =
    session.flow === 'reauthenticate'
      ? html`<p>Sign in again, so that <strong>${session.application}</strong> stays connected to your vehicle.</p>`
      : html`<p>Sign in with your ${brand} account.</p>`;
  const content = html`<h1>${brand}</h1>
    ${intro}${complaint(refusal)}
    <form action="/connect/login" method="post">
      ${hidden(sealed)}
      <label
        >E-mail<input
          id="username"
          name="username"
          type="text"
          inputmode="email"
          autocomplete="username"
          autocapitalize="none"
          required
          value="${username}"
      /></label>
      <label
        >Password<input id="password" name="password" type="password" autocomplete="current-password" required
      /></label>
      <button id="sign-in-button" class="primary">Sign in</button>
    </form>
    <p class="soft">
      <a id="cancel-login-link" href="/connect/leave?error=oem_cancelled_login&amp;s=${sealed}">Cancel</a> · Accounts of
      the simulator: <a href="/sim#accounts">list</a>
    </p>`;
  return connectPage(`Sign in: ${brand}`, content, sealed);
}

export function vehiclesPage(session: Session, sealed: string, cars: readonly Car[], refusal: string | null): string {
  const kind = session.isSingle ? 'radio' : 'checkbox';
  const item = (car: Car): Html =>
    html`<li>
      <label class="choice"
        ><input type="${kind}" name="vin" value="${car.vin}" id="vehicle-${car.vin}" /><span
          >${car.make.label} ${car.model.name} ${car.year}<small>${car.vin}</small></span
        ></label
      >
    </li>`;
  const content = html`<h1>Which vehicle${session.isSingle ? '' : 's'}?</h1>
    <p>Your account has ${cars.length} vehicles.</p>
    ${complaint(refusal)}
    <form action="/connect/vehicles" method="post">
      ${hidden(sealed)}
      <ul>
        ${cars.map(item)}
      </ul>
      <button id="vehicles-continue-button" class="primary">Continue</button>
    </form>`;
  return connectPage('Choose vehicles', content, sealed);
}

export function permissionsPage(
  session: Session,
  sealed: string,
  cars: readonly Car[],
  asked: readonly string[],
  refusal: string | null,
): string {
  const item = (permission: string): Html => {
    const isLocked = session.required.includes(permission);
    const words = permissionWords[permission] ?? permission.replaceAll('_', ' ');
    return html`<li>
      <label class="choice"
        ><input
          type="checkbox"
          name="permission"
          value="${permission}"
          id="permission-${permission}"
          checked${isLocked ? html` disabled` : null}
        />${isLocked ? html`<input type="hidden" name="permission" value="${permission}" />` : null}<span
          >${words}${isLocked ? html`<small>Needed by the application</small>` : null}</span
        ></label
      >
    </li>`;
  };
  const names = cars.map((car) => `${car.make.label} ${car.model.name} ${String(car.year)}`).join(', ');
  const content = html`<h1>Share with ${session.application}</h1>
    <p>${names}</p>
    ${complaint(refusal)}
    <form action="/connect/permissions" method="post">
      ${hidden(sealed)}
      <ul>
        ${asked.map(item)}
      </ul>
      <button id="approval-button" class="primary" name="action" value="approve">Allow</button>
      <button id="deny-button" class="quiet" name="action" value="deny">Don't allow</button>
    </form>`;
  return connectPage('Permissions', content, sealed);
}

/** An address that Connect can't serve; going back is Smartcar's configuration_error. */
export function refusedPage(message: string, status: number, sealed: string | null): string {
  const query = new URLSearchParams({
    error: 'configuration_error',
    status_code: String(status),
    error_message: message,
    s: sealed ?? '',
  });
  const back =
    sealed === null
      ? null
      : html`<p><a id="back-link" href="/connect/leave?${query.toString()}">Back to the application</a></p>`;
  return connectPage(
    'Something is wrong',
    html`<h1>Something is wrong</h1>
      <p id="error-message">${message}</p>
      ${back}`,
    null,
  );
}
