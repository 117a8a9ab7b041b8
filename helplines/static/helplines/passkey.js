/**
 * Passkeys: asks the browser for one, and sends what it answers with the form that holds the button.
 * A form says `data-passkey="create"`, `"get"` (options in the page) or `"sign-in"` (options are asked for when pressed).
 */

/** @typedef {{publicKey: Record<string, any>}} Options */

/** @param {string} text base64url @returns {ArrayBuffer} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer} buffer @returns {string} base64url */
function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {{id: string}[]} [list] */
const named = (list = []) => list.map((entry) => ({ ...entry, id: bytes(entry.id) }));

/** @param {Options} options @returns {CredentialCreationOptions} */
function forCreating({ publicKey }) {
  const chosen = { ...publicKey.authenticatorSelection, residentKey: "preferred", requireResidentKey: false };
  return /** @type {any} */ ({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: named(publicKey.excludeCredentials),
      authenticatorSelection: chosen,
    },
  });
}

/** @param {Options} options @returns {CredentialRequestOptions} */
function forGetting({ publicKey }) {
  const known = named(publicKey.allowCredentials);
  return /** @type {any} */ ({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), ...(known.length ? { allowCredentials: known } : {}) },
  });
}

/** @param {any} credential @returns {string} what the server reads */
function written(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = Object.fromEntries(
    names.filter((name) => credential.response[name]).map((name) => [name, text(credential.response[name])]),
  );
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

/** @param {HTMLFormElement} form @returns {Promise<any>} */
async function options(form) {
  if (form.dataset.passkey === "sign-in") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options");
    return answer.json();
  }
  return JSON.parse(document.getElementById("passkey-options")?.textContent ?? "{}");
}

/** @param {HTMLFormElement} form */
async function use(form) {
  const given = await options(form);
  const credential = given.creation_options
    ? await navigator.credentials.create(forCreating(given.creation_options))
    : await navigator.credentials.get(forGetting(given.request_options));
  /** @type {HTMLInputElement} */ (form.elements.namedItem("credential")).value = written(credential);
  form.submit();
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const sorry = /** @type {HTMLElement} */ (form.querySelector("[role=alert][hidden]"));
  if (form.dataset.passkey === "sign-in") form.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", async () => {
    sorry.hidden = true;
    button.disabled = true;
    await use(form).catch(() => { sorry.hidden = false; });
    button.disabled = false;
  });
  // Enter in the field with the name asks for the passkey too, instead of sending a form without one.
  form.addEventListener("submit", (event) => { event.preventDefault(); button.click(); });
}
