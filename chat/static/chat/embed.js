/* The tag on an organisation's site, in the plainest JavaScript: a browser of long ago gets a link (A12), others launcher.js. */
(function () {
  var all = document.getElementsByTagName("script"), script = document.currentScript, i;
  for (i = 0; !script && i < all.length; i += 1) if (/\/embed\.js/.test(all[i].src)) script = all[i];
  var root = script.src.replace(/\/embed\.js.*/, ""), line = script.getAttribute("data-line");

  function plain() {
    var link = document.createElement("a"), style = link.style;
    link.href = root + "/" + line + "/";
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.innerText = "Chat";
    style.position = "fixed";
    style.right = style.bottom = style.padding = "16px";
    style.background = "#fff";
    style.border = "2px solid";
    document.body.appendChild(link);
  }

  if ("noModule" in script && window.customElements) {
    var launcher = document.createElement("script");
    launcher.referrerPolicy = "no-referrer";
    Object.assign(launcher.dataset, script.dataset);
    launcher.src = root + "/launcher.js";
    script.parentNode.appendChild(launcher);
  } else if (line) {
    if (document.body) plain();
    else window.addEventListener("load", plain);
  }
})();
