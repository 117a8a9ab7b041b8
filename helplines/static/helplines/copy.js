// A button that copies what stands in an element; without this script the text is selected with one press.

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"))) {
  button.hidden = false;
  const told = /** @type {HTMLElement | null} */ (button.nextElementSibling);
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? "";
    let said = button.dataset.done ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      said = button.dataset.failed ?? "";
    }
    if (told) told.textContent = said;
  });
}
