// Of every page for members. The pages do without it.
"use strict";

// So that the server writes times in the zone of this device, unless the member chose one.
document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; SameSite=Lax`;

// On a phone the navigation is wider than the screen.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const trouble = document.getElementById("trouble");
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => (trouble.hidden = false));
}
document.addEventListener("htmx:beforeRequest", () => (trouble.hidden = true));
