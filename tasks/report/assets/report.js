"use strict";
// Draw each chart when it can be seen, for the width of the screen, and again when the screen becomes narrow or wide. If
// Vega fails, show the static SVG instead. A link unfolds its section; a printed page is unfolded as a whole.
(() => {
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const phone = window.matchMedia("(max-width: 640px)");
  const options = { renderer: "svg", actions: false, ast: true, tooltip: { theme: "custom" } };
  const folds = [...document.querySelectorAll("details")];

  const showStatic = (place) => {
    place.innerHTML = place.nextElementSibling.textContent;
    place.dataset.state = "static";
  };

  const draw = async (id) => {
    const place = document.getElementById(id);
    place.dataset.state = "drawing";
    try {
      await window.vegaEmbed(place, phone.matches ? data[id].narrow : data[id].wide, options);
      place.dataset.state = "drawn";
    } catch (error) {
      console.error(error);
      showStatic(place);
    }
  };

  const isFolded = (id) => document.getElementById(id).closest("details:not([open])") !== null;

  const drawVisible = async (isAnew) => {
    for (const id of Object.keys(data)) {
      const isDone = document.getElementById(id).dataset.state === "drawn";
      if (!isFolded(id) && (isAnew || !isDone)) await draw(id);
    }
    document.documentElement.dataset.charts = "ready";
  };

  const unfoldLinked = () => {
    const section = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = section && section.querySelector("details");
    if (fold) fold.open = true;
  };

  for (const fold of folds) fold.addEventListener("toggle", () => drawVisible(false));
  window.addEventListener("hashchange", unfoldLinked);
  window.addEventListener("beforeprint", () => {
    for (const id of Object.keys(data)) if (isFolded(id)) showStatic(document.getElementById(id));
    for (const fold of folds) fold.open = true;
  });
  phone.addEventListener("change", () => drawVisible(true));
  unfoldLinked();
  drawVisible(false);
})();
