/* For browsers in which the chat does not start: too old for our modules, or the modules did not come.
   Plain old JavaScript on purpose. When the page has loaded and nothing of the chat runs, it says so and shows the other ways. */
window.addEventListener("load", function () {
  if (document.body.getAttribute("data-at")) return;
  var told = document.querySelector("[data-old]");
  var status = document.querySelector(".step__status");
  if (told) told.removeAttribute("hidden");
  if (status) status.setAttribute("hidden", "");
});
