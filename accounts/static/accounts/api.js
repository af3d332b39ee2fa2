// Swagger UI has a dark mode, but does not ask the browser for it.
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const setMode = () => document.documentElement.classList.toggle("dark-mode", prefersDark.matches);
prefersDark.addEventListener("change", setMode);
setMode();
