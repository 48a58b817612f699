// Runs before the first paint, so that a chosen theme never flashes the other one. A file, because the page allows no inline script.
const chosen = localStorage.getItem("galen.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
