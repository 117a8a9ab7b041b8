/** Asking and telling the server about registrations. */

/** @typedef {{status: number, told: Record<string, any>}} Answer */

/** @param {string} address @param {object} [body] @returns {Promise<Answer>} */
export async function ask(address, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  /** @type {RequestInit} */
  const request = { headers, redirect: "error" };
  if (body) {
    const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
    headers["X-CSRFToken"] = token?.value ?? "";
    headers["Content-Type"] = "application/json";
    Object.assign(request, { method: "POST", body: JSON.stringify(body) });
  }
  try {
    const answer = await fetch(address, request);
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    return { status: answer.status, told };
  } catch {
    return { status: 0, told: {} };
  }
}

/**
 * Each tree is asked for once.
 * @param {string} address with TREE where its short name stands
 */
export function trees(address) {
  /** @type {Map<string, Promise<{key: string, label: string}[]>>} */
  const known = new Map();
  return (/** @type {string} */ code) => {
    if (!known.has(code)) known.set(code, ask(address.replace("TREE", code)).then(({ told }) => told.nodes ?? []));
    return /** @type {Promise<{key: string, label: string}[]>} */ (known.get(code));
  };
}
